/** What one step of training is written down as. */
import { mean } from "../core/statistics.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type {
  CriticMetrics,
  GenerationCount,
  SourceShare,
  StepRecord,
  StepSeconds,
} from "../schema/run_record.ts";
import type { BatchAdvantages } from "./batch_advantages.ts";
import type { CriticUpdate } from "./critic.ts";
import type { UpdateResult } from "./learner.ts";
import type { Rollouts } from "./rollouts.ts";
import type { RewardBatch } from "./responses.ts";

/** What a step leaves behind. */
export interface StepOutcome {
  readonly step: number;
  readonly indices: readonly number[]; // [batchSize], pool indices
  readonly prompts: readonly Prompt[]; // [batchSize]
  readonly rollouts: Rollouts;
  readonly rewards: RewardBatch;
  readonly weights: Pick<BatchAdvantages, "groupWeightMean" | "importanceWeightMean">;
  readonly generatedGroups: number;
  /** β, where there is a reference. */
  readonly klCoefficient: number | null;
  /** Of the critic, where there is one. */
  readonly criticUpdates: readonly CriticUpdate[];
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

/** The batch by the sources of its prompts. */
function sourceShares(
  prompts: readonly Prompt[],
  accuracy: Float32Array,
  groupSize: number,
): Record<string, SourceShare> {
  const shares: Record<string, { prompts: number; accuracy: number }> = {};
  prompts.forEach(({ source }, i) => {
    const share = shares[source] ??= { prompts: 0, accuracy: 0 };
    share.prompts++;
    share.accuracy += mean(accuracy.subarray(i * groupSize, (i + 1) * groupSize));
  });
  for (const share of Object.values(shares)) share.accuracy /= share.prompts;
  return shares;
}

/** Means over the critic's updates; null where none was applied. */
function criticMeans(updates: readonly CriticUpdate[]): CriticMetrics | null {
  const applied = updates.filter((update) => update.applied);
  if (applied.length === 0) return null;
  const of = (name: "valueLoss" | "valueClipFraction" | "gradNorm") =>
    mean(applied.map((update) => update[name]));
  const explained = applied.flatMap(({ explainedVariance: share }) => share ?? []);
  return {
    valueLoss: of("valueLoss"),
    explainedVariance: explained.length === 0 ? null : mean(explained),
    valueClipFraction: of("valueClipFraction"),
    gradNorm: of("gradNorm"),
  };
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
    klReference: updates[0]!.sums.klReference === undefined ? null : of("klReference"),
    klOld: of("klOld"),
    entropy: of("entropy"),
    ratioMean,
    ratioStd: Math.sqrt(Math.max(0, of("ratioSquareMean") - ratioMean ** 2)),
    ratioMax: Math.max(...updates.map((update) => update.largestRatio)),
  };
}

/** Means over the step's updates, and statistics of its rollouts. Updates left out do not count. */
export function stepRecord(
  {
    step,
    indices,
    prompts,
    rollouts,
    rewards,
    weights: { groupWeightMean, importanceWeightMean },
    generatedGroups,
    klCoefficient,
    updates,
    criticUpdates,
    totals,
    seconds,
  }: StepOutcome,
): StepRecord {
  const applied = updates.filter((update) => update.applied);
  const rewardMean = mean(rewards.reward);
  const { groupSize } = rollouts;
  return {
    kind: "step",
    step,
    rewardMean,
    rewardStd: Math.sqrt(mean(rewards.reward.map((reward) => (reward - rewardMean) ** 2))),
    accuracyReward: mean(rewards.accuracy),
    formatReward: mean(rewards.format),
    rewardComponents: Object.fromEntries(
      Object.entries(rewards.components).map(([name, values]) => [name, mean(values)]),
    ),
    ...updateMeans(applied),
    klCoefficient,
    critic: criticMeans(criticUpdates),
    groupWeightMean,
    importanceWeightMean,
    responseLengthMean: mean(rollouts.lengths),
    responseLengthMin: Math.min(...rollouts.lengths),
    responseLengthMax: Math.max(...rollouts.lengths),
    truncatedFraction: rollouts.ended.filter((ended) => !ended).length / rollouts.count,
    informativeGroups: informativeShare(rewards.reward, groupSize),
    generatedGroups,
    sources: sourceShares(prompts, rewards.accuracy, groupSize),
    duplicatePrompts: indices.length - new Set(indices).size,
    learningRate: updates.at(-1)?.learningRate ?? 0,
    updates: applied.length,
    skippedUpdates: updates.length - applied.length,
    ...totals,
    seconds,
  };
}
