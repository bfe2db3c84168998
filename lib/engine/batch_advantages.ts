/** From a batch's rewards to the advantage of every token, step by step. */
import type { AlgorithmConfig } from "../algorithm/algorithm.ts";
import { estimateAdvantages } from "../algorithm/advantage/estimate.ts";
import { groupWeights } from "../algorithm/group_weight.ts";
import { importanceWeights } from "../algorithm/importance.ts";
import { whiten } from "../algorithm/whitening.ts";
import { mean } from "../core/statistics.ts";
import type { RewardBatch } from "./responses.ts";
import type { Rollouts } from "./rollouts.ts";

/** What advantages are made of. */
export interface BatchSignals {
  readonly rollouts: Rollouts;
  readonly rewards: RewardBatch;
  /** Log-probabilities of the policy that generated, as training evaluates them. */
  readonly oldLogProbs: Float32Array; // [rollouts * R]
  /** β·KL per token, where KL is in the reward. */
  readonly klPenalties: Float32Array | null; // [rollouts * R]
  /** Of the greedy response to each prompt, for ReMax. */
  readonly greedyRewards: Float32Array | null; // [prompts]
  /** The critic's, for GAE. */
  readonly values: Float32Array | null; // [rollouts * R]
}

/** What an update learns from. */
export interface BatchAdvantages {
  readonly advantages: Float32Array; // [rollouts * R]; 0 behind a response's end
  /** What the critic is to predict. */
  readonly returns: Float32Array | null; // [rollouts * R]
  readonly groupWeightMean: number;
  readonly importanceWeightMean: number | null;
}

/**
 * Estimate, weigh groups, whiten, weigh tokens: in this order. Weights are factors of the advantages because every
 * policy loss is proportional to them.
 */
export function batchAdvantages(
  algorithm: AlgorithmConfig,
  { rollouts, rewards, oldLogProbs, klPenalties, greedyRewards, values }: BatchSignals,
): BatchAdvantages {
  const { groupSize, lengths, count } = rollouts;
  const responseTokens = rollouts.tokens.length / count;
  const estimated = estimateAdvantages(algorithm.advantage, {
    groupSize,
    responseTokens,
    lengths,
    rewards: rewards.reward,
    components: rewards.components,
    klPenalties,
    greedyRewards,
    values,
  });
  const weights = groupWeights(algorithm.groupWeight, {
    groupSize,
    rewards: rewards.reward,
    accuracy: rewards.accuracy,
    lengths,
    truncated: rollouts.ended.map((ended) => !ended),
  });
  const tokensPerGroup = groupSize * responseTokens;
  let advantages: Float32Array = estimated.advantages.map((advantage, i) =>
    advantage * weights[Math.floor(i / tokensPerGroup)]!
  );
  if (algorithm.whitening) advantages = whiten(advantages, lengths, responseTokens);
  const correction = tokenWeights(algorithm, oldLogProbs, rollouts);
  if (correction !== null) advantages = advantages.map((value, i) => value * correction[i]!);
  return {
    advantages,
    returns: estimated.returns,
    groupWeightMean: mean(weights),
    importanceWeightMean: correction === null ? null : meanOverTokens(correction, lengths),
  };
}

/** Truncated importance weights of the tokens; null where there are none. */
function tokenWeights(
  { oldLogProbs: source }: AlgorithmConfig,
  oldLogProbs: Float32Array,
  rollouts: Rollouts,
): Float32Array | null {
  return source.kind === "rollout" || source.cap === null
    ? null
    : importanceWeights(oldLogProbs, rollouts.logProbs, source.cap);
}

/** Mean over the tokens of responses, without what stands behind their ends. */
function meanOverTokens(values: Float32Array, lengths: Int32Array): number {
  const width = values.length / lengths.length;
  let sum = 0, tokens = 0;
  lengths.forEach((length, row) => {
    for (let t = 0; t < length; t++) sum += values[row * width + t]!;
    tokens += length;
  });
  return sum / Math.max(1, tokens);
}
