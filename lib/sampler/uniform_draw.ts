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

/**
 * Walks one fixed permutation of the pool, `count` indices per step. A tail too short for a step is skipped and
 * the walk starts over; nothing is reshuffled (MMR1 verl/curriculum/samplers.py, its random pool).
 *
 * Where a step begins follows from its number, so there is nothing to save.
 */
export class PermutationWalk {
  readonly #prompts: number;
  readonly #seed: number;
  #order: Int32Array | null = null;

  constructor(prompts: number, seed: number) {
    this.#prompts = prompts;
    this.#seed = seed;
  }

  /** The indices of `step`, counted from 1. When `count` exceeds the pool, the permutation repeats. */
  at(step: number, count: number): Int32Array {
    const order = this.#order ??= this.#permutation();
    const stepsPerPass = Math.max(1, Math.floor(order.length / Math.max(1, count)));
    const begin = ((step - 1) % stepsPerPass) * count;
    return Int32Array.from({ length: count }, (_, i) => order[(begin + i) % order.length]!);
  }

  #permutation(): Int32Array {
    const random = randomSource(this.#seed, "sampler", "permutation");
    const order = Int32Array.from({ length: this.#prompts }, (_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
