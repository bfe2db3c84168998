/** Uniform sampling: the baseline, λ = 0. */
import { z } from "../../deps.ts";
import type { Pool, Sampler } from "./sampler.ts";
import { drawUniform } from "./uniform_draw.ts";

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

/** Algorithm 1 with λ = 0: B independent uniform draws, no scores. */
export function createRandomSampler({ prompts, batchSize }: Pool): Sampler {
  return {
    scoringRollouts: 0,
    diversity: null,
    needsRefresh: () => false,
    score() {
      throw new Error("random() has no use for scores");
    },
    refresh() {
      throw new Error("random() has no use for scores");
    },
    draw: (_step, random) => drawUniform(prompts, batchSize, random),
    state: () => ({ numbers: {}, arrays: {} }),
    restore() {},
  };
}
