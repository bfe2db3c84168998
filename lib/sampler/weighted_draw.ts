/** Draws indices in proportion to weights that may change one at a time. */

/** Weights summed by one scan at the end of a draw: four cache lines. */
const BLOCK = 64;

/**
 * Draws with replacement, index i with probability wᵢ/Σw, for pools of any size that fits in memory.
 *
 * Sums of 64 weights are the leaves of a binary tree of sums in double precision. A draw walks down the tree
 * and then along one block; a changed weight recomputes the sums above it. So both cost O(log n), nothing
 * drifts (a changed tree equals one built anew, to the bit), and 10⁸ single-precision weights need 0.4 GB plus
 * 32 MB. One uniform number of 53 bits decides a draw: there is no limit at 2²⁴ as with single-precision sums.
 *
 * Where all weights are 0 nothing tells prompts apart, and the draw is uniform (the public MMR1 code raises).
 */
export class WeightedDraw {
  readonly #weights: Float32Array;
  /** Index of the first leaf; node k has the children 2k and 2k + 1. */
  readonly #leaves: number;
  readonly #sums: Float64Array;

  /**
   * @param weights [prompts], finite and ≥ 0. Kept, not copied: change it through {@link set} only.
   *
   * Errors: a RangeError that names the first weight that is negative or not finite.
   */
  constructor(weights: Float32Array) {
    if (weights.length === 0) throw new RangeError("expected at least one weight, got none");
    for (let i = 0; i < weights.length; i++) {
      if (!(weights[i]! >= 0 && weights[i]! < Infinity)) throw badWeight(i, weights[i]!);
    }
    this.#weights = weights;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.ceil(weights.length / BLOCK)));
    this.#sums = new Float64Array(2 * this.#leaves);
    for (let block = 0; block * BLOCK < weights.length; block++) {
      this.#sums[this.#leaves + block] = this.#blockSum(block);
    }
    for (let node = this.#leaves - 1; node >= 1; node--) {
      this.#sums[node] = this.#sums[2 * node]! + this.#sums[2 * node + 1]!;
    }
  }

  /** Σw. */
  get total(): number {
    return this.#sums[1]!;
  }

  /** Replaces one weight. Errors: as the constructor. */
  set(index: number, weight: number): void {
    if (!(weight >= 0 && Math.fround(weight) < Infinity)) throw badWeight(index, weight);
    if (!(index in this.#weights)) {
      throw new RangeError(`expected an index below ${this.#weights.length}, got ${index}`);
    }
    this.#weights[index] = weight;
    const block = Math.floor(index / BLOCK);
    let node = this.#leaves + block;
    this.#sums[node] = this.#blockSum(block);
    for (node >>= 1; node >= 1; node >>= 1) {
      this.#sums[node] = this.#sums[2 * node]! + this.#sums[2 * node + 1]!;
    }
  }

  /** The index that `uniform`, in [0, 1), falls on. An index of weight 0 is never returned unless all are 0. */
  pick(uniform: number): number {
    const weights = this.#weights, sums = this.#sums;
    if (this.total === 0) return Math.floor(uniform * weights.length);
    let rest = uniform * this.total, node = 1;
    while (node < this.#leaves) {
      node *= 2;
      const left = sums[node]!;
      // Rounding may leave `rest` beyond the last weight; a subtree without weight is never entered.
      if (rest >= left && sums[node + 1]! > 0) {
        rest -= left;
        node++;
      }
    }
    const begin = (node - this.#leaves) * BLOCK, end = Math.min(begin + BLOCK, weights.length);
    let last = begin;
    for (let i = begin; i < end; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      if (rest < weight) return i;
      rest -= weight;
      last = i;
    }
    return last;
  }

  #blockSum(block: number): number {
    const end = Math.min((block + 1) * BLOCK, this.#weights.length);
    let sum = 0;
    for (let i = block * BLOCK; i < end; i++) sum += this.#weights[i]!;
    return sum;
  }
}

function badWeight(index: number, weight: number): RangeError {
  return new RangeError(`weight ${index}: expected a finite number ≥ 0, got ${weight}`);
}
