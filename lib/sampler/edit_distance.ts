/** Levenshtein distance of token sequences. */
import { numberTokens } from "./number_tokens.ts";

const WORD = 32;
const RISES = 1;

/**
 * Fewest insertions, deletions and substitutions that turn `a` into `b`.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(editDistance([1, 2, 3], [2, 3, 4, 5]), 3);
 * ```
 */
export function editDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pairwiseEditDistances([a, b])[0]!;
}

/** {@link editDistance} of every pair (i, j) with j < i, in the order (1, 0), (2, 0), (2, 1), (3, 0), … */
export function pairwiseEditDistances(sequences: readonly ArrayLike<number>[]): Int32Array {
  const { sequences: numbered, distinct } = numberTokens(sequences);
  const low = new Int32Array(distinct), high = new Int32Array(distinct);
  const distances = new Int32Array(sequences.length * (sequences.length - 1) / 2);
  let pair = 0;
  for (let i = 0; i < numbered.length; i++) {
    for (let j = 0; j < i; j++) distances[pair++] = distance(numbered[i]!, numbered[j]!, low, high);
  }
  return distances;
}

/**
 * Myers' bit-parallel method in blocks of rows (Hyyrö 2003): neighbours in the table of distances differ by at most
 * one, so 32 rows of a column fit in two words, and a block of rows needs to know only how the row above it rises and
 * falls. O(|a|·|b|/32). Two words of rows go through the columns together: what the upper one hands down stays in
 * registers, and the processor works on both at once.
 *
 * @param upper one zero per token of the alphabet, as in `lower`; zeros again afterwards
 */
function distance(a: Int32Array, b: Int32Array, upper: Int32Array, lower: Int32Array): number {
  // What both begin or end with costs nothing.
  let begin = 0, endA = a.length, endB = b.length;
  while (begin < endA && begin < endB && a[begin] === b[begin]) begin++;
  while (endA > begin && endB > begin && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const columns = endB - begin;
  // Differences along the last row so far, one per column: 1 where it rises, 2 where it falls. The table's top row
  // rises by one throughout.
  const edges = new Uint8Array(columns).fill(RISES);
  for (let from = begin; from < endA; from += 2 * WORD) {
    const middle = Math.min(from + WORD, endA), to = Math.min(middle + WORD, endA);
    for (let i = from; i < middle; i++) upper[a[i]!]! |= 1 << (i - from);
    for (let i = middle; i < to; i++) lower[a[i]!]! |= 1 << (i - middle);
    const last = middle - from - 1, lastLower = to - middle - 1; // bits above have no meaning
    // Differences down the current column; the first rises throughout.
    let rise = -1, fall = 0, riseLower = -1, fallLower = 0;
    for (let j = 0; j < columns; j++) {
      const token = b[begin + j]!, edge = edges[j]!;
      let match = upper[token]!, riseIn = edge & RISES, fallIn = edge >>> 1;
      let carried = match | fallIn;
      let horizontal = ((((carried & rise) + rise) | 0) ^ rise) | carried;
      let rising = fall | ~(horizontal | rise);
      let falling = rise & horizontal;
      let down = (rising << 1) | riseIn;
      rise = (falling << 1) | fallIn | ~(match | fall | down);
      fall = down & (match | fall);
      riseIn = (rising >>> last) & 1;
      fallIn = (falling >>> last) & 1;
      if (lastLower >= 0) {
        match = lower[token]!;
        carried = match | fallIn;
        horizontal = ((((carried & riseLower) + riseLower) | 0) ^ riseLower) | carried;
        rising = fallLower | ~(horizontal | riseLower);
        falling = riseLower & horizontal;
        down = (rising << 1) | riseIn;
        riseLower = (falling << 1) | fallIn | ~(match | fallLower | down);
        fallLower = down & (match | fallLower);
        riseIn = (rising >>> lastLower) & 1;
        fallIn = (falling >>> lastLower) & 1;
      }
      edges[j] = riseIn | (fallIn << 1);
    }
    for (let i = from; i < middle; i++) upper[a[i]!] = 0;
    for (let i = middle; i < to; i++) lower[a[i]!] = 0;
  }
  let result = endA - begin;
  for (let j = 0; j < columns; j++) result += (edges[j]! & RISES) - (edges[j]! >>> 1);
  return result;
}
