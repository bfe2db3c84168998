/** The scores of MMR1 (arXiv 2509.21268, section 4): how much reward variance a prompt promises. */

/**
 * OVS(x) = P(x)·(1 − P(x)): the variance of a 0/1 reward with mean `passRate`; at most 1/4.
 *
 * With a pass rate estimated from N rollouts this is biased down by (N − 1)/N; the paper does not correct it.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual([0, 0.5, 1].map(outcomeVariance), [0, 0.25, 0]);
 * ```
 */
export function outcomeVariance(passRate: number): number {
  return passRate * (1 - passRate);
}

/** VPS(x) = α·OVS(x) + β·TDS(x); α and β are `weights.ovs` and `weights.tds`. */
export function variancePromotion(
  ovs: number,
  tds: number,
  weights: { readonly ovs: number; readonly tds: number },
): number {
  return weights.ovs * ovs + weights.tds * tds;
}

/** Weights rescaled to [0, 1]: (w − min)/(max − min + 1e-8), as LengSicong/MMR1:verl/trainer/ray_trainer.py. */
export function minMaxNormalized(weights: Float32Array): Float32Array {
  const low = weights.reduce((a, b) => Math.min(a, b), Infinity);
  const high = weights.reduce((a, b) => Math.max(a, b), -Infinity);
  return weights.map((weight) => (weight - low) / (high - low + 1e-8));
}
