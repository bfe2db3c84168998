/** AdamW with decoupled weight decay, global-norm clipping, and a linear warm-up: settings. */
import { z } from "../../deps.ts";

/** Settings of the optimiser. */
export interface AdamWConfig {
  readonly kind: "adamw";
  readonly learningRate: number;
  /** Optimiser updates over which the learning rate rises linearly from 0; then constant. */
  readonly warmupUpdates: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** Gradients with a larger global L2 norm are scaled down to it. */
  readonly maxGradNorm: number;
}

/** AdamW with defaults that suit the micro policies. */
export function adamw(
  {
    learningRate = 5e-5,
    warmupUpdates = 20,
    beta1 = 0.9,
    beta2 = 0.99,
    weightDecay = 0.01,
    maxGradNorm = 1,
  }: Partial<Omit<AdamWConfig, "kind">> = {},
): AdamWConfig {
  return { kind: "adamw", learningRate, warmupUpdates, beta1, beta2, weightDecay, maxGradNorm };
}

export const adamwSchema = z.strictObject({
  kind: z.literal("adamw"),
  learningRate: z.number().gt(0).max(1),
  warmupUpdates: z.int().min(0),
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  weightDecay: z.number().min(0),
  maxGradNorm: z.number().gt(0),
}) satisfies z.ZodType<AdamWConfig>;
