/** What every objective reads and gives: a loss per token, as numbers and as a graph. */
import type { Ops } from "../../tensor/ops.ts";

/** Bound on log-ratios before the exponential (hiyouga/EasyR1:verl/trainer/core_algos.py). */
export const LOG_RATIO_BOUND = 20;

/** One response's tokens. Every loss is positively homogeneous in the advantages: see `objective.ts`. */
export interface ResponseTokens {
  readonly advantages: ArrayLike<number>; // [tokens]
  readonly logProbs: ArrayLike<number>; // [tokens]
  /** Of the policy that generated. */
  readonly oldLogProbs: ArrayLike<number>; // [tokens]
}

/** Which bound decides a token's loss. */
export type ClipSide = "none" | "high" | "low" | "dual";

/** A token's loss and the bound that decided it. */
export interface TokenLoss {
  readonly loss: number;
  readonly clip: ClipSide;
}

/** What the graph of an objective reads; all [rollouts, R]. */
export interface ObjectiveInputs<T> {
  readonly logProbs: T;
  readonly oldLogProbs: T;
  /** π/π_old of each token, the exponent kept in ±20. */
  readonly ratio: T;
  readonly advantages: T;
  /** Above 0 where a token counts. */
  readonly tokenShares: T;
}

/** A loss per token, and 1 where a bound decided it; [rollouts, R] or what broadcasts to it. */
export interface ObjectiveTerms<T> {
  readonly loss: T;
  readonly high: T;
  readonly low: T;
  readonly dual: T;
}

/** r = π/π_old = exp(log π − log π_old), with the exponent kept in ±20. */
export function importanceRatio(logProb: number, oldLogProb: number): number {
  return Math.exp(boundedLogRatio(logProb - oldLogProb));
}

/** The same as a graph. */
export function importanceRatioGraph<T>(ops: Ops<T>, logProbs: T, oldLogProbs: T): T {
  const logRatio = ops.sub(logProbs, oldLogProbs);
  return ops.exp(ops.clip(logRatio, -LOG_RATIO_BOUND, LOG_RATIO_BOUND));
}

/** Keeps a log-ratio in ±20. */
export function boundedLogRatio(logRatio: number): number {
  return Math.max(-LOG_RATIO_BOUND, Math.min(LOG_RATIO_BOUND, logRatio));
}

/**
 * Mean over the counted tokens of each rollout; 0 for a rollout without any.
 *
 * @param values [rollouts, R]
 * @param tokenShares [rollouts, R]; above 0 where a token counts
 * @returns [rollouts, 1]
 */
export function sequenceMean<T>(ops: Ops<T>, values: T, tokenShares: T): T {
  const counted = ops.less(0, tokenShares);
  const count = ops.max(ops.sum(counted, [1], true), 1);
  return ops.div(ops.sum(ops.mul(values, counted), [1], true), count);
}
