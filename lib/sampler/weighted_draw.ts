/** Draws indices in proportion to weights, for pools of any size. */
import type { RandomSource } from "../core/random.ts";

/**
 * Prefix sums of weights in double precision. Building is O(n), a draw O(log n); there is no limit on n but
 * memory.
 *
 * Weights that are all equal or all 0 give the uniform distribution: with no information, no preference.
 * Errors: a RangeError when a weight is negative or not finite.
 */
export class WeightedDraw {
  readonly #bounds: Float64Array; // [weights]; bounds[i] = Σ weights up to and including i

  constructor(weights: ArrayLike<number>) {
    const bounds = new Float64Array(weights.length);
    let sum = 0;
    for (let i = 0; i < bounds.length; i++) {
      const weight = weights[i]!;
      if (!(weight >= 0 && weight < Infinity)) {
        throw new RangeError(
          `Cannot draw by weights: weight ${i} must be finite and >= 0, got ${weight}`,
        );
      }
      bounds[i] = sum += weight;
    }
    if (sum === 0) { for (let i = 0; i < bounds.length; i++) bounds[i] = i + 1; }
    this.#bounds = bounds;
  }

  /** One index. An index of weight 0 is never drawn. */
  draw(random: RandomSource): number {
    const bounds = this.#bounds;
    const at = random.next() * bounds[bounds.length - 1]!;
    // The first index whose bound lies above `at`.
    let low = 0, high = bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** `count` indices, with replacement. */
  drawMany(count: number, random: RandomSource): Int32Array {
    return Int32Array.from({ length: count }, () => this.draw(random));
  }
}
