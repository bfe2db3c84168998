/** The objectives as graphs, for any tensor runtime. Checked against `objective.ts`. */
import type { Ops } from "../tensor/ops.ts";
import type { GrpoConfig } from "./grpo.ts";

/** Bound on log-ratios before the exponential (EasyR1 verl/trainer/core_algos.py). */
const LOG_RATIO_BOUND = 20;
/** Bound on the k3 estimate per token (same source). */
const K3_BOUND = 10;

/**
 * Supervised loss: −Σ w·log π over response tokens.
 *
 * @param logProbs [rollouts, tokens]
 * @param tokenWeights [rollouts, tokens]; 1/(tokens in the batch) where a token counts, else 0
 */
export function supervisedLoss<T>(ops: Ops<T>, logProbs: T, tokenWeights: T): T {
  return ops.neg(ops.sum(ops.mul(logProbs, tokenWeights)));
}

/** What GRPO's objective reads; all [rollouts, tokens] unless said. */
export interface GrpoInputs<T> {
  readonly logProbs: T;
  /** Of the policy that generated. */
  readonly oldLogProbs: T;
  readonly referenceLogProbs: T;
  readonly advantages: T; // [rollouts, 1]
  /** Each token's weight in the loss; sums to 1 over the mini-batch. Decides the aggregation. */
  readonly tokenWeights: T;
  /** Each token's share in metrics: 1/(tokens in the mini-batch), else 0. */
  readonly tokenShares: T;
}

/** Sums that {@link grpoObjective} reports, in this order. They add up over micro-batches. */
export const GRPO_SUMS = [
  "loss",
  "policyLoss",
  "clipFractionHigh",
  "clipFractionLow",
  "dualClipFraction",
  "klReference",
  "klOld",
  "ratioMean",
  "ratioSquareMean",
] as const;

/**
 * GRPO's objective: Σ w·(max(−A·r, −A·clip(r, 1−low, 1+high)) + β·k3), with r = π/π_old; for A < 0 the first
 * term is at most −A·C (dual clip). k3 = e^d − d − 1 with d = log π_ref − log π.
 *
 * Source: MMR1 (arXiv 2509.21268) section 3 and EasyR1 verl/trainer/core_algos.py.
 */
export function grpoObjective<T>(
  ops: Ops<T>,
  config: GrpoConfig,
  inputs: GrpoInputs<T>,
): Record<typeof GRPO_SUMS[number], T> & { ratio: T } {
  const { logProbs, oldLogProbs, referenceLogProbs, advantages, tokenWeights, tokenShares } =
    inputs;
  const bounded = (x: T) => ops.clip(x, -LOG_RATIO_BOUND, LOG_RATIO_BOUND);
  const ratio = ops.exp(bounded(ops.sub(logProbs, oldLogProbs)));
  const clipped = ops.clip(ratio, 1 - config.clipRangeLow, 1 + config.clipRangeHigh);
  const unclippedLoss = ops.neg(ops.mul(advantages, ratio));
  const clippedLoss = ops.neg(ops.mul(advantages, clipped));
  let tokenLoss = ops.max(unclippedLoss, clippedLoss);

  const wins = ops.less(unclippedLoss, clippedLoss); // the clipped branch decides: no gradient
  const negative = ops.less(advantages, 0); // [rollouts, 1]
  let dual = ops.constant(0);
  if (config.dualClip !== null) {
    const bound = ops.mul(advantages, -config.dualClip);
    dual = ops.mul(ops.less(bound, tokenLoss), negative);
    const atMost = ops.min(tokenLoss, bound);
    tokenLoss = ops.add(ops.mul(negative, atMost), ops.mul(ops.sub(1, negative), tokenLoss));
  }

  const d = bounded(ops.sub(referenceLogProbs, logProbs));
  const k3 = ops.clip(ops.sub(ops.sub(ops.exp(d), d), 1), -K3_BOUND, K3_BOUND);

  const weighted = (x: T) => ops.sum(ops.mul(x, tokenWeights));
  const share = (x: T) => ops.sum(ops.mul(x, tokenShares));
  const policyLoss = weighted(tokenLoss);
  return {
    loss: ops.add(policyLoss, ops.mul(weighted(k3), config.klCoefficient)),
    policyLoss,
    clipFractionHigh: share(ops.mul(wins, ops.sub(1, negative))),
    clipFractionLow: share(ops.mul(wins, negative)),
    dualClipFraction: share(dual),
    klReference: share(k3),
    klOld: share(ops.sub(oldLogProbs, logProbs)),
    ratioMean: share(ratio),
    ratioSquareMean: share(ops.mul(ratio, ratio)),
    ratio,
  };
}

/**
 * Mean entropy of the token distribution, −Σ_v π log π, in nats.
 *
 * @param all log-probabilities [rollouts·tokens, vocabulary]
 * @param tokenShares [rollouts·tokens]
 */
export function meanEntropy<T>(ops: Ops<T>, all: T, tokenShares: T): T {
  const entropy = ops.neg(ops.sum(ops.mul(ops.exp(all), all), [1]));
  return ops.sum(ops.mul(entropy, tokenShares));
}
