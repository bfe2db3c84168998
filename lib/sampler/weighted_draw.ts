/** Draws indices in proportion to weights that may change one at a time. */

/** Weights, and sums of weights, that one sum covers: a cache line of single-precision numbers. */
const FAN_OUT = 16;
/** Sums on top that are summed up from the first to the last: few enough to do so anew when a weight has changed. */
const MAX_TOP = 4096;

/**
 * Draws with replacement, index i with probability wᵢ/Σw, for pools of any size that fits in memory.
 *
 * Sums of 16 weights, sums of 16 such sums, and so on, in double precision; the top level, of at most 4096, is
 * cumulated, and a table tells at which of its sums a uniform number begins its search (Chen and Asau 1974, "On
 * generating random variates from an empirical distribution"). A draw looks into the table and goes down the levels,
 * past half of 16 sums on each; a changed weight recomputes the sums above it, and the next draw the top. So the
 * cost hardly depends on the size of the pool, nothing drifts (after a change everything equals what would be built
 * anew, to the bit), and 10⁸ single-precision weights need 0.4 GB plus 54 MB. One uniform number of 53 bits decides a
 * draw: there is no limit at 2²⁴ as with single-precision sums.
 *
 * Where all weights are 0 nothing tells prompts apart, and the draw is uniform (the public MMR1 code raises).
 */
export class WeightedDraw {
  readonly #weights: Float32Array;
  /** Sums of the weights, sums of those sums, …; the last level is the top. */
  readonly #levels: readonly Float64Array[];
  /** Sum of the top up to and including each of its elements. */
  readonly #cumulative: Float64Array;
  /** Where the search for uniform numbers of [j, j + 1)/length begins. */
  readonly #guide: Int32Array;
  /** Last element of the top that is not 0. */
  #last = 0;
  #isTopCurrent = false;

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
    const levels = [sumsOf(weights)];
    while (levels.at(-1)!.length > MAX_TOP) levels.push(sumsOf(levels.at(-1)!));
    this.#levels = levels;
    const top = levels.at(-1)!.length;
    this.#cumulative = new Float64Array(top);
    this.#guide = new Int32Array(2 ** Math.ceil(Math.log2(top)));
  }

  /** Σw. */
  get total(): number {
    this.#cumulate();
    return this.#cumulative.at(-1)!;
  }

  /** Replaces one weight. Errors: as the constructor. */
  set(index: number, weight: number): void {
    if (!(weight >= 0 && Math.fround(weight) < Infinity)) throw badWeight(index, weight);
    if (!(index in this.#weights)) {
      throw new RangeError(`expected an index below ${this.#weights.length}, got ${index}`);
    }
    this.#weights[index] = weight;
    let below: Float32Array | Float64Array = this.#weights, at = index;
    for (const level of this.#levels) {
      at = Math.floor(at / FAN_OUT);
      level[at] = sumOf(below, at);
      below = level;
    }
    this.#isTopCurrent = false;
  }

  /** The index that `uniform`, in [0, 1), falls on. An index of weight 0 is never returned unless all are 0. */
  pick(uniform: number): number {
    if (!this.#isTopCurrent) this.#cumulate();
    const cumulative = this.#cumulative, guide = this.#guide, last = this.#last;
    const total = cumulative[cumulative.length - 1]!;
    if (total === 0) return Math.floor(uniform * this.#weights.length);
    let rest = uniform * total, at = guide[(uniform * guide.length) | 0]!;
    // Rounding may leave `rest` beyond everything, here and below; what has no weight is never entered.
    while (at < last && rest >= cumulative[at]!) at++;
    if (at > 0) rest -= cumulative[at - 1]!;
    for (let depth = this.#levels.length - 2; depth >= 0; depth--) {
      const level = this.#levels[depth]!;
      const begin = at * FAN_OUT, end = Math.min(begin + FAN_OUT, level.length);
      for (at = begin; at < end && rest >= level[at]!; at++) rest -= level[at]!;
      if (at === end) at = lastWithWeight(level, end);
    }
    const weights = this.#weights;
    const begin = at * FAN_OUT, end = Math.min(begin + FAN_OUT, weights.length);
    for (at = begin; at < end; at++) {
      const weight = weights[at]!;
      if (rest < weight) return at;
      rest -= weight;
    }
    return lastWithWeight(weights, end);
  }

  /** {@link pick} for each of many uniform numbers. */
  picks(uniforms: Float64Array): Int32Array {
    const picked = new Int32Array(uniforms.length);
    for (let i = 0; i < uniforms.length; i++) picked[i] = this.pick(uniforms[i]!);
    return picked;
  }

  /** Sums the top up and makes its table, where a weight changed since. */
  #cumulate(): void {
    if (this.#isTopCurrent) return;
    const top = this.#levels.at(-1)!, cumulative = this.#cumulative, guide = this.#guide;
    let total = 0, last = 0;
    for (let i = 0; i < top.length; i++) {
      if (top[i]! > 0) last = i;
      cumulative[i] = total += top[i]!;
    }
    const step = total / guide.length; // exact: the length is a power of two
    for (let j = 0, at = 0; j < guide.length; j++) {
      while (at < last && j * step >= cumulative[at]!) at++;
      guide[j] = at;
    }
    this.#last = last;
    this.#isTopCurrent = true;
  }
}

/** Sums of 16 neighbours each. */
function sumsOf(values: Float32Array | Float64Array): Float64Array {
  const sums = new Float64Array(Math.ceil(values.length / FAN_OUT));
  for (let i = 0; i < sums.length; i++) sums[i] = sumOf(values, i);
  return sums;
}

/** Sum number `index` of {@link sumsOf}. */
function sumOf(values: Float32Array | Float64Array, index: number): number {
  const end = Math.min((index + 1) * FAN_OUT, values.length);
  let sum = 0;
  for (let i = index * FAN_OUT; i < end; i++) sum += values[i]!;
  return sum;
}

/** The last of the values in front of `end` that is not 0; there is one. */
function lastWithWeight(values: Float32Array | Float64Array, end: number): number {
  let at = end - 1;
  while (values[at] === 0) at--;
  return at;
}

function badWeight(index: number, weight: number): RangeError {
  return new RangeError(`weight ${index}: expected a finite number ≥ 0, got ${weight}`);
}
