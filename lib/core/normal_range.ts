/** The range of independent normal numbers: how far apart k equal arms are by chance alone. */
import { studentP } from "./student.ts";

/** Beyond this many standard deviations the normal distribution holds less than 1e-16. */
const REACH = 8.5;
/** Points of the trapezoid rule, which for smooth functions that vanish at both ends is exact to rounding. */
const POINTS = 400;

/** Φ(x), absolute error about 1e-15. */
function normalCdf(x: number): number {
  const tail = studentP(x, Infinity) / 2;
  return x < 0 ? tail : 1 - tail;
}

const PLACES = Float64Array.from(
  { length: POINTS + 1 },
  (_, i) => REACH * (2 * i / POINTS - 1),
);
const BELOW = PLACES.map(normalCdf);

function integrate(f: (x: number, below: number) => number): number {
  let sum = 0;
  for (let i = 0; i <= POINTS; i++) sum += f(PLACES[i]!, BELOW[i]!);
  return sum * 2 * REACH / POINTS;
}

function checkCount(count: number): void {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new RangeError(`count: expected a whole number ≥ 2, got ${count}`);
  }
}

/**
 * Expected range of `count` independent normal numbers in units of their σ: ∫ 1 − Φ(x)^k − (1 − Φ(x))^k dx
 * (Tippett, Biometrika 17, 1925).
 *
 * Errors: a RangeError for fewer than two.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * ok(Math.abs(expectedNormalRange(2) - 2 / Math.sqrt(Math.PI)) < 1e-12);
 * ```
 */
export function expectedNormalRange(count: number): number {
  checkCount(count);
  return integrate((_, below) => 1 - below ** count - (1 - below) ** count);
}

/**
 * P(range ≤ w) = k ∫ φ(x)(Φ(x + w) − Φ(x))^(k−1) dx, for `count` = k independent standard normal numbers: the
 * studentised range with infinitely many degrees of freedom.
 *
 * Errors: a RangeError for fewer than two.
 */
export function normalRangeCdf(w: number, count: number): number {
  checkCount(count);
  if (!(w > 0)) return 0;
  const density = (x: number) => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  const share = count *
    integrate((x, below) => density(x) * (normalCdf(x + w) - below) ** (count - 1));
  return Math.min(1, share);
}

/**
 * The range, in units of σ, that `count` independent normal numbers stay below with probability `share`.
 *
 * Errors: a RangeError for fewer than two, or a share outside (0, 1).
 */
export function normalRangeQuantile(share: number, count: number): number {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`share: expected a number in (0, 1), got ${share}`);
  }
  let low = 0, high = 1;
  while (normalRangeCdf(high, count) < share) high *= 2;
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (normalRangeCdf(middle, count) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
