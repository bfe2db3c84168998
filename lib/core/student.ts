/** Student's t and the normal distribution. */

// Lanczos' approximation with g = 7 and nine terms: relative error about 1e-15.
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** ln Γ(x) for x ≥ ½. */
export function logGamma(x: number): number {
  const series = LANCZOS.reduce((sum, term, i) => i === 0 ? term : sum + term / (x - 1 + i), 0);
  const base = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}

/** Keeps the continued fraction's denominators away from 0. */
const TINY = 1e-300;
const FRACTION_TERMS = 1000;

/** Regularised incomplete beta function I_x(a, b): its continued fraction, by Lentz' method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a); // converges faster
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) +
    b * Math.log1p(-x);
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1) || TINY), fraction = d;
  for (let m = 1; m < FRACTION_TERMS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || TINY);
    c = 1 + even / c || TINY;
    fraction *= c * d;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || TINY);
    c = 1 + odd / c || TINY;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return Math.exp(scale) * fraction / a;
}

/** P(|Z| ≥ z) of the standard normal, from erf's series of positive terms; absolute error about 1e-15. */
function normalP(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (x > 6) return 0; // below 3e-17
  let term = x, sum = x;
  for (let n = 1; term > sum * 1e-17; n++) sum += term *= 2 * x * x / (2 * n + 1);
  return Math.max(0, 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum);
}

/**
 * P(|T| ≥ |t|): the two-sided p-value of a t statistic.
 *
 * @param df degrees of freedom, above 0 and not necessarily whole; Infinity for the normal distribution
 */
export function studentP(t: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`degrees of freedom: expected a number > 0, got ${df}`);
  if (df === Infinity) return normalP(t);
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

const quantiles = new Map<string, number>();

/**
 * The t ≥ 0 with P(|T| ≤ t) = `level`, by bisection to the last bits; each is computed once.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * ok(Math.abs(studentQuantile(0.95, 2) - 4.302652729749464) < 1e-12);
 * ```
 */
export function studentQuantile(level: number, df: number): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`level: expected a number in (0, 1), got ${level}`);
  }
  const key = `${level}:${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  let low = 0, high = 1;
  while (studentP(high, df) > 1 - level) high *= 2;
  for (let i = 0; i < 64; i++) {
    const middle = (low + high) / 2;
    if (studentP(middle, df) > 1 - level) low = middle;
    else high = middle;
  }
  const quantile = (low + high) / 2;
  quantiles.set(key, quantile);
  return quantile;
}
