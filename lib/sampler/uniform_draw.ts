/** Uniform draws from a pool. */
import { type RandomSource, randomSource } from "../core/random.ts";

/**
 * Independent uniform draws with replacement. Every sampler's uniform part uses this one stream, so that arms
 * that differ only in λ share their uniform prompts.
 *
 * @param random the source of one step's draw
 * @returns [count] pool indices
 */
export function drawUniform(prompts: number, count: number, random: RandomSource): Int32Array {
  const stream = random.at("uniform");
  return Int32Array.from({ length: count }, () => stream.integer(prompts));
}

/** 0, 1, … below `prompts`. */
export function everyIndex(prompts: number): Int32Array {
  return new Int32Array(prompts).map((_, i) => i); // several times as fast as Int32Array.from
}

/** `count` different indices below `prompts`, uniformly and in random order; all of them where `count` is larger. */
export function drawDistinct(prompts: number, count: number, random: RandomSource): Int32Array {
  const order = everyIndex(prompts);
  const drawn = Math.min(count, prompts);
  for (let i = 0; i < drawn; i++) {
    const j = i + random.integer(prompts - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, drawn);
}

/** The indices over and over, up to `count` of them: a batch from fewer prompts than it needs. */
export function repeated(indices: Int32Array, count: number): Int32Array {
  if (indices.length === count) return indices;
  return Int32Array.from({ length: count }, (_, i) => indices[i % indices.length]!);
}

/** A permutation of all indices below `prompts` (Fisher–Yates). */
export function permutation(prompts: number, random: RandomSource): Int32Array {
  const order = everyIndex(prompts);
  for (let i = prompts - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Walks one fixed permutation of the pool. A tail too short for a draw is skipped and the walk starts over; nothing
 * is reshuffled (MMR1 verl/curriculum/samplers.py, its random pool).
 */
export class PermutationWalk {
  /** Where the next draw begins; all there is to save. */
  position = 0;
  readonly #prompts: number;
  readonly #seed: number;
  #order: Int32Array | null = null;

  constructor(prompts: number, seed: number) {
    this.#prompts = prompts;
    this.#seed = seed;
  }

  /** The next `count` indices. When `count` exceeds the pool, the permutation repeats. */
  next(count: number): Int32Array {
    const order = this.#order ??= permutation(
      this.#prompts,
      randomSource(this.#seed, "sampler", "permutation"),
    );
    const begin = this.position + count > order.length ? 0 : this.position;
    this.position = begin + count;
    return repeated(order.subarray(begin, begin + count), count);
  }
}
