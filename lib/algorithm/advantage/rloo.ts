/** RLOO's advantage (arXiv 2402.14740; hiyouga/EasyR1:verl/trainer/core_algos.py, `rloo`). */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";
import { rolloutScores } from "./token_rewards.ts";

/** r − mean of the group's others. */
export interface RlooAdvantage {
  readonly kind: "rloo";
}

/** RLOO's advantage. */
export function rlooAdvantage(): RlooAdvantage {
  return { kind: "rloo" };
}

export const rlooAdvantageSchema = z.strictObject({
  kind: z.literal("rloo"),
}) satisfies z.ZodType<RlooAdvantage>;

/**
 * rᵢ − (Σr − rᵢ)/(N − 1) for one group; zeros where all rewards are equal. N/(N − 1) times what Dr. GRPO has.
 *
 * @param rewards [groupSize]
 * @returns [groupSize]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(leaveOneOut(Float32Array.of(1, 0, 0)), Float32Array.of(1, -0.5, -0.5));
 * ```
 */
export function leaveOneOut(rewards: Float32Array): Float32Array {
  const sum = rewards.reduce((a, b) => a + b, 0);
  return rewards.map((reward) => reward - (sum - reward) / (rewards.length - 1));
}

/** RLOO's advantages. Groups of one are refused. */
export function rlooAdvantages(inputs: AdvantageInputs): Advantages {
  return forAllTokens(perGroup(rolloutScores(inputs), inputs.groupSize, leaveOneOut), inputs);
}
