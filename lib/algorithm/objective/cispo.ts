/**
 * CISPO: a plain policy gradient whose importance weights are clipped, so that every token keeps its gradient.
 *
 * Sources: MiniMax-M1, arXiv 2506.13585; hiyouga/EasyR1:verl/trainer/core_algos.py.
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import { clipRanges } from "./ppo_clip.ts";
import {
  importanceRatio,
  type ObjectiveInputs,
  type ObjectiveTerms,
  type ResponseTokens,
  type TokenLoss,
} from "./token_loss.ts";

/** −A·clip(r, 1 − low, 1 + high)·log π, the clipped ratio without gradient (CISPO, arXiv 2506.13585). */
export interface CispoObjective {
  readonly kind: "cispo";
  /** 1 and more: no lower bound. */
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
}

/**
 * CISPO without a lower bound, as in the paper, and EasyR1's upper one. EasyR1's script has clipRangeLow 0, which
 * weighs no token less than 1.
 */
export function cispoObjective(
  { clipRangeLow = 1, clipRangeHigh = 4 }: Partial<Omit<CispoObjective, "kind">> = {},
): CispoObjective {
  return { kind: "cispo", clipRangeLow, clipRangeHigh };
}

export const cispoSchema = z.strictObject({
  kind: z.literal("cispo"),
  clipRangeLow: z.number().min(0),
  clipRangeHigh: clipRanges.clipRangeHigh,
}) satisfies z.ZodType<CispoObjective>;

/** −A·clip(r)·log π of each token. A side is named where the weight was clipped, whatever the advantage. */
export function cispoLosses(
  { advantages, logProbs, oldLogProbs }: ResponseTokens,
  { clipRangeLow, clipRangeHigh }: CispoObjective,
): TokenLoss[] {
  return Array.from(logProbs, (logProb, t) => {
    const ratio = importanceRatio(logProb, oldLogProbs[t]!);
    const weight = Math.max(1 - clipRangeLow, Math.min(1 + clipRangeHigh, ratio));
    return {
      loss: -advantages[t]! * weight * logProb,
      clip: ratio > weight ? "high" : ratio < weight ? "low" : "none",
    };
  });
}

/** {@link cispoLosses} as a graph. */
export function cispoGraph<T>(
  ops: Ops<T>,
  { advantages, ratio, logProbs }: ObjectiveInputs<T>,
  { clipRangeLow, clipRangeHigh }: CispoObjective,
): ObjectiveTerms<T> {
  const weight = ops.stopGradient(ops.clip(ratio, 1 - clipRangeLow, 1 + clipRangeHigh));
  return {
    loss: ops.neg(ops.mul(ops.mul(advantages, weight), logProbs)),
    high: ops.less(weight, ratio),
    low: ops.less(ratio, weight),
    dual: ops.constant(0),
  };
}
