/** Open addressing with linear probing, for tables that hold a few integers per entry. */

/** Slots of a table for at most `entries`: a power of two, half of them free at least. */
export function tableSize(entries: number): number {
  return 2 ** Math.ceil(Math.log2(2 * Math.max(1, entries)));
}

/** Mixes the bits of a 32-bit number (two rounds of xor-shift and multiply), so that its low ones depend on all. */
export function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return half ^ (half >>> 13);
}
