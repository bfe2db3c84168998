/** Passes over the pool: every prompt once before any comes again. */
import { z } from "../../deps.ts";
import { randomSource } from "../core/random.ts";
import { neverScores, type Pool, type Sampler } from "./sampler.ts";
import { savedNumber } from "./state.ts";
import { everyIndex, permutation } from "./uniform_draw.ts";

/** A new random order in every pass: what most trainers do (EasyR1 and verl `data.shuffle`, MMR1 `shuffle`). */
export interface ShuffleConfig {
  readonly kind: "shuffle";
}

/** The order of the data set in every pass (MMR1 `sampling_strategy: sequential`). */
export interface SequentialConfig {
  readonly kind: "sequential";
}

/** Passes over the pool, each in a random order of its own. */
export function shuffle(): ShuffleConfig {
  return { kind: "shuffle" };
}

/** Passes over the pool in its order. */
export function sequential(): SequentialConfig {
  return { kind: "sequential" };
}

export const shuffleSchema = z.strictObject({ kind: z.literal("shuffle") }) satisfies z.ZodType<
  ShuffleConfig
>;
export const sequentialSchema = z.strictObject({
  kind: z.literal("sequential"),
}) satisfies z.ZodType<SequentialConfig>;

/**
 * Draw n is prompt n mod P of pass ⌊n/P⌋. A pass goes on where the last batch ended, so that a batch may hold the
 * end of one and the beginning of the next: no tail is dropped. Orders depend on seed and pass alone.
 */
export function createEpochSampler(
  { kind }: ShuffleConfig | SequentialConfig,
  { prompts, seed }: Pool,
): Sampler {
  const orderOf = (pass: number) =>
    kind === "sequential"
      ? everyIndex(prompts)
      : permutation(prompts, randomSource(seed, "sampler", "pass", pass));
  let drawn = 0, order: Int32Array | null = null, orderPass = -1;
  const next = () => {
    const pass = Math.floor(drawn / prompts);
    if (order === null || orderPass !== pass) [order, orderPass] = [orderOf(pass), pass];
    return order[drawn++ % prompts]!;
  };
  return {
    ...neverScores(kind),
    draw: (_step, _random, count) => Int32Array.from({ length: count }, next),
    observe() {},
    state: () => ({ numbers: { drawn }, arrays: {} }),
    restore(state) {
      drawn = savedNumber(state, "drawn");
    },
  };
}
