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
  #state: Int32Array | null = null; // [4]: typed, so that no number is boxed

  constructor(key: string) {
    this.#key = key;
  }

  /** The source at a place below this one. Equal paths give equal streams. */
  at(...place: readonly (string | number)[]): RandomSource {
    return new RandomSource(`${this.#key}/${place.join("/")}`);
  }

  /** The next 32 bits of this place's stream (sfc32). */
  #bits(): number {
    const s = this.#state ??= this.#begin();
    const t = (s[0]! + s[1]! + s[3]!) | 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + t;
    return t >>> 0;
  }

  /** The stream's state: of the key, mixed by twelve numbers that nobody sees. */
  #begin(): Int32Array {
    this.#state = Int32Array.from(hash128(this.#key), (word) => word | 0);
    for (let i = 0; i < 12; i++) this.#bits();
    return this.#state;
  }

  /** A uniform number in [0, 1), 53 bits. */
  next(): number {
    const high = this.#bits() >>> 5, low = this.#bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `count` numbers as {@link next} gives them, several times as fast as one by one. */
  numbers(count: number): Float64Array {
    const state = this.#state ??= this.#begin(), result = new Float64Array(count);
    let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
    for (let i = 0; i < count; i++) {
      const high = (a + b + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + high) | 0;
      const low = (a + b + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + low) | 0;
      result[i] = ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
    }
    state.set([a, b, c, d]);
    return result;
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
