/**
 * Keyed random streams: randomness is addressed by place, never by history.
 *
 * Every use names where it stands (`run.at("rollout", step, position)`), so a resumed run, a replayed
 * step and a run on another process draw the same numbers.
 */

/** Mixes `text` into four 32-bit words (cyrb128: four multiply-xor lanes, then cross-mixed). */
function hash128(text: string): [number, number, number, number] {
  let a = 1779033703, b = 3144134277, c = 1013904242, d = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}

/** A place in the tree of random streams, and the stream that belongs to it. */
export class RandomSource {
  readonly #key: string;
  #state: [number, number, number, number] | null = null;

  constructor(key: string) {
    this.#key = key;
  }

  /** The source at a place below this one. Equal paths give equal streams. */
  at(...place: readonly (string | number)[]): RandomSource {
    return new RandomSource(`${this.#key}/${place.join("/")}`);
  }

  /** The next 32 bits of this place's stream (sfc32). */
  #bits(): number {
    if (this.#state === null) {
      this.#state = hash128(this.#key);
      for (let i = 0; i < 12; i++) this.#bits();
    }
    const s = this.#state;
    const t = (s[0] + s[1] + s[3]) | 0;
    s[3] = (s[3] + 1) | 0;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = (s[2] + (s[2] << 3)) | 0;
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t | 0;
    return t >>> 0;
  }

  /** A uniform number in [0, 1), 53 bits. */
  next(): number {
    const high = this.#bits() >>> 5, low = this.#bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A uniform integer in [0, `below`). */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** A standard normal number (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** One element, uniformly. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Cannot pick from an empty list");
    return items[this.integer(items.length)]!;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: Iterable<T>): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** `count` uniform numbers in [0, 1) in single precision: never rounded up to 1. */
  uniforms(count: number): Float32Array {
    const result = new Float32Array(count);
    for (let i = 0; i < count; i++) result[i] = (this.#bits() >>> 8) / 16777216;
    return result;
  }
}

/** The root of all streams of one seed. */
export function randomSource(seed: number, ...place: readonly (string | number)[]): RandomSource {
  const root = new RandomSource(`vasari:${seed}`);
  return place.length === 0 ? root : root.at(...place);
}
