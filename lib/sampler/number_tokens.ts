/** Token ids as small numbers. */
import { mixed, tableSize } from "./hash_table.ts";

/** Sequences whose tokens are numbered in the order of their first appearance. */
export interface NumberedTokens {
  readonly sequences: readonly Int32Array[];
  /** Different tokens: every number is below it. */
  readonly distinct: number;
}

/**
 * Gives equal tokens equal numbers from 0 on; a hash table of integers, several times as fast as a `Map`.
 *
 * @param sequences 32-bit token ids
 */
export function numberTokens(sequences: readonly ArrayLike<number>[]): NumberedTokens {
  const all = sequences.reduce((sum, { length }) => sum + length, 0);
  const slots = new Int32Array(tableSize(all)); // number + 1, or 0 where free
  const tokens = new Int32Array(all); // by number
  const mask = slots.length - 1;
  let distinct = 0;
  const numbered = sequences.map((sequence) => {
    const numbers = new Int32Array(sequence.length);
    for (let i = 0; i < numbers.length; i++) {
      const token = sequence[i]!;
      let slot = mixed(Math.imul(token, 0x9e3779b1)) & mask;
      while (slots[slot] !== 0 && tokens[slots[slot]! - 1] !== token) slot = (slot + 1) & mask;
      if (slots[slot] === 0) {
        tokens[distinct++] = token;
        slots[slot] = distinct;
      }
      numbers[i] = slots[slot]! - 1;
    }
    return numbers;
  });
  return { sequences: numbered, distinct };
}
