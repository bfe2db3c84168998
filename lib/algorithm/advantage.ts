/** Advantages of a group's rollouts. */

/** Added to the standard deviation (hiyouga/EasyR1:verl/trainer/core_algos.py, verl, MMR1). */
const EPSILON = 1e-6;

/**
 * GRPO's advantage: each reward less the group's mean, over its unbiased standard deviation;
 * `centered` (Dr.GRPO) leaves the division out.
 *
 * A group whose rewards are all equal has no signal: all advantages are 0.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(groupAdvantage(Float32Array.of(1, 0, 0, 0), "centered"), Float32Array.of(0.75, -0.25, -0.25, -0.25));
 * ```
 */
export function groupAdvantage(
  rewards: Float32Array, // [groupSize]
  kind: "standardized" | "centered",
): Float32Array {
  const size = rewards.length;
  if (rewards.every((reward) => reward === rewards[0])) return new Float32Array(size);
  const mean = rewards.reduce((a, b) => a + b, 0) / size;
  if (kind === "centered") return rewards.map((reward) => reward - mean);
  let squares = 0;
  for (const reward of rewards) squares += (reward - mean) ** 2;
  const deviation = Math.sqrt(squares / (size - 1));
  return rewards.map((reward) => (reward - mean) / (deviation + EPSILON));
}
