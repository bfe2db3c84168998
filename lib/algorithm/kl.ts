/**
 * The penalty on KL(policy ‖ reference): settings, and the estimators at a token.
 *
 * Sources: hiyouga/EasyR1:verl/trainer/core_algos.py; J. Schulman, "Approximating KL divergence" (2020).
 */
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

/** Bound on log-ratios before the exponential, and on the k3 estimate of one token. */
const LOG_RATIO_BOUND = 20, K3_BOUND = 10;

const bounded = (x: number, bound: number) => Math.max(-bound, Math.min(bound, x));

/**
 * k3 = e^d − d − 1 with d = log π_ref − log π in ±20: an estimate of KL(π ‖ π_ref) from a token of π; never
 * negative, at most 10.
 */
export function k3(logProb: number, referenceLogProb: number): number {
  const d = bounded(referenceLogProb - logProb, LOG_RATIO_BOUND);
  return bounded(Math.expm1(d) - d, K3_BOUND); // expm1: no cancellation where the policies nearly agree
}

/**
 * An estimate of KL(π ‖ π_ref) from the log-probabilities of one token of π. As terms of the loss their expected
 * gradients differ: k1's is 0, k2's that of KL(π ‖ π_ref), k3's that of KL(π_ref ‖ π).
 */
export function tokenKl(
  estimator: Exclude<KlEstimator, "full">,
  logProb: number,
  referenceLogProb: number,
): number {
  const logRatio = logProb - referenceLogProb;
  switch (estimator) {
    case "k1":
      return logRatio;
    case "k2":
      return logRatio ** 2 / 2;
    case "k3":
      return k3(logProb, referenceLogProb);
    case "abs":
      return Math.abs(logRatio);
    default:
      return estimator satisfies never;
  }
}

/**
 * KL(π ‖ π_ref) = Σ π·(log π − log π_ref) over the vocabulary, in nats.
 *
 * @param logDistribution log π [vocabulary]
 * @param reference log π_ref [vocabulary]
 */
export function fullKl(logDistribution: ArrayLike<number>, reference: ArrayLike<number>): number {
  let sum = 0;
  for (let v = 0; v < logDistribution.length; v++) {
    sum += Math.exp(logDistribution[v]!) * (logDistribution[v]! - reference[v]!);
  }
  return sum;
}
