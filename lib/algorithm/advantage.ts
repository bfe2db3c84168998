/** Advantages of a group of rollouts to one prompt. */

/** Keeps the division defined (EasyR1 verl/trainer/core_algos.py; MMR1's fork has the same). */
const STD_EPSILON = 1e-6;

/**
 * GRPO's advantage. `standardized`: (rᵢ − mean)/(std + 1e-6) with the unbiased standard deviation; `centered`:
 * rᵢ − mean (Dr. GRPO). A group whose rewards are all equal carries no signal and gets zeros.
 *
 * @param rewards [groupSize]
 * @returns [groupSize], one advantage for all tokens of a rollout
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(groupAdvantage(Float32Array.of(2, 1, 1, 0), "centered"), Float32Array.of(1, 0, 0, -1));
 * ```
 */
export function groupAdvantage(
  rewards: Float32Array,
  kind: "standardized" | "centered",
): Float32Array {
  if (!rewards.every(Number.isFinite)) {
    throw new RangeError(`rewards: expected finite numbers, got ${rewards}`);
  }
  // Told by comparison: the rounding of a mean of equal rewards must not be blown up by the division.
  if (rewards.every((reward) => reward === rewards[0])) return new Float32Array(rewards.length);
  const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length;
  const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  switch (kind) {
    case "standardized": {
      const std = Math.sqrt(squares / (rewards.length - 1));
      return rewards.map((reward) => (reward - mean) / (std + STD_EPSILON));
    }
    case "centered":
      return rewards.map((reward) => reward - mean);
    default:
      return kind satisfies never;
  }
}
