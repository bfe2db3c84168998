/** Uniform sampling: the baseline, λ = 0. */
import { z } from "../../deps.ts";
import type { RandomSource } from "../core/random.ts";
import type { Pool, Sampler } from "./sampler.ts";

/** Every prompt of the pool is equally likely, drawn with replacement. */
export interface RandomConfig {
  readonly kind: "random";
}

/** Uniform sampling. */
export function random(): RandomConfig {
  return { kind: "random" };
}

export const randomSchema = z.strictObject({ kind: z.literal("random") }) satisfies z.ZodType<
  RandomConfig
>;

/** `count` independent uniform draws from `prompts` prompts (Algorithm 1's B_r draws). */
export function drawUniform(count: number, prompts: number, random: RandomSource): Int32Array {
  return Int32Array.from({ length: count }, () => random.integer(prompts));
}

/** The stream of uniform draws, the same in every sampler: λ = 0 draws what uniform sampling draws. */
export const uniformStream = (random: RandomSource): RandomSource => random.at("uniform");

/** Uniform sampling never scores. */
export function createRandomSampler({ prompts, batchSize }: Pool): Sampler {
  return {
    scoringRollouts: 0,
    diversity: null,
    needsRefresh: () => false,
    score() {
      throw new TypeError("Cannot score: uniform sampling takes no scores");
    },
    refresh() {},
    draw: (_step, random) => drawUniform(batchSize, prompts, uniformStream(random)),
    state: () => ({ numbers: {}, arrays: {} }),
    restore() {},
  };
}
