/**
 * Dr. GRPO's advantage (arXiv 2503.20783): no division by the standard deviation, which would weigh prompts with
 * nearly equal rewards up. Same as verl's grpo with `algorithm.norm_adv_by_std_in_grpo=False` and LMM-R1's `dr_grpo`.
 */
import { z } from "../../../deps.ts";
import { mean } from "../../core/statistics.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";
import { rolloutScores } from "./token_rewards.ts";

/** r − mean over the group. */
export interface DrGrpoAdvantage {
  readonly kind: "drGrpo";
}

/** Dr. GRPO's advantage. */
export function drGrpoAdvantage(): DrGrpoAdvantage {
  return { kind: "drGrpo" };
}

export const drGrpoAdvantageSchema = z.strictObject({
  kind: z.literal("drGrpo"),
}) satisfies z.ZodType<DrGrpoAdvantage>;

/**
 * rᵢ − mean for one group; zeros where all rewards are equal.
 *
 * @param rewards [groupSize]
 * @returns [groupSize]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(centered(Float32Array.of(2, 1, 1, 0)), Float32Array.of(1, 0, 0, -1));
 * ```
 */
export function centered(rewards: Float32Array): Float32Array {
  const center = mean(rewards);
  return rewards.map((reward) => reward - center);
}

/** Dr. GRPO's advantages. Groups of one are refused. */
export function drGrpoAdvantages(inputs: AdvantageInputs): Advantages {
  return forAllTokens(perGroup(rolloutScores(inputs), inputs.groupSize, centered), inputs);
}
