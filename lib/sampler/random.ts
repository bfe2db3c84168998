/** Uniform sampling: the baseline, λ = 0. */
import { z } from "../../deps.ts";

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
