/** Keys and values of prefixes, in the host's memory. */
import { cacheCapacity } from "../policy/decoding.ts";
import { MASKED } from "../policy/forward.ts";
import { type PolicyShape, PREFIX_POSITIONS } from "../policy/parameters.ts";
import { type HostTensor, hostTensor, type Named } from "../tensor/program.ts";
import { floats, type Outputs } from "../tensor/runtime.ts";

/**
 * Slots for one prefix each, all prefixes of one length: the prompt's keys and values in front, then those of
 * the response so far. Room grows with the length; what is left of it holds zeros: a mask hides all numbers of other
 * policies but those that are not finite.
 */
export class CacheSlots {
  readonly #shape: PolicyShape;
  /** By the name of the input: [slots, heads, capacity, head width], in memory for the largest capacity. */
  readonly #caches: Readonly<Record<string, Float32Array>>;
  #capacity = 0;
  #length = 0;

  constructor(shape: PolicyShape, slots: number) {
    const { layers, width, responseTokens } = shape;
    const size = slots * cacheCapacity(shape, responseTokens) * width;
    const names = Array.from(
      { length: layers },
      (_, layer) => [`keys.${layer}`, `values.${layer}`],
    );
    this.#shape = shape;
    this.#caches = Object.fromEntries(names.flat().map((name) => [name, new Float32Array(size)]));
  }

  /** Bytes of one slot when a response has its full length. */
  static bytesPerSlot(shape: PolicyShape): number {
    return 8 * shape.layers * shape.width * cacheCapacity(shape, shape.responseTokens);
  }

  /** Positions there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Starts anew: slot i holds prompt i of `outputs`, which `promptProgram` gave, and no response. */
  fillPrompts(outputs: Outputs, prompts: number): void {
    this.#length = 0;
    this.#capacity = cacheCapacity(this.#shape, 0);
    const { heads, width } = this.#shape;
    const headWidth = width / heads, size = PREFIX_POSITIONS * headWidth;
    const stride = this.#capacity * headWidth;
    for (const [name, cache] of Object.entries(this.#caches)) {
      const source = floats(outputs, name);
      for (let lane = 0; lane < prompts * heads; lane++) {
        cache.set(source.subarray(lane * size, (lane + 1) * size), lane * stride);
        cache.fill(0, lane * stride + size, (lane + 1) * stride);
      }
    }
  }

  /** Appends one position to the first `slots` slots, from `extension` [2·layers, rows, width]. */
  append(extension: Float32Array, rows: number, slots: number): void {
    const { heads, width, layers } = this.#shape;
    const headWidth = width / heads, room = cacheCapacity(this.#shape, this.#length + 1);
    if (room > this.#capacity) this.#grow(room, slots);
    const at = (PREFIX_POSITIONS + this.#length) * headWidth, stride = this.#capacity * headWidth;
    const place = { headWidth, at, stride, lanes: slots * heads };
    for (let layer = 0; layer < layers; layer++) {
      const keys = 2 * layer * rows * width, values = keys + rows * width;
      spread(extension, keys, this.#caches[`keys.${layer}`]!, place);
      spread(extension, values, this.#caches[`values.${layer}`]!, place);
    }
    this.#length++;
  }

  /** Makes slot `to` the same as slot `from`. */
  copy(from: number, to: number): void {
    const size = this.#shape.width * this.#capacity;
    for (const cache of Object.values(this.#caches)) {
      cache.copyWithin(to * size, from * size, (from + 1) * size);
    }
  }

  /** The first `rows` slots as inputs of `decodingProgram`, and the mask that hides the room left. */
  feeds(rows: number): Named<HostTensor> {
    const { heads, width } = this.#shape;
    const shape = [rows * heads, this.#capacity, width / heads];
    const size = rows * this.#capacity * width;
    const caches = Object.entries(this.#caches).map(([name, cache]) =>
      [name, hostTensor(cache.subarray(0, size), shape)] as const
    );
    const mask = new Float32Array(this.#capacity).fill(MASKED, PREFIX_POSITIONS + this.#length);
    return { ...Object.fromEntries(caches), mask: hostTensor(mask, [1, 1, this.#capacity]) };
  }

  /** Moves lanes apart, the last one first. */
  #grow(capacity: number, slots: number): void {
    const { heads, width } = this.#shape;
    const headWidth = width / heads, used = (PREFIX_POSITIONS + this.#length) * headWidth;
    for (const cache of Object.values(this.#caches)) {
      for (let lane = slots * heads - 1; lane >= 0; lane--) {
        const source = lane * this.#capacity * headWidth, begin = lane * capacity * headWidth;
        cache.copyWithin(begin, source, source + used);
        cache.fill(0, begin + used, begin + capacity * headWidth);
      }
    }
    this.#capacity = capacity;
  }
}

/** Copies `headWidth` values per lane, which lie side by side in `source`, to `at` in every `stride` of `target`. */
function spread(
  source: Float32Array,
  from: number,
  target: Float32Array,
  { headWidth, at, stride, lanes }: Readonly<
    Record<"headWidth" | "at" | "stride" | "lanes", number>
  >,
): void {
  for (let lane = 0, to = at; lane < lanes; lane++, to += stride) {
    for (let i = 0; i < headWidth; i++) target[to + i] = source[from + i]!;
    from += headWidth;
  }
}
