/** Which of many keys came before, and where: in a few bytes for each, so that a file may have any number of rows. */
import { contentHash } from "../partition.ts";

/** Keys by a hash of 53 bits: among a million, two are taken for one with probability 6·10⁻⁵. */
export class FirstSeen {
  #hashes = new Float64Array(1024); // -1 where free
  #places = new Float64Array(1024);
  #count = 0;

  constructor() {
    this.#hashes.fill(-1);
  }

  /** Remembers where a key was seen first; the place of that time, or null when this is it. */
  add(key: string, place: number): number | null {
    const hash = contentHash(key, null);
    const slot = this.#slot(hash);
    if (this.#hashes[slot] === hash) return this.#places[slot]!;
    this.#hashes[slot] = hash;
    this.#places[slot] = place;
    if (++this.#count * 2 > this.#hashes.length) this.#grow();
    return null;
  }

  /** Where the hash is, or the free place where it goes. */
  #slot(hash: number): number {
    const mask = this.#hashes.length - 1;
    let slot = hash % this.#hashes.length;
    while (this.#hashes[slot] !== -1 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const hashes = this.#hashes, places = this.#places;
    this.#hashes = new Float64Array(2 * hashes.length).fill(-1);
    this.#places = new Float64Array(2 * hashes.length);
    hashes.forEach((hash, i) => {
      if (hash === -1) return;
      const slot = this.#slot(hash);
      this.#hashes[slot] = hash;
      this.#places[slot] = places[i]!;
    });
  }
}
