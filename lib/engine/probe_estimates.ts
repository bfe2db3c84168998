/** Estimators of a probe as pure functions of what was sampled. */
import { mean, standardDeviation, variance } from "../core/statistics.ts";

/** A mean with its standard error, NaN for fewer than two values. */
export interface Measured {
  readonly value: number;
  readonly error: number;
}

/** x̄ and s/√n. */
export function measured(values: ArrayLike<number>): Measured {
  return { value: mean(values), error: standardDeviation(values) / Math.sqrt(values.length) };
}

/**
 * Weights w with E[Σ w_i ∇ log π(y_i)] = ∇E[R]: each reward less the mean of the others', over n, which is
 * (R_i − R̄)/(n − 1).
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(leaveOneOutWeights([1, 0, 0, 0, 0]), [0.2, -0.05, -0.05, -0.05, -0.05]);
 * ```
 */
export function leaveOneOutWeights(rewards: readonly number[]): readonly number[] {
  const center = mean(rewards);
  return rewards.map((reward) => (reward - center) / (rewards.length - 1));
}

/** Sum of the gradients of some groups. */
export interface GradientBlock {
  readonly sum: Float32Array; // [parameters]
  readonly groups: number;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * ‖E[h]‖² without bias from independent group gradients h: the mean of h_i·h_j over all i ≠ j in different blocks,
 * (‖S‖² − Σ‖B_b‖²)/(m² − Σ m_b²) with B_b the sum and m_b the number of groups of block b. The squared norm of a mean
 * would be too large by its variance. Standard error: the jackknife over blocks, NaN for fewer than three.
 *
 * Errors: a RangeError for fewer than two blocks.
 */
export function squaredNormOfMean(blocks: readonly GradientBlock[]): Measured {
  if (blocks.length < 2) {
    throw new RangeError(`blocks: expected at least two, got ${blocks.length}`);
  }
  const total = new Float32Array(blocks[0]!.sum.length);
  for (const { sum } of blocks) sum.forEach((value, i) => total[i]! += value);
  const whole = dot(total, total), groups = blocks.reduce((m, { groups }) => m + groups, 0);
  const own = blocks.map(({ sum }) => dot(sum, sum));
  const ownSum = own.reduce((a, b) => a + b, 0);
  const squares = blocks.reduce((sum, { groups }) => sum + groups ** 2, 0);
  const value = (whole - ownSum) / (groups ** 2 - squares);
  if (blocks.length < 3) return { value, error: NaN };
  const without = blocks.map(({ sum, groups: left }, b) => {
    const rest = whole - 2 * dot(total, sum) + own[b]!;
    return (rest - (ownSum - own[b]!)) / ((groups - left) ** 2 - (squares - left ** 2));
  });
  const center = mean(without), n = without.length;
  const spread = without.reduce((sum, one) => sum + (one - center) ** 2, 0);
  return { value, error: Math.sqrt((n - 1) / n * spread) };
}

/** {@link Measured} with the share of the sample that its weights leave. */
export interface WeightedGain extends Measured {
  /** (Σw)²/(n·Σw²). */
  readonly effectiveShare: number;
}

/**
 * J(θ⁺) − J(θ) from responses sampled at θ: the mean of (w_i − 1)(R_i − c), w = π_θ⁺/π_θ of the whole response. Any
 * constant c leaves it unbiased, for E[w] = 1; one near J keeps its noise low.
 *
 * @param logRatios log w
 */
export function weightedGain(
  logRatios: ArrayLike<number>,
  rewards: ArrayLike<number>,
  center: number,
): WeightedGain {
  const weights = Array.from(logRatios, Math.exp);
  const terms = weights.map((weight, i) => (weight - 1) * (rewards[i]! - center));
  const sum = weights.reduce((a, b) => a + b, 0);
  const squares = weights.reduce((a, b) => a + b * b, 0);
  return { ...measured(terms), effectiveShare: sum ** 2 / (weights.length * squares) };
}

/**
 * The two-level decomposition Var[R] = E_Z[p_Z(1 − p_Z)] + Var_Z[p_Z] from p_Z of sampled paths Z; both parts unbiased.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(twoLevelVariance([0, 1, 0, 1]), { within: 0, between: 1 / 3 });
 * deepEqual(twoLevelVariance([0.5, 0.5]), { within: 0.25, between: 0 });
 * ```
 */
export function twoLevelVariance(
  pathPassRates: ArrayLike<number>,
): { readonly within: number; readonly between: number } {
  return {
    within: mean(Array.from(pathPassRates, (p) => p * (1 - p))),
    between: variance(pathPassRates),
  };
}
