/**
 * What estimators over groups of rollouts share.
 *
 * Equal rewards come to an advantage of exactly 0: in double precision, sums and means of equal float32 numbers are
 * not rounded.
 */
import type { AdvantageInputs, Advantages } from "./advantage.ts";

/**
 * One number per rollout, from the numbers of its group.
 *
 * @param values [rollouts]
 * @param estimate [groupSize] → [groupSize]; `at` is where the group begins in the batch
 * @returns [rollouts]
 *
 * Errors: a RangeError for groups of one, which have nothing to compare with.
 */
export function perGroup(
  values: Float32Array,
  groupSize: number,
  estimate: (group: Float32Array, at: number) => Float32Array,
): Float32Array {
  if (groupSize < 2) {
    throw new RangeError(
      `groupSize: expected at least 2 to compare within groups, got ${groupSize}`,
    );
  }
  const result = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += groupSize) {
    result.set(estimate(values.subarray(at, at + groupSize), at), at);
  }
  return result;
}

/**
 * The same advantage for every token of a rollout.
 *
 * @param values [rollouts]
 */
export function forAllTokens(
  values: Float32Array,
  { responseTokens, lengths }: Pick<AdvantageInputs, "responseTokens" | "lengths">,
): Advantages {
  const advantages = new Float32Array(values.length * responseTokens);
  values.forEach((value, rollout) => {
    const begin = rollout * responseTokens;
    advantages.fill(value, begin, begin + lengths[rollout]!);
  });
  return { advantages, returns: null };
}
