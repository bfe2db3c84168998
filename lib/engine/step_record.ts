/** What one step of training is written down as. */
import type { GenerationCount, StepRecord, StepSeconds } from "../schema/run_record.ts";
import type { UpdateResult } from "./learner.ts";
import type { Rollouts } from "./policy_runtime.ts";
import type { RewardBatch } from "./responses.ts";

/** What a step leaves behind. */
export interface StepOutcome {
  readonly step: number;
  readonly indices: readonly number[]; // [batchSize], pool indices
  readonly rollouts: Rollouts;
  readonly rewards: RewardBatch;
  readonly groupSize: number;
  readonly updates: readonly (UpdateResult & { readonly learningRate: number })[];
  readonly totals: { readonly rollouts: GenerationCount; readonly tokens: GenerationCount };
  readonly seconds: StepSeconds;
}

const mean = (values: ArrayLike<number>): number =>
  values.length === 0 ? 0 : Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Share of groups whose rewards are not all equal. */
export function informativeShare(rewards: Float32Array, groupSize: number): number {
  let informative = 0;
  for (let at = 0; at < rewards.length; at += groupSize) {
    const group = rewards.subarray(at, at + groupSize);
    if (group.some((reward) => reward !== group[0])) informative++;
  }
  return informative / (rewards.length / groupSize);
}

/** Means over the step's updates, and statistics of its rollouts. Updates left out do not count. */
export function stepRecord(
  { step, indices, rollouts, rewards, groupSize, updates, totals, seconds }: StepOutcome,
): StepRecord {
  const applied = updates.filter((update) => update.applied);
  const overUpdates = (name: string) => mean(applied.map((update) => update.sums[name] ?? 0));
  const rewardMean = mean(rewards.reward);
  const high = overUpdates("clipFractionHigh"), low = overUpdates("clipFractionLow");
  const ratioMean = overUpdates("ratioMean");
  return {
    kind: "step",
    step,
    rewardMean,
    rewardStd: Math.sqrt(mean(rewards.reward.map((reward) => (reward - rewardMean) ** 2))),
    accuracyReward: mean(rewards.accuracy),
    formatReward: mean(rewards.format),
    gradNorm: mean(applied.map((update) => update.gradNorm)),
    gradNormMax: Math.max(0, ...applied.map((update) => update.gradNorm)),
    policyLoss: overUpdates("policyLoss"),
    clipFraction: high + low,
    clipFractionLow: low,
    clipFractionHigh: high,
    dualClipFraction: overUpdates("dualClipFraction"),
    klReference: overUpdates("klReference"),
    klOld: overUpdates("klOld"),
    entropy: overUpdates("entropy"),
    ratioMean,
    ratioStd: Math.sqrt(Math.max(0, overUpdates("ratioSquareMean") - ratioMean ** 2)),
    ratioMax: Math.max(0, ...applied.map((update) => update.largestRatio)),
    responseLengthMean: mean(rollouts.lengths),
    responseLengthMin: Math.min(...rollouts.lengths),
    responseLengthMax: Math.max(...rollouts.lengths),
    truncatedFraction: rollouts.ended.filter((ended) => !ended).length / rollouts.count,
    informativeGroups: informativeShare(rewards.reward, groupSize),
    duplicatePrompts: indices.length - new Set(indices).size,
    learningRate: updates.at(-1)?.learningRate ?? 0,
    updates: applied.length,
    skippedUpdates: updates.length - applied.length,
    ...totals,
    seconds,
  };
}
