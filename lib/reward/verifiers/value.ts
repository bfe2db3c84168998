/** Numbers of answers: exact fractions as long as that is possible, floating point beyond. */
import { MAX_BITS, MAX_FRACTION_BITS } from "./limits.ts";

/** A fraction in lowest terms with a positive denominator. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A fraction, or a number; NaN where the real numbers have no value, or none that fits. */
export type Value = Fraction | number;

const LIMIT = 1n << BigInt(MAX_BITS), FRACTION_LIMIT = 1n << BigInt(MAX_FRACTION_BITS);
const within = (n: bigint, limit: bigint) => n < limit && n > -limit;

/** A fraction from any two integers; NaN for a denominator of 0. */
export function fraction(numerator: bigint, denominator: bigint): Value {
  if (denominator === 0n) return NaN;
  if (denominator === 1n) {
    return within(numerator, LIMIT) ? { numerator, denominator } : Number(numerator);
  }
  const areSmall = [numerator, denominator].every((n) => within(n, FRACTION_LIMIT));
  if (!areSmall) return ratio(numerator, denominator);
  let a = numerator < 0n ? -numerator : numerator;
  let b = denominator < 0n ? -denominator : denominator;
  while (b > 0n) [a, b] = [b, a % b];
  if (denominator < 0n) a = -a;
  return { numerator: numerator / a, denominator: denominator / a };
}

/** n/d in floating point, also where neither fits into one. */
function ratio(n: bigint, d: bigint): number {
  const excess = Math.max(n.toString(16).length, d.toString(16).length) - 250;
  const shift = BigInt(Math.max(0, excess) * 4);
  return Number(n >> shift) / Number(d >> shift);
}

/** The value as a floating-point number. */
export const toNumber = (value: Value): number =>
  typeof value === "number" ? value : ratio(value.numerator, value.denominator);

const isExact = (value: Value): value is Fraction => typeof value !== "number";

export function add(a: Value, b: Value): Value {
  if (!isExact(a) || !isExact(b)) return toNumber(a) + toNumber(b);
  return fraction(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

export const negate = (a: Value): Value =>
  isExact(a) ? { numerator: -a.numerator, denominator: a.denominator } : -a;

export function multiply(a: Value, b: Value): Value {
  if (!isExact(a) || !isExact(b)) return toNumber(a) * toNumber(b);
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function divide(a: Value, b: Value): Value {
  if (toNumber(b) === 0) return NaN;
  if (!isExact(a) || !isExact(b)) return toNumber(a) / toNumber(b);
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

export const absolute = (a: Value): Value => toNumber(a) < 0 ? negate(a) : a;

const bits = ({ numerator, denominator }: Fraction) =>
  4 * Math.max(numerator.toString(16).length, denominator.toString(16).length);

/** base^exponent, real; exact for whole exponents whose result fits. 0⁰ is NaN, as is a negative number's root. */
export function power(base: Value, exponent: Value): Value {
  const by = toNumber(exponent);
  if (toNumber(base) === 0 && by <= 0) return NaN;
  if (
    isExact(base) && isExact(exponent) && exponent.denominator === 1n &&
    Math.abs(by) * bits(base) <= MAX_BITS
  ) {
    const n = exponent.numerator < 0n ? -exponent.numerator : exponent.numerator;
    const [top, bottom] = [base.numerator ** n, base.denominator ** n];
    return exponent.numerator < 0n ? fraction(bottom, top) : fraction(top, bottom);
  }
  return Math.pow(toNumber(base), by);
}

/** The real root of a whole degree; of a negative number only where the degree is odd. */
export function root(of: Value, degree: Value): Value {
  const value = toNumber(of), n = toNumber(degree);
  if (!Number.isInteger(n) || n < 1) return power(of, divide(fraction(1n, 1n), degree));
  const size = Math.abs(value);
  const real = n === 2 ? Math.sqrt(size) : n === 3 ? Math.cbrt(size) : Math.pow(size, 1 / n);
  return value >= 0 ? real : n % 2 === 1 ? -real : NaN;
}

/** Whether two exact values are one number. */
const same = (a: Fraction, b: Fraction) =>
  a.numerator === b.numerator && a.denominator === b.denominator;

/** Equality up to what floating point leaves open; of two exact values, exactly. NaN equals nothing. */
export function almostEqual(a: Value, b: Value): boolean {
  if (isExact(a) && isExact(b)) return same(a, b);
  const x = toNumber(a), y = toNumber(b);
  return Number.isFinite(x) && Number.isFinite(y) &&
    Math.abs(x - y) <= 1e-10 * Math.max(Math.abs(x), Math.abs(y), 1e-3);
}

/**
 * Equality to half of the sixth decimal, as of a decimal to what it was rounded from (math_verify 0.8:
 * `float_rounding` 6). Numbers that have no six decimals to show are held to six significant digits instead, so that
 * 10⁻⁹ is not 0.
 */
export function equalRounded(a: Value, b: Value): boolean {
  if (isExact(a) && isExact(b) && same(a, b)) return true;
  const difference = Math.abs(toNumber(add(a, negate(b))));
  const size = Math.max(Math.abs(toNumber(a)), Math.abs(toNumber(b)));
  // The margin is the error of the subtraction in floating point: 0.0000005 apart counts as within.
  return difference <= (size < 1e-5 ? size * 5e-7 : 5e-7 * (1 + 1e-9));
}
