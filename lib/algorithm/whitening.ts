/** Whitening of advantages over a batch (EasyR1 verl/utils/torch_functional.py, masked_whiten). */

/** Keeps the division defined. */
const VARIANCE_EPSILON = 1e-8;

/**
 * (A − mean)/√(variance + 1e-8) over all tokens of the batch, with the unbiased variance; 0 behind a response's end.
 * Nothing is left of advantages that are all equal, nor of a single token's.
 *
 * @param advantages [rollouts * responseTokens]
 * @param lengths [rollouts]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const whitened = whiten(Float32Array.of(1, 9, 3, 2), Int32Array.of(1, 2), 2);
 * deepEqual(whitened, Float32Array.of(-1, 0, 1, 0));
 * ```
 */
export function whiten(
  advantages: Float32Array,
  lengths: Int32Array,
  responseTokens: number,
): Float32Array {
  const result = new Float32Array(advantages.length);
  const overTokens = (visit: (value: number, at: number) => void) =>
    lengths.forEach((length, rollout) => {
      const begin = rollout * responseTokens;
      for (let t = begin; t < begin + length; t++) visit(advantages[t]!, t);
    });
  let tokens = 0, sum = 0, squares = 0;
  overTokens((value) => {
    tokens++;
    sum += value;
  });
  if (tokens < 2) return result;
  const mean = sum / tokens;
  overTokens((value) => squares += (value - mean) ** 2);
  const deviation = Math.sqrt(squares / (tokens - 1) + VARIANCE_EPSILON);
  overTokens((value, t) => result[t] = (value - mean) / deviation);
  return result;
}
