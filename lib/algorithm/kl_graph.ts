/** Estimators of KL(policy ‖ reference) as graphs. Checked against `kl.ts`. */
import type { Ops } from "../tensor/ops.ts";
import type { KlEstimator } from "./kl.ts";

/** Bound on log-ratios before the exponential (EasyR1 verl/trainer/core_algos.py). */
const LOG_RATIO_BOUND = 20;
/** Bound on the k3 estimate per token (same source). */
const K3_BOUND = 10;

/** What an estimate reads: the log-probabilities of the tokens, or for `full` those of the whole vocabulary. */
export interface KlInputs<T> {
  readonly logProbs: T; // [rollouts, R]
  readonly all: T; // [rollouts·R, vocabulary]
  /** Null for `full`. */
  readonly referenceLogProbs: T | null; // [rollouts, R]
  /** Null but for `full`. */
  readonly referenceAll: T | null; // [rollouts, R, vocabulary]
}

/**
 * The estimate per token, [rollouts, R].
 *
 * @param shape of the result
 * Errors: a TypeError where the reference's log-probabilities of the estimator's kind are missing.
 */
export function klGraph<T>(
  ops: Ops<T>,
  estimator: KlEstimator,
  { logProbs, all, referenceLogProbs, referenceAll }: KlInputs<T>,
  shape: {
    readonly rollouts: number;
    readonly responseTokens: number;
    readonly vocabulary: number;
  },
): T {
  if (estimator === "full") {
    if (referenceAll === null) throw new TypeError("referenceAll: expected a tensor, got null");
    const { rollouts, responseTokens, vocabulary } = shape;
    const reference = ops.reshape(referenceAll, [rollouts * responseTokens, vocabulary]);
    const divergence = ops.sum(ops.mul(ops.exp(all), ops.sub(all, reference)), [1]);
    return ops.reshape(divergence, [rollouts, responseTokens]);
  }
  if (referenceLogProbs === null) {
    throw new TypeError("referenceLogProbs: expected a tensor, got null");
  }
  switch (estimator) {
    case "k1":
      return ops.sub(logProbs, referenceLogProbs);
    case "k2": {
      const logRatio = ops.sub(logProbs, referenceLogProbs);
      return ops.mul(ops.mul(logRatio, logRatio), 0.5);
    }
    case "k3": {
      const d = ops.clip(
        ops.sub(referenceLogProbs, logProbs),
        -LOG_RATIO_BOUND,
        LOG_RATIO_BOUND,
      );
      return ops.clip(ops.sub(ops.sub(ops.exp(d), d), 1), -K3_BOUND, K3_BOUND);
    }
    case "abs": {
      const logRatio = ops.sub(logProbs, referenceLogProbs);
      const value = ops.stopGradient(logRatio);
      const sign = ops.sub(ops.less(0, value), ops.less(value, 0)); // 0 where equal: no pull there
      return ops.mul(logRatio, sign);
    }
    default:
      return estimator satisfies never;
  }
}
