/** Counts n-grams of several token sequences at once, and how many of each sequence's occur in the others. */

import { mixed, tableSize } from "./hash_table.ts";

/** Longest n-gram counted. */
export const MAX_ORDER = 3;

/** Counts for one n. */
export interface NgramOverlap {
  /** n-grams in each sequence, with repetition. */
  readonly total: Int32Array; // [sequences]
  /**
   * Σ_g min(c_i(g), max_{j≠i} c_j(g)): the sequence's n-grams that another sequence has at least as often; the
   * clipped counts of BLEU with all others as references.
   */
  readonly shared: Int32Array; // [sequences]
  /** Different n-grams over all sequences. */
  readonly distinct: number;
}

// One record of eight integers, half a cache line, per different n-gram. Its number is the n-gram's id.
const RECORD_SHIFT = 3;
/** The n-gram: the id of its first n − 1 tokens, and its last token. */
const PREFIX = 0, TOKEN = 1;
/** The sequence it was last seen in, and how often there. */
const CURRENT = 2, CURRENT_COUNT = 3;
/** Its largest count in one sequence, that sequence, and its largest count in any other. */
const FIRST = 4, LEADER = 5, SECOND = 6;

/**
 * The overlap for n = 1, 2, 3, in this order.
 *
 * A hash table with linear probing gives each n-gram a dense id; sequences are never compared with each other.
 * A sequence falls short of its own total by first − second largest count, over the n-grams that it leads.
 *
 * @param sequences 32-bit token ids
 */
export function ngramOverlap(sequences: readonly Int32Array[]): NgramOverlap[] {
  const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
  const slots = new Int32Array(tableSize(tokens)); // id + 1, or 0 where free
  const records = new Int32Array(tokens << RECORD_SHIFT);
  const unigrams = new Int32Array(tokens);
  const prefixes = new Int32Array(tokens); // id of the (n − 1)-gram that begins here
  const overlaps: NgramOverlap[] = [];
  for (let order = 1; order <= MAX_ORDER; order++) {
    const total = Int32Array.from(sequences, ({ length }) => Math.max(0, length - order + 1));
    let distinct = 0, at = 0;
    slots.fill(0);
    for (let i = 0; i < sequences.length; i++) {
      const sequence = sequences[i]!, end = at + total[i]!;
      for (let k = at; k < end; k++) {
        const prefix = order === 1 ? 0 : prefixes[k]!;
        const token = order === 1 ? sequence[k - at]! : unigrams[k + order - 1]!;
        const id = findOrAdd(slots, records, distinct, prefix, token);
        if (id === distinct) distinct++;
        count(records, id << RECORD_SHIFT, i);
        prefixes[k] = id;
        if (order === 1) unigrams[k] = id;
      }
      at += sequence.length;
    }
    const shared = total.slice();
    for (let record = 0; record < distinct << RECORD_SHIFT; record += 1 << RECORD_SHIFT) {
      shared[records[record + LEADER]!]! -= records[record + FIRST]! - records[record + SECOND]!;
    }
    overlaps.push({ total, shared, distinct });
  }
  return overlaps;
}

/** The id of an n-gram; `free`, with a new record, when it is not yet known. */
function findOrAdd(
  slots: Int32Array,
  records: Int32Array,
  free: number,
  prefix: number,
  token: number,
): number {
  const mask = slots.length - 1;
  let slot = mixed(Math.imul(prefix, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b)) & mask;
  for (;;) {
    const id = slots[slot]! - 1;
    if (id < 0) {
      const record = free << RECORD_SHIFT;
      records[record + PREFIX] = prefix;
      records[record + TOKEN] = token;
      // Stores instead of fill(): its call alone took a fifth of the time.
      records[record + CURRENT] = records[record + CURRENT_COUNT] = 0;
      records[record + FIRST] = records[record + LEADER] = records[record + SECOND] = 0;
      slots[slot] = free + 1;
      return free;
    }
    const record = id << RECORD_SHIFT;
    if (records[record + TOKEN] === token && records[record + PREFIX] === prefix) return id;
    slot = (slot + 1) & mask;
  }
}

/** Counts one occurrence in `sequence`. Sequences come one after the other. */
function count(records: Int32Array, record: number, sequence: number): void {
  const again = records[record + CURRENT] === sequence;
  const here = again ? records[record + CURRENT_COUNT]! + 1 : 1;
  records[record + CURRENT] = sequence;
  records[record + CURRENT_COUNT] = here;
  if (here > records[record + FIRST]!) {
    if (records[record + LEADER] !== sequence) {
      records[record + SECOND] = records[record + FIRST]!;
      records[record + LEADER] = sequence;
    }
    records[record + FIRST] = here;
  } else if (here > records[record + SECOND]! && records[record + LEADER] !== sequence) {
    records[record + SECOND] = here;
  }
}
