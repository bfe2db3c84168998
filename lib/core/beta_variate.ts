/** Random numbers of the gamma and beta distributions. */
import type { RandomSource } from "./random.ts";

/**
 * A Gamma(shape, 1) number: Marsaglia and Tsang's squeeze (A simple method for generating gamma variables, ACM TOMS 26,
 * 2000), and G(shape + 1)·U^(1/shape) for shapes below 1.
 *
 * @param shape above 0
 */
export function gammaVariate(shape: number, random: RandomSource): number {
  if (!(shape > 0 && shape < Infinity)) {
    throw new RangeError(`expected a shape above 0, got ${shape}`);
  }
  if (shape < 1) {
    return gammaVariate(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  }
  const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = random.normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root, square = x * x; // powers by ** take most of the time
    const u = 1 - random.next();
    if (u < 1 - 0.0331 * square * square) return d * v;
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return d * v;
  }
}

/**
 * A Beta(a, b) number: X/(X + Y) of two gamma numbers.
 *
 * @param a above 0
 * @param b above 0
 * @returns in [0, 1]
 */
export function betaVariate(a: number, b: number, random: RandomSource): number {
  const x = gammaVariate(a, random), y = gammaVariate(b, random);
  // Both underflow for tiny a and b, whose distribution is all but 0 or 1.
  if (x + y === 0) return random.next() < a / (a + b) ? 1 : 0;
  return x / (x + y);
}
