/**
 * GMPO: the geometric mean of a response's ratios, each bounded on the side that the advantage pushes to.
 *
 * Sources: arXiv 2507.20673; volcengine/verl:verl/trainer/ppo/core_algos.py (geo_mean).
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import { clipRanges } from "./ppo_clip.ts";
import {
  boundedLogRatio,
  LOG_RATIO_BOUND,
  type ObjectiveInputs,
  type ObjectiveTerms,
  type ResponseTokens,
  sequenceMean,
  type TokenLoss,
} from "./token_loss.ts";

/** One-sided clamp of each log-ratio, then the geometric mean over the sequence (GMPO, arXiv 2507.20673). */
export interface GmpoObjective {
  readonly kind: "gmpo";
  /** In log-ratios, as the other. */
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
}

/** GMPO with the paper's range e^−0.4 to e^0.4. The paper averages by sequence (`aggregation: "sequence-mean"`). */
export function gmpoObjective(
  { clipRangeLow = 0.4, clipRangeHigh = 0.4 }: Partial<Omit<GmpoObjective, "kind">> = {},
): GmpoObjective {
  return { kind: "gmpo", clipRangeLow, clipRangeHigh };
}

export const gmpoSchema = z.strictObject({
  kind: z.literal("gmpo"),
  clipRangeLow: z.number().min(0),
  clipRangeHigh: clipRanges.clipRangeHigh,
}) satisfies z.ZodType<GmpoObjective>;

/**
 * −A·exp(mean of ℓ'), with ℓ' = max(ℓ, −low) where A < 0, else min(ℓ, high); the mean is kept in ±20. The side is
 * the token's own: whether its ℓ was moved. verl also counts tokens beyond the other bound, which it does not move.
 */
export function gmpoLosses(
  { advantages, logProbs, oldLogProbs }: ResponseTokens,
  { clipRangeLow, clipRangeHigh }: GmpoObjective,
): TokenLoss[] {
  let sum = 0;
  const clips = Array.from(logProbs, (logProb, t) => {
    const logRatio = logProb - oldLogProbs[t]!;
    const bounded = advantages[t]! < 0
      ? Math.max(logRatio, -clipRangeLow)
      : Math.min(logRatio, clipRangeHigh);
    sum += bounded;
    return bounded === logRatio ? "none" : bounded < logRatio ? "high" : "low";
  });
  const ratio = Math.exp(boundedLogRatio(sum / Math.max(1, clips.length)));
  return clips.map((clip, t) => ({ loss: -advantages[t]! * ratio, clip }));
}

/** {@link gmpoLosses} as a graph. */
export function gmpoGraph<T>(
  ops: Ops<T>,
  { advantages, logProbs, oldLogProbs, tokenShares }: ObjectiveInputs<T>,
  { clipRangeLow, clipRangeHigh }: GmpoObjective,
): ObjectiveTerms<T> {
  const logRatio = ops.sub(logProbs, oldLogProbs);
  const negative = ops.less(advantages, 0);
  const bounded = ops.add(
    ops.mul(negative, ops.max(logRatio, -clipRangeLow)),
    ops.mul(ops.sub(1, negative), ops.min(logRatio, clipRangeHigh)),
  );
  const mean = sequenceMean(ops, bounded, tokenShares); // [rollouts, 1]
  const ratio = ops.exp(ops.clip(mean, -LOG_RATIO_BOUND, LOG_RATIO_BOUND));
  return {
    loss: ops.neg(ops.mul(advantages, ratio)),
    high: ops.mul(ops.less(clipRangeHigh, logRatio), ops.sub(1, negative)),
    low: ops.mul(ops.less(logRatio, -clipRangeLow), negative),
    dual: ops.constant(0),
  };
}
