/** Truncated importance weights: what is sampled by one program and trained by another differs a little. */

/** Bound on log-ratios before the exponential. */
const LOG_RATIO_BOUND = 20;

/**
 * min(π_recomputed/π_rollout, cap) of every token: the weight of its loss where generation and training disagree on
 * the log-probabilities of the policy that generated. Every policy loss is proportional to the advantage, so that
 * the weight is a factor of the advantage.
 *
 * Source: truncated importance sampling of verl-project/verl (rollout correction) and OpenRLHF
 * (algo.advantage.is_correction).
 *
 * @param recomputed log-probabilities as training evaluates them // [tokens]
 * @param rollout log-probabilities as generation gave them // [tokens]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const weights = importanceWeights(Float32Array.of(0, 0), Float32Array.of(0, -3), 2);
 * deepEqual(weights, Float32Array.of(1, 2));
 * ```
 */
export function importanceWeights(
  recomputed: Float32Array,
  rollout: Float32Array,
  cap: number,
): Float32Array {
  return recomputed.map((logProb, i) => {
    const logRatio = Math.max(-LOG_RATIO_BOUND, Math.min(LOG_RATIO_BOUND, logProb - rollout[i]!));
    return Math.min(Math.exp(logRatio), cap);
  });
}
