/** What a paired design of n seeds can see, and how many seeds an effect needs. */
import { logGamma, studentQuantile } from "./student.ts";

/** Probability that a test of a real effect finds it, where nothing else is said. */
export const POWER = 0.8;

function checkPower(power: number): void {
  if (!(power > 0.5 && power < 1)) {
    throw new RangeError(`power: expected a number in (0.5, 1), got ${power}`);
  }
}

/**
 * Smallest mean difference, in standard deviations of the differences, that `n` pairs find with probability `power`
 * in a two-sided paired t-test at `level`: (t_level + t_power)/√n with n − 1 degrees of freedom. An approximation by
 * central quantiles: against the noncentral t distribution 1 % too small at five pairs, 5 % at three, 14 % at two.
 * NaN for fewer than two pairs.
 *
 * The counterpart of {@link seedsNeeded}: `seedsNeeded(detectableEffect(n))` is n.
 */
export function detectableEffect(n: number, power = POWER, level = 0.95): number {
  checkPower(power);
  if (n < 2) return NaN;
  return (studentQuantile(level, n - 1) + studentQuantile(2 * power - 1, n - 1)) / Math.sqrt(n);
}

/**
 * Pairs needed to detect a mean difference of `effect` standard deviations (of the differences) at `level` with
 * probability `power`: the smallest n with {@link detectableEffect} ≤ effect, within a pair of the exact answer.
 */
export function seedsNeeded(effect: number, power = POWER, level = 0.95): number {
  if (!(effect > 0)) throw new RangeError(`effect: expected a number > 0, got ${effect}`);
  checkPower(power);
  // A hair of slack, so that the effect of n pairs asks for n although rounding made it a little less.
  const enough = (n: number) => detectableEffect(n, power, level) <= effect * (1 + 1e-12);
  let below = 1, n = 2;
  while (!enough(n)) [below, n] = [n, 2 * n];
  while (n - below > 1) {
    const middle = Math.floor((below + n) / 2);
    if (enough(middle)) n = middle;
    else below = middle;
  }
  return n;
}

/** P(X ≤ x) of the chi-square distribution: the lower incomplete gamma function's series of positive terms. */
function chiSquareCdf(x: number, df: number): number {
  if (x <= 0) return 0;
  const a = df / 2, half = x / 2;
  let term = 1 / a, sum = term;
  for (let k = 1; term > sum * 1e-17; k++) sum += term *= half / (a + k);
  return Math.min(1, Math.exp(a * Math.log(half) - half - logGamma(a)) * sum);
}

function chiSquareQuantile(share: number, df: number): number {
  let low = 0, high = df;
  while (chiSquareCdf(high, df) < share) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (chiSquareCdf(middle, df) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Factors by which the standard deviation of n normal values must be multiplied for the ends of an interval for σ:
 * √((n − 1)/χ²) with n − 1 degrees of freedom. With three values they are 0.52 and 6.3: planning from few seeds is
 * planning from a guess. NaN for fewer than two values.
 */
export function deviationFactors(n: number, level = 0.95): readonly [low: number, high: number] {
  if (n < 2) return [NaN, NaN];
  const factor = (share: number) => Math.sqrt((n - 1) / chiSquareQuantile(share, n - 1));
  return [factor((1 + level) / 2), factor((1 - level) / 2)];
}
