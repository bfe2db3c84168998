/** The range, largest less smallest, of several independent standard normal numbers. */
import { studentP } from "./student.ts";

/** P(Z ≤ z) of the standard normal. */
function normalBelow(z: number): number {
  const tail = studentP(z, Infinity) / 2;
  return z < 0 ? tail : 1 - tail;
}

const density = (z: number) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

/** Beyond this a standard normal has less than 1e-18 of its mass. */
const END = 9;
const INTERVALS = 360;

const PLACES = Array.from({ length: INTERVALS + 1 }, (_, i) => -END + 2 * END * i / INTERVALS);
/** P(Z ≤ z) at {@link PLACES}. */
const BELOW = PLACES.map(normalBelow);

/** ∫ over [−9, 9] by Simpson's rule. */
function integral(integrand: (z: number, i: number) => number): number {
  const weight = (i: number) => i === 0 || i === INTERVALS ? 1 : i % 2 === 1 ? 4 : 2;
  const sum = PLACES.reduce((total, z, i) => total + weight(i) * integrand(z, i), 0);
  return sum * 2 * END / INTERVALS / 3;
}

function checkCount(count: number): void {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new RangeError(`range of normals: expected at least 2 of them, got ${count}`);
  }
}

/**
 * E[max − min] of `count` independent standard normals: ∫ 1 − Φ(z)ᵏ − (1 − Φ(z))ᵏ dz (Tippett 1925).
 *
 * Errors: a RangeError for fewer than two.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * ok(Math.abs(expectedNormalRange(2) - 2 / Math.sqrt(Math.PI)) < 1e-9);
 * ```
 */
export function expectedNormalRange(count: number): number {
  checkCount(count);
  return integral((_, i) => 1 - BELOW[i]! ** count - (1 - BELOW[i]!) ** count);
}

/**
 * P(max − min ≤ range) of `count` independent standard normals: k ∫ φ(z) (Φ(z + r) − Φ(z))ᵏ⁻¹ dz, the studentised
 * range with infinitely many degrees of freedom.
 *
 * Errors: a RangeError for fewer than two.
 */
export function normalRangeBelow(range: number, count: number): number {
  checkCount(count);
  if (range <= 0) return 0;
  const inside = (z: number, i: number) => (normalBelow(z + range) - BELOW[i]!) ** (count - 1);
  return Math.min(1, count * integral((z, i) => density(z) * inside(z, i)));
}

/**
 * The range that is not exceeded with probability `level`, by bisection.
 *
 * Errors: a RangeError for fewer than two, or a level outside (0, 1).
 */
export function normalRangeQuantile(level: number, count: number): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`level: expected a number in (0, 1), got ${level}`);
  }
  let low = 0, high = 2 * END;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (normalRangeBelow(middle, count) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
