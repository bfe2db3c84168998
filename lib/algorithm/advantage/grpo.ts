/**
 * GRPO's advantage (arXiv 2402.03300): how far a rollout is from the mean of its group, in standard deviations.
 *
 * Sources: hiyouga/EasyR1:verl/trainer/core_algos.py (`grpo`), huggingface/trl:trl/trainer/grpo_trainer.py
 * (`scale_rewards`).
 */
import { z } from "../../../deps.ts";
import { mean, standardDeviation, variance } from "../../core/statistics.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";
import { rolloutScores } from "./token_rewards.ts";

/** (r − mean)/(std + ε) over the group. */
export interface GrpoAdvantage {
  readonly kind: "grpo";
  /** The standard deviation of the group's rewards, or of the batch's (TRL `scale_rewards="batch"`). */
  readonly scale: "group" | "batch";
  /** Divided by N − 1, as in every library named here, or by N. */
  readonly std: "unbiased" | "population";
  /** ε: 1e-6 in EasyR1, verl and MMR1, 1e-4 in TRL, 1e-9 in MM-EUREKA and LMM-R1. */
  readonly epsilon: number;
}

/** GRPO's advantage as EasyR1, verl and MMR1 have it. */
export function grpoAdvantage(
  { scale = "group", std = "unbiased", epsilon = 1e-6 }: Partial<Omit<GrpoAdvantage, "kind">> = {},
): GrpoAdvantage {
  return { kind: "grpo", scale, std, epsilon };
}

export const grpoAdvantageSchema = z.strictObject({
  kind: z.literal("grpo"),
  scale: z.enum(["group", "batch"]),
  std: z.enum(["unbiased", "population"]),
  epsilon: z.number().min(0).max(1),
}) satisfies z.ZodType<GrpoAdvantage>;

/**
 * (rᵢ − mean)/(std + ε) for one group. A group whose rewards are all equal carries no signal and gets zeros.
 *
 * @param rewards [groupSize]
 * @param std by default the unbiased standard deviation of these rewards
 * @returns [groupSize]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(standardized(Float32Array.of(4, 2, 0), 0), Float32Array.of(1, 0, -1));
 * ```
 */
export function standardized(
  rewards: Float32Array,
  epsilon: number,
  std = standardDeviation(rewards),
): Float32Array {
  // Without a deviation there may be nothing to divide by.
  if (rewards.every((reward) => reward === rewards[0])) return new Float32Array(rewards.length);
  const center = mean(rewards);
  return rewards.map((reward) => (reward - center) / (std + epsilon));
}

/** GRPO's advantages. Groups of one are refused. */
export function grpoAdvantages(
  { scale, std, epsilon }: GrpoAdvantage,
  inputs: AdvantageInputs,
): Advantages {
  const scores = rolloutScores(inputs);
  const deviation = std === "unbiased" ? standardDeviation : populationDeviation;
  const ofBatch = scale === "batch" ? deviation(scores) : null;
  const values = perGroup(
    scores,
    inputs.groupSize,
    (group) => standardized(group, epsilon, ofBatch ?? deviation(group)),
  );
  return forAllTokens(values, inputs);
}

function populationDeviation(values: Float32Array): number {
  return Math.sqrt(variance(values) * (values.length - 1) / values.length);
}
