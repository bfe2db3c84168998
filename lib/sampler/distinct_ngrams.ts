/** How many different n-grams several token sequences hold. */
import { tableSize } from "./hash_table.ts";

/** n-grams of several sequences. */
export interface NgramCount {
  /** With repetition. */
  readonly total: number;
  readonly distinct: number;
}

/**
 * Counts the trigrams of all sequences together.
 *
 * A hash table holds where each was first seen; nothing is counted per sequence, which `ngramOverlap()` does in
 * several times the time.
 *
 * @param sequences 32-bit token ids
 */
export function countTrigrams(sequences: readonly Int32Array[]): NgramCount {
  const all = sequences.reduce((sum, { length }) => sum + length, 0);
  const tokens = new Int32Array(all);
  const slots = new Int32Array(tableSize(all)); // where a trigram begins, + 1, or 0 where free
  const mask = slots.length - 1;
  let total = 0, distinct = 0, begin = 0;
  for (const sequence of sequences) {
    tokens.set(sequence, begin);
    const end = begin + sequence.length;
    for (let at = begin; at + 2 < end; at++) {
      const a = tokens[at]!, b = tokens[at + 1]!, c = tokens[at + 2]!;
      const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
      let slot = (hash ^ (hash >>> 15)) & mask;
      for (;;) {
        const seen = slots[slot]! - 1;
        if (seen < 0) {
          slots[slot] = at + 1;
          distinct++;
          break;
        }
        if (tokens[seen] === a && tokens[seen + 1] === b && tokens[seen + 2] === c) break;
        slot = (slot + 1) & mask;
      }
    }
    total += Math.max(0, sequence.length - 2);
    begin = end;
  }
  return { total, distinct };
}
