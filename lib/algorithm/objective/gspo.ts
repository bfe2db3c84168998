/**
 * GSPO: PPO's clip by the ratio of the whole response.
 *
 * Sources: arXiv 2507.18071; hiyouga/EasyR1:verl/trainer/core_algos.py (gspo, gspo_token).
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import { clippedLoss, clippedLossGraph, clipRanges } from "./ppo_clip.ts";
import {
  boundedLogRatio,
  LOG_RATIO_BOUND,
  type ObjectiveInputs,
  type ObjectiveTerms,
  type ResponseTokens,
  sequenceMean,
  type TokenLoss,
} from "./token_loss.ts";

/** PPO's clip with the sequence's ratio s, exp of the mean log-ratio (GSPO, arXiv 2507.18071). */
export interface GspoObjective {
  readonly kind: "gspo";
  /** Where the gradient flows: through the sequence's mean, or through each token by itself (GSPO-token). */
  readonly level: "sequence" | "token";
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
  readonly dualClip: number | null;
}

/**
 * GSPO with the paper's clip range, which is far narrower than for tokens. The paper averages by sequence
 * (`aggregation: "sequence-mean"`), has no dual bound (EasyR1: 3) and no KL term.
 */
export function gspoObjective(
  { level = "sequence", clipRangeLow = 3e-4, clipRangeHigh = 4e-4, dualClip = null }: Partial<
    Omit<GspoObjective, "kind">
  > = {},
): GspoObjective {
  return { kind: "gspo", level, clipRangeLow, clipRangeHigh, dualClip };
}

export const gspoSchema = z.strictObject({
  kind: z.literal("gspo"),
  level: z.enum(["sequence", "token"]),
  ...clipRanges,
}) satisfies z.ZodType<GspoObjective>;

/** s = exp(mean over tokens of log π − log π_old), the exponent kept in ±20; 1 for a response without tokens. */
export function sequenceRatio(
  { logProbs, oldLogProbs }: Pick<ResponseTokens, "logProbs" | "oldLogProbs">,
): number {
  let sum = 0;
  for (let t = 0; t < logProbs.length; t++) sum += logProbs[t]! - oldLogProbs[t]!;
  return Math.exp(boundedLogRatio(sum / Math.max(1, logProbs.length)));
}

/** The clipped loss of each token by the sequence's ratio. `level` changes gradients, not values. */
export function gspoLosses(response: ResponseTokens, config: GspoObjective): TokenLoss[] {
  const ratio = sequenceRatio(response);
  return Array.from(response.advantages, (advantage) => clippedLoss(advantage, ratio, config));
}

/** {@link gspoLosses} as a graph. At `token` level s_t = exp(sg(mean ℓ) + log π − sg(log π)). */
export function gspoGraph<T>(
  ops: Ops<T>,
  { advantages, logProbs, oldLogProbs, tokenShares }: ObjectiveInputs<T>,
  config: GspoObjective,
): ObjectiveTerms<T> {
  const mean = sequenceMean(ops, ops.sub(logProbs, oldLogProbs), tokenShares); // [rollouts, 1]
  const logRatio = config.level === "sequence"
    ? mean
    : ops.add(ops.sub(logProbs, ops.stopGradient(logProbs)), ops.stopGradient(mean));
  const ratio = ops.exp(ops.clip(logRatio, -LOG_RATIO_BOUND, LOG_RATIO_BOUND));
  return clippedLossGraph(ops, advantages, ratio, config);
}
