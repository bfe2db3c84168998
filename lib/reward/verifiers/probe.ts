/**
 * Equality of expressions with letters, by their values at points: polynomials and fractions of them are evaluated
 * exactly, so that two different ones agree at one point of 600 with probability at most degree/600, and at all of them
 * practically never (Schwartz and Zippel). The points are the same on every call.
 */
import { evaluate, type Expression, symbolsOf } from "./expression.ts";
import { almostEqual, fraction, multiply, toNumber, type Value } from "./value.ts";

const POINTS = 12;
/** Points at which both sides must have a value, a third of which a root may take away. */
const REQUIRED = 4;

/** The value of a symbol at a point: a fraction of no simple relation to any other, of either sign. */
export function coordinate(
  symbol: string,
  point: number,
): { numerator: number; denominator: number } {
  let hash = Math.imul(point + 1, 0x9e3779b1);
  for (let i = symbol.startsWith("\\") ? 1 : 0; i < symbol.length; i++) {
    hash = Math.imul(hash ^ symbol.charCodeAt(i), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  const size = 11 + (hash >>> 8) % 600;
  // Every third point is positive in all symbols, and further out: where roots of differences may have values.
  if (point % 3 === 0) return { numerator: size * 7, denominator: 97 };
  return { numerator: (hash & 1) === 1 ? -size : size, denominator: 97 };
}

/** The value of an expression at a point. */
export const valueAt = (expression: Expression, point: number): Value =>
  evaluate(expression, (name) => {
    const { numerator, denominator } = coordinate(name, point);
    return fraction(BigInt(numerator), BigInt(denominator));
  });

const isFinite = (value: Value) => Number.isFinite(toNumber(value));

/** Whether both have the same value at every point where both have one. */
export function agree(left: Expression, right: Expression): boolean {
  let seen = 0;
  for (let point = 0; point < POINTS; point++) {
    const a = valueAt(left, point), b = valueAt(right, point);
    if (!isFinite(a) || !isFinite(b)) continue;
    if (!almostEqual(a, b)) return false;
    seen++;
  }
  return seen >= REQUIRED;
}

/** Whether one is a constant multiple of the other, neither being 0 everywhere: whether they have the same roots. */
export function proportional(left: Expression, right: Expression): boolean {
  let first: [Value, Value] | null = null, seen = 0;
  for (let point = 0; point < POINTS; point++) {
    const a = valueAt(left, point), b = valueAt(right, point);
    if (!isFinite(a) || !isFinite(b)) continue;
    if ((toNumber(a) === 0) !== (toNumber(b) === 0)) return false;
    if (toNumber(a) === 0) continue;
    first ??= [a, b];
    if (!almostEqual(multiply(a, first[1]), multiply(b, first[0]))) return false;
    seen++;
  }
  return seen >= REQUIRED;
}

/** Whether the expression has no letters: a number. */
export const isConstant = (expression: Expression): boolean => symbolsOf(expression).size === 0;
