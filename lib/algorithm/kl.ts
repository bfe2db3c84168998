/** The penalty on KL(policy ‖ reference): settings. */
import { z } from "../../deps.ts";

/**
 * Estimators of KL(π ‖ π_ref) at a token, with ℓ = log π − log π_ref: k1 = ℓ, k2 = ℓ²/2, k3 = e^−ℓ + ℓ − 1,
 * `abs` = |ℓ|, `full` = Σ over the vocabulary of π·ℓ.
 */
export const KL_ESTIMATORS = ["k1", "k2", "k3", "abs", "full"] as const;
export type KlEstimator = typeof KL_ESTIMATORS[number];

/** Keeps β as it is. */
export interface FixedKl {
  readonly kind: "fixed";
}

/** β ← β·(1 + clip(KL/target − 1, ±0.2)·rollouts/horizon) after every step (Ziegler et al. 2019). */
export interface AdaptiveKl {
  readonly kind: "adaptive";
  readonly target: number;
  /** In rollouts. */
  readonly horizon: number;
}

/** The penalty on KL(policy ‖ reference). */
export interface KlConfig {
  readonly estimator: KlEstimator;
  /** Added to the loss, or taken from every token's reward. */
  readonly place: "loss" | "reward";
  /** β, at the start where the controller moves it. */
  readonly coefficient: number;
  readonly controller: FixedKl | AdaptiveKl;
}

/** A penalty on KL: EasyR1's defaults (algorithm.kl_penalty low_var_kl in the loss, kl_coef 0.01, kl_target 0.1). */
export function kl(
  {
    estimator = "k3",
    place = "loss",
    coefficient = 0.01,
    controller = { kind: "fixed" },
  }: Partial<KlConfig> = {},
): KlConfig {
  return { estimator, place, coefficient, controller };
}

export const klSchema = z.strictObject({
  estimator: z.enum(KL_ESTIMATORS),
  place: z.enum(["loss", "reward"]),
  coefficient: z.number().min(0),
  controller: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("fixed") }),
    z.strictObject({
      kind: z.literal("adaptive"),
      target: z.number().gt(0),
      horizon: z.number().gt(0),
    }),
  ]),
}) satisfies z.ZodType<KlConfig>;
