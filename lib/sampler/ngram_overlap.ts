/** Counts n-grams of several token sequences at once, and how many of each sequence's occur in the others. */

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

/**
 * The overlap for n = 1, 2, 3, in this order.
 *
 * Each n-gram gets a dense id from a hash table keyed by (id of its first n − 1 tokens, id of its last token),
 * so counting never compares sequences. Per n-gram only the largest count, whose it is, and the largest count
 * of anyone else are kept: a sequence falls short of its own total by first − second over the n-grams it leads.
 */
export function ngramOverlap(sequences: readonly ArrayLike<number>[]): NgramOverlap[] {
  const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
  const unigrams = new Int32Array(tokens);
  const prefixes = new Int32Array(tokens); // id of the (n − 1)-gram that begins here
  const table = new NgramTable(tokens);

  const overlaps: NgramOverlap[] = [];
  for (let order = 1; order <= MAX_ORDER; order++) {
    table.clear();
    const total = new Int32Array(sequences.length);
    let at = 0;
    for (let i = 0; i < sequences.length; i++) {
      const sequence = sequences[i]!;
      total[i] = Math.max(0, sequence.length - order + 1);
      for (let k = 0; k < total[i]!; k++) {
        if (order === 1) {
          unigrams[at + k] = prefixes[at + k] = table.count(0, sequence[k]!, i);
        } else {
          prefixes[at + k] = table.count(prefixes[at + k]!, unigrams[at + k + order - 1]!, i);
        }
      }
      at += sequence.length;
    }
    const shared = total.slice();
    table.subtractLeads(shared);
    overlaps.push({ total, shared, distinct: table.size });
  }
  return overlaps;
}

/** Open addressing with linear probing; dense ids in order of appearance. */
class NgramTable {
  size = 0;
  readonly #mask: number;
  readonly #slots: Int32Array; // id + 1, or 0 where free
  readonly #prefix: Int32Array;
  readonly #token: Int32Array;
  /** Sequence that was counted last, and its count. */
  readonly #current: Int32Array;
  readonly #currentCount: Int32Array;
  /** Largest count of one sequence, that sequence, and the largest count of any other. */
  readonly #first: Int32Array;
  readonly #leader: Int32Array;
  readonly #second: Int32Array;

  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * capacity + 1)); // at most half full
    this.#mask = slots - 1;
    this.#slots = new Int32Array(slots);
    this.#prefix = new Int32Array(capacity);
    this.#token = new Int32Array(capacity);
    this.#current = new Int32Array(capacity);
    this.#currentCount = new Int32Array(capacity);
    this.#first = new Int32Array(capacity);
    this.#leader = new Int32Array(capacity);
    this.#second = new Int32Array(capacity);
  }

  clear(): void {
    this.#slots.fill(0);
    this.size = 0;
  }

  /** Counts one occurrence in `sequence`; sequences come one after the other. Returns the n-gram's id. */
  count(prefix: number, token: number, sequence: number): number {
    let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    for (;;) {
      const id = this.#slots[slot]! - 1;
      if (id < 0) return this.#add(slot, prefix, token, sequence);
      if (this.#token[id] === token && this.#prefix[id] === prefix) {
        this.#increment(id, sequence);
        return id;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  /** From each sequence's number of n-grams, subtracts what no other sequence matches. */
  subtractLeads(totals: Int32Array): void {
    for (let id = 0; id < this.size; id++) {
      totals[this.#leader[id]!]! -= this.#first[id]! - this.#second[id]!;
    }
  }

  #add(slot: number, prefix: number, token: number, sequence: number): number {
    const id = this.size++;
    this.#slots[slot] = id + 1;
    this.#prefix[id] = prefix;
    this.#token[id] = token;
    this.#current[id] = this.#leader[id] = sequence;
    this.#currentCount[id] = this.#first[id] = 1;
    this.#second[id] = 0;
    return id;
  }

  #increment(id: number, sequence: number): void {
    const count = this.#current[id] === sequence ? this.#currentCount[id]! + 1 : 1;
    this.#current[id] = sequence;
    this.#currentCount[id] = count;
    if (this.#leader[id] === sequence) {
      this.#first[id] = count;
    } else if (count > this.#first[id]!) {
      this.#second[id] = this.#first[id]!;
      this.#first[id] = count;
      this.#leader[id] = sequence;
    } else if (count > this.#second[id]!) {
      this.#second[id] = count;
    }
  }
}
