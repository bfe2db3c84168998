/** What one step of training is written down as. */
import { mean } from "../core/statistics.ts";
import type { GenerationCount, StepRecord, StepSeconds } from "../schema/run_record.ts";
import type { UpdateResult } from "./learner.ts";
import type { Rollouts } from "./rollouts.ts";
import type { RewardBatch } from "./responses.ts";

/** What a step leaves behind. */
export interface StepOutcome {
  readonly step: number;
  readonly indices: readonly number[]; // [batchSize], pool indices
  readonly rollouts: Rollouts;
  readonly rewards: RewardBatch;
  readonly groupSize: number;
  readonly generatedGroups: number;
  readonly updates: readonly (UpdateResult & { readonly learningRate: number })[];
  readonly totals: { readonly rollouts: GenerationCount; readonly tokens: GenerationCount };
  readonly seconds: StepSeconds;
}

/** Share of groups whose rewards are not all equal. */
export function informativeShare(rewards: Float32Array, groupSize: number): number {
  let informative = 0;
  for (let at = 0; at < rewards.length; at += groupSize) {
    const group = rewards.subarray(at, at + groupSize);
    if (group.some((reward) => reward !== group[0])) informative++;
  }
  return informative / (rewards.length / groupSize);
}

/** Means over updates; null for each where there are none. */
function updateMeans(updates: readonly UpdateResult[]) {
  if (updates.length === 0) {
    return {
      gradNorm: null,
      gradNormMax: null,
      policyLoss: null,
      clipFraction: null,
      clipFractionLow: null,
      clipFractionHigh: null,
      dualClipFraction: null,
      klReference: null,
      klOld: null,
      entropy: null,
      ratioMean: null,
      ratioStd: null,
      ratioMax: null,
    };
  }
  const of = (name: string) => mean(updates.map((update) => update.sums[name]!));
  const clipFractionHigh = of("clipFractionHigh"), clipFractionLow = of("clipFractionLow");
  const ratioMean = of("ratioMean");
  return {
    gradNorm: mean(updates.map((update) => update.gradNorm)),
    gradNormMax: Math.max(...updates.map((update) => update.gradNorm)),
    policyLoss: of("policyLoss"),
    clipFraction: clipFractionHigh + clipFractionLow,
    clipFractionLow,
    clipFractionHigh,
    dualClipFraction: of("dualClipFraction"),
    klReference: of("klReference"),
    klOld: of("klOld"),
    entropy: of("entropy"),
    ratioMean,
    ratioStd: Math.sqrt(Math.max(0, of("ratioSquareMean") - ratioMean ** 2)),
    ratioMax: Math.max(...updates.map((update) => update.largestRatio)),
  };
}

/** Means over the step's updates, and statistics of its rollouts. Updates left out do not count. */
export function stepRecord(
  { step, indices, rollouts, rewards, groupSize, generatedGroups, updates, totals, seconds }:
    StepOutcome,
): StepRecord {
  const applied = updates.filter((update) => update.applied);
  const rewardMean = mean(rewards.reward);
  return {
    kind: "step",
    step,
    rewardMean,
    rewardStd: Math.sqrt(mean(rewards.reward.map((reward) => (reward - rewardMean) ** 2))),
    accuracyReward: mean(rewards.accuracy),
    formatReward: mean(rewards.format),
    ...updateMeans(applied),
    responseLengthMean: mean(rollouts.lengths),
    responseLengthMin: Math.min(...rollouts.lengths),
    responseLengthMax: Math.max(...rollouts.lengths),
    truncatedFraction: rollouts.ended.filter((ended) => !ended).length / rollouts.count,
    informativeGroups: informativeShare(rewards.reward, groupSize),
    generatedGroups,
    duplicatePrompts: indices.length - new Set(indices).size,
    learningRate: updates.at(-1)?.learningRate ?? 0,
    updates: applied.length,
    skippedUpdates: updates.length - applied.length,
    ...totals,
    seconds,
  };
}
