/** The coefficient of the KL penalty from step to step. */
import type { KlConfig } from "./kl.ts";

/** A step changes the coefficient by at most this share of rollouts/horizon. */
const ERROR_BOUND = 0.2;

/**
 * β for the next step. `fixed` keeps it; `adaptive` has β·(1 + clip(KL/target − 1, ±0.2)·rollouts/horizon)
 * (Ziegler et al., arXiv 1909.08593; EasyR1 verl/trainer/core_algos.py, AdaptiveKLController).
 *
 * @param coefficient β of this step
 * @param measuredKl mean over the step's tokens of the settings' estimator
 * @param rollouts of this step
 *
 * Errors: a RangeError when the measured KL is not a finite number.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { kl } from "./kl.ts";
 * const controller = { kind: "adaptive", target: 0.1, horizon: 10000 } as const;
 * equal(nextKlCoefficient(kl({ controller }), 0.5, 0.3, 1000), 0.51);
 * equal(nextKlCoefficient(kl(), 0.5, 0.3, 1000), 0.5);
 * ```
 */
export function nextKlCoefficient(
  { controller }: KlConfig,
  coefficient: number,
  measuredKl: number,
  rollouts: number,
): number {
  switch (controller.kind) {
    case "fixed":
      return coefficient;
    case "adaptive": {
      if (!Number.isFinite(measuredKl)) {
        throw new RangeError(`measuredKl: expected a finite number, got ${measuredKl}`);
      }
      const { target, horizon } = controller;
      const error = Math.max(-ERROR_BOUND, Math.min(ERROR_BOUND, measuredKl / target - 1));
      // Never below 0, should a batch be larger than five horizons.
      return coefficient * Math.max(0, 1 + error * rollouts / horizon);
    }
    default:
      return controller satisfies never;
  }
}
