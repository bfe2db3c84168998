/** What a batch is compared with besides its own rewards: the old policy, the frozen reference, greedy responses. */
import type { AlgorithmConfig } from "../algorithm/algorithm.ts";
import { fullKl, tokenKl } from "../algorithm/kl.ts";
import type { RandomSource } from "../core/random.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type { Judge } from "../reward/judge.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import { mean } from "../core/statistics.ts";
import type { GenerationCounter } from "./counter.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import { judgeRollouts } from "./responses.ts";
import type { Rollouts } from "./rollouts.ts";

/** The parts of a run that these need. */
export interface Comparing {
  readonly policy: PolicyRuntime;
  /** The policy that generated. */
  readonly parameters: ResidentTensor;
  /** Where training started, frozen. */
  readonly reference: ResidentTensor;
  readonly algorithm: AlgorithmConfig;
  readonly judge: Judge;
  readonly temperature: number;
  readonly counter: GenerationCounter;
}

/** All [rollouts * R] unless said; null where the algorithm does not need it. */
export interface BatchReferences {
  /** Log-probabilities of the policy that generated, as training evaluates them. */
  readonly oldLogProbs: Float32Array;
  readonly referenceLogProbs: Float32Array | null;
  /** The reference's whole distributions, for the estimator `full`. */
  readonly referenceAll: Float32Array | null; // [rollouts * R * vocabulary]
  /** β·KL of every token before the update, where KL is in the reward, and what a controller goes by. */
  readonly klPenalties: Float32Array | null;
  readonly klMean: number | null;
  /** Rewards of the likeliest responses, for ReMax. */
  readonly greedyRewards: Float32Array | null; // [prompts]
}

/** Evaluates what `algorithm` needs. */
export async function batchReferences(
  comparing: Comparing,
  prompts: readonly Prompt[],
  rollouts: Rollouts,
  klCoefficient: number,
  random: RandomSource,
): Promise<BatchReferences> {
  const { policy, parameters, reference, algorithm, temperature } = comparing;
  const { kl } = algorithm;
  const oldLogProbs = algorithm.oldLogProbs.kind === "rollout"
    ? rollouts.logProbs
    : await policy.logProbs(parameters, prompts, rollouts, temperature);
  const isFull = kl?.estimator === "full";
  const referenceLogProbs = kl === null || isFull
    ? null
    : await policy.logProbs(reference, prompts, rollouts, temperature);
  const referenceAll = isFull
    ? await policy.logDistributions(reference, prompts, rollouts, temperature)
    : null;
  let klPenalties: Float32Array | null = null, klMean: number | null = null;
  if (kl?.place === "reward") {
    const { estimator } = kl;
    const divergence = estimator === "full"
      ? fullDivergence(
        await policy.logDistributions(parameters, prompts, rollouts, temperature),
        referenceAll!,
        rollouts,
      )
      : oldLogProbs.map((logProb, i) => tokenKl(estimator, logProb, referenceLogProbs![i]!));
    klPenalties = divergence.map((value) => klCoefficient * value);
    klMean = meanOverSequences(divergence, rollouts.lengths);
  }
  return {
    oldLogProbs,
    referenceLogProbs,
    referenceAll,
    klPenalties,
    klMean,
    greedyRewards: algorithm.advantage.kind === "remax"
      ? await greedyRewards(comparing, prompts, random)
      : null,
  };
}

/** Mean over responses of their token means: what a controller goes by (verl:verl/trainer/ppo/ray_trainer.py). */
function meanOverSequences(values: Float32Array, lengths: Int32Array): number {
  const width = values.length / lengths.length;
  return mean(
    Array.from(lengths, (length, row) => mean(values.subarray(row * width, row * width + length))),
  );
}

/** KL over the vocabulary at every token. */
function fullDivergence(
  all: Float32Array,
  referenceAll: Float32Array,
  { tokens }: Rollouts,
): Float32Array {
  const vocabulary = all.length / tokens.length;
  return Float32Array.from(tokens, (_, i) => {
    const from = i * vocabulary, to = from + vocabulary;
    return fullKl(all.subarray(from, to), referenceAll.subarray(from, to));
  });
}

/** The reward of the likeliest response to each prompt; they count as generated and not trained on. */
async function greedyRewards(
  { policy, parameters, judge, counter }: Comparing,
  prompts: readonly Prompt[],
  random: RandomSource,
): Promise<Float32Array> {
  const greedy = await policy.generate(parameters, prompts, 1, 0, random);
  counter.add("discarded", greedy);
  return (await judgeRollouts(judge, prompts, greedy)).reward;
}
