/** Uniform sampling: the baseline, λ = 0. */
import { z } from "../../deps.ts";
import { neverScores, type Pool, type Sampler } from "./sampler.ts";
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
export function createRandomSampler({ prompts }: Pool): Sampler {
  return {
    ...neverScores("random"),
    draw: (_step, random, count) => drawUniform(prompts, count, random),
    observe() {},
    state: () => ({ numbers: {}, arrays: {} }),
    restore() {},
  };
}
