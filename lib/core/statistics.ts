/** Intervals and tests for few seeds. Below ten a bootstrap covers too little; Student's t does not. */
import { studentP, studentQuantile } from "./student.ts";

export { seedsNeeded } from "./power.ts";
export { studentP, studentQuantile };

/** Any statistic with an interval; its ends are NaN where it has none. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Runs or pairs it is from. */
  readonly n: number;
}

/** A mean and an interval for it. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** A difference of means with its interval and the p-value of the test that it is 0. */
export interface Comparison extends Interval {
  /** Two-sided. Where nothing varies: 1 when the difference is 0, else 0. */
  readonly p: number;
}

/** Σx/n; NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Unbiased variance Σ(x − mean)²/(n − 1); NaN for fewer than two values. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** 2;
  return values.length < 2 ? NaN : sum / (values.length - 1);
}

/** √ of the unbiased {@link variance}. */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/**
 * mean ± t·s/√n with n − 1 degrees of freedom. Both ends are NaN for fewer than two values: one seed says nothing
 * about the spread.
 */
export function tInterval(values: readonly number[], level = 0.95): Interval {
  const n = values.length, center = mean(values);
  if (n < 2) return { mean: center, low: NaN, high: NaN, n };
  const half = studentQuantile(level, n - 1) * standardDeviation(values) / Math.sqrt(n);
  return { mean: center, low: center - half, high: center + half, n };
}

/**
 * The mean of a[i] − b[i], with its t interval and the paired t-test; `n` counts pairs.
 *
 * Where a and b vary and all their differences are the same number other than 0, coarse values have met by chance
 * (accuracies are counts), and the spread is unknown: low, high and p are NaN, as for fewer than two pairs.
 */
export function pairedInterval(
  a: readonly number[],
  b: readonly number[],
  level = 0.95,
): Comparison {
  checkSameLength("pairs", a, b);
  const differences = a.map((value, i) => value - b[i]!);
  const interval = tInterval(differences, level);
  if (isConstant(differences) && interval.mean !== 0 && !isConstant(a)) {
    return { ...interval, low: NaN, high: NaN, p: NaN };
  }
  const error = standardDeviation(differences) / Math.sqrt(interval.n);
  return { ...interval, p: pValue(interval.mean, error, interval.n - 1) };
}

/** Whether all values are equal, but for rounding. */
function isConstant(values: readonly number[]): boolean {
  const low = Math.min(...values), high = Math.max(...values);
  return high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high));
}

/**
 * mean(a) − mean(b) for unpaired samples of unequal variance (Welch's t-test), with the degrees of freedom of
 * Welch and Satterthwaite; `n` counts the values of both.
 */
export function welch(
  a: readonly number[],
  b: readonly number[],
  level = 0.95,
): Comparison & { readonly df: number } {
  const n = a.length + b.length, difference = mean(a) - mean(b);
  const errorA = variance(a) / a.length, errorB = variance(b) / b.length;
  const error = Math.sqrt(errorA + errorB);
  if (Number.isNaN(error)) return { mean: difference, low: NaN, high: NaN, n, p: NaN, df: NaN };
  // Where nothing varies the formula is 0/0; any number of degrees gives the same interval.
  const df = error === 0
    ? n - 2
    : (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  const half = studentQuantile(level, df) * error;
  return {
    mean: difference,
    low: difference - half,
    high: difference + half,
    n,
    p: pValue(difference, error, df),
    df,
  };
}

/** Two-sided p of difference/error; NaN where the error is unknown. */
function pValue(difference: number, error: number, df: number): number {
  if (Number.isNaN(error)) return NaN;
  if (error === 0) return difference === 0 ? 1 : 0;
  return studentP(difference / error, df);
}

/**
 * Wilson's score interval for a share: stays in [0, 1] and has width also at 0 and 1. `mean` is correct/n; the
 * interval is centred elsewhere. Without trials nothing is known: NaN, 0 and 1.
 */
export function wilson(correct: number, n: number, level = 0.95): Interval {
  if (!(n >= 0 && correct >= 0 && correct <= n)) {
    throw new RangeError(`share: expected 0 ≤ correct ≤ n, got ${correct} of ${n}`);
  }
  if (n === 0) return { mean: NaN, low: 0, high: 1, n };
  const z = studentQuantile(level, Infinity), share = correct / n;
  const scale = 1 + z * z / n, center = (share + z * z / (2 * n)) / scale;
  const half = z / scale * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  // Exactly 0 and 1 at the ends, where rounding would miss them.
  const low = correct === 0 ? 0 : center - half, high = correct === n ? 1 : center + half;
  return { mean: share, low, high, n };
}

/** Holm's step-down correction for several tests: adjusted p-values, in the order given. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank. NaN where one side
 * does not vary.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength("pairs", a, b);
  const x = ranks(a), y = ranks(b);
  const center = (a.length + 1) / 2; // the mean of ranks, ties or not
  let xy = 0, xx = 0, yy = 0;
  for (let i = 0; i < a.length; i++) {
    const dx = x[i]! - center, dy = y[i]! - center;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Ranks from 1, ties at their mean rank. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i)
    .sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let begin = 0, end = 1; begin < order.length; begin = end++) {
    while (end < order.length && values[order[end]!] === values[order[begin]!]) end++;
    for (let k = begin; k < end; k++) result[order[k]!] = (begin + 1 + end) / 2;
  }
  return result;
}

/**
 * Normalised area under a curve: ∫y dx/(x_last − x_first) by the trapezoid rule, the mean height. One point has
 * its own height. Curves are comparable only over the same x.
 *
 * Errors: a RangeError when there is no point, or x does not increase.
 */
export function areaUnderCurve(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkSameLength("points", x, y);
  if (x.length === 0) throw new RangeError("points: expected at least one, got none");
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    const width = x[i]! - x[i - 1]!;
    if (!(width > 0)) throw new RangeError(`x: expected increasing values, got ${x[i]} at ${i}`);
    area += width * (y[i]! + y[i - 1]!) / 2;
  }
  return x.length === 1 ? y[0]! : area / (x[x.length - 1]! - x[0]!);
}

function checkSameLength(what: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new RangeError(`${what}: expected ${a.length} values on both sides, got ${b.length}`);
  }
}
