/** Levenshtein distance of token sequences. */

const WORD = 32;

/**
 * Fewest insertions, deletions and substitutions that turn `a` into `b`.
 *
 * Myers' bit-parallel method in blocks of 32 rows (Hyyrö 2003): a column of the distance table is kept as the
 * signs of its vertical differences, 32 to a word. O(|a|·|b|/32).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(editDistance([1, 2, 3], [2, 3, 4, 5]), 3);
 * ```
 */
export function editDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  // What both begin or end with costs nothing.
  let begin = 0, endA = a.length, endB = b.length;
  while (begin < endA && begin < endB && a[begin] === b[begin]) begin++;
  while (endA > begin && endB > begin && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const rows = endA - begin;
  if (rows === 0 || endB === begin) return Math.max(rows, endB - begin);

  const words = Math.ceil(rows / WORD);
  // For each token of `a`, the rows it stands in; row 0 of the table is for tokens that `a` lacks.
  const tokenRow = new Map<number, number>();
  const matches = new Int32Array((rows + 1) * words);
  for (let i = 0; i < rows; i++) {
    const token = a[begin + i]!;
    let row = tokenRow.get(token);
    if (row === undefined) tokenRow.set(token, row = tokenRow.size + 1);
    matches[row * words + (i >>> 5)]! |= 1 << (i & 31);
  }
  const rises = new Int32Array(words).fill(-1), falls = new Int32Array(words);
  const lastBit = (rows - 1) & 31;
  let distance = rows;
  for (let j = begin; j < endB; j++) {
    const from = (tokenRow.get(b[j]!) ?? 0) * words;
    let riseIn = 1, fallIn = 0; // the table's top row rises by one per column
    for (let w = 0; w < words; w++) {
      const rise = rises[w]!, fall = falls[w]!;
      const match = matches[from + w]!;
      const vertical = match | fall;
      const carried = match | fallIn;
      const horizontal = ((((carried & rise) + rise) | 0) ^ rise) | carried;
      let rising = fall | ~(horizontal | rise);
      let falling = rise & horizontal;
      if (w === words - 1) distance += ((rising >>> lastBit) & 1) - ((falling >>> lastBit) & 1);
      const riseOut = rising >>> 31, fallOut = falling >>> 31;
      rising = (rising << 1) | riseIn;
      falling = (falling << 1) | fallIn;
      rises[w] = falling | ~(vertical | rising);
      falls[w] = rising & vertical;
      riseIn = riseOut;
      fallIn = fallOut;
    }
  }
  return distance;
}
