/** Levenshtein distance of token sequences. */

const WORD = 32;

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
  const numbers = new Map<number, number>();
  const numbered = sequences.map((sequence) =>
    Int32Array.from(sequence, (token) => {
      if (!numbers.has(token)) numbers.set(token, numbers.size);
      return numbers.get(token)!;
    })
  );
  const matches = new Int32Array(numbers.size);
  const distances = new Int32Array(sequences.length * (sequences.length - 1) / 2);
  let pair = 0;
  for (let i = 0; i < numbered.length; i++) {
    for (let j = 0; j < i; j++) distances[pair++] = distance(numbered[i]!, numbered[j]!, matches);
  }
  return distances;
}

/**
 * Myers' bit-parallel method in blocks of 32 rows (Hyyrö 2003): neighbours in the table of distances differ by
 * at most one, so 32 rows of a column fit in two words, and a block of rows needs to know only how the row above
 * it rises and falls. O(|a|·|b|/32).
 *
 * @param matches one zero per token of the alphabet; zeros again afterwards
 */
function distance(a: Int32Array, b: Int32Array, matches: Int32Array): number {
  // What both begin or end with costs nothing.
  let begin = 0, endA = a.length, endB = b.length;
  while (begin < endA && begin < endB && a[begin] === b[begin]) begin++;
  while (endA > begin && endB > begin && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const columns = endB - begin;
  // Differences along the last row so far, one per column. The table's top row rises by one throughout.
  const rises = new Uint8Array(columns).fill(1), falls = new Uint8Array(columns);
  for (let from = begin; from < endA; from += WORD) {
    const to = Math.min(from + WORD, endA);
    for (let i = from; i < to; i++) matches[a[i]!]! |= 1 << (i - from);
    const last = to - from - 1; // bits above it have no meaning
    let rise = -1, fall = 0; // differences down the current column; the first rises throughout
    for (let j = 0; j < columns; j++) {
      const match = matches[b[begin + j]!]!, fallIn = falls[j]!;
      const carried = match | fallIn;
      const horizontal = ((((carried & rise) + rise) | 0) ^ rise) | carried;
      const rising = fall | ~(horizontal | rise);
      const falling = rise & horizontal;
      const down = (rising << 1) | rises[j]!;
      rises[j] = (rising >>> last) & 1;
      falls[j] = (falling >>> last) & 1;
      rise = (falling << 1) | fallIn | ~(match | fall | down);
      fall = down & (match | fall);
    }
    for (let i = from; i < to; i++) matches[a[i]!] = 0;
  }
  let result = endA - begin;
  for (let j = 0; j < columns; j++) result += rises[j]! - falls[j]!;
  return result;
}
