/**
 * PPO's clipped objective, with DAPO's separate bounds and the dual bound for bad tokens.
 *
 * Sources: arXiv 1707.06347; clip-higher: arXiv 2503.14476; dual clip: arXiv 1912.09729;
 * hiyouga/EasyR1:verl/trainer/core_algos.py.
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import {
  importanceRatio,
  type ObjectiveInputs,
  type ObjectiveTerms,
  type ResponseTokens,
  type TokenLoss,
} from "./token_loss.ts";

/** max(−A·r, −A·clip(r, 1 − low, 1 + high)); for A < 0 at most −A·C (PPO; clip-higher of DAPO: high > low). */
export interface PpoClipObjective {
  readonly kind: "ppoClip";
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
  /** C; null switches the bound off. */
  readonly dualClip: number | null;
}

/** PPO's clip with the settings of MMR1's Table 6. EasyR1 has clipRangeHigh 0.3, DAPO 0.28. */
export function ppoClipObjective(
  { clipRangeLow = 0.2, clipRangeHigh = 0.2, dualClip = 3 }: Partial<
    Omit<PpoClipObjective, "kind">
  > = {},
): PpoClipObjective {
  return { kind: "ppoClip", clipRangeLow, clipRangeHigh, dualClip };
}

/** The bounds of a clipped objective. */
export const clipRanges = {
  clipRangeLow: z.number().min(0).lt(1),
  clipRangeHigh: z.number().min(0).max(100),
  dualClip: z.number().gt(1).nullable(),
};

export const ppoClipSchema = z.strictObject({
  kind: z.literal("ppoClip"),
  ...clipRanges,
}) satisfies z.ZodType<PpoClipObjective>;

/** Where a ratio is clipped. */
export type ClipRanges = Pick<PpoClipObjective, "clipRangeLow" | "clipRangeHigh" | "dualClip">;

/**
 * max(−A·r, −A·clip(r, 1 − low, 1 + high)); for A < 0 at most −A·C (dual clip). A bound decides, so that no
 * gradient flows: `high` r above 1 + high with A > 0, `low` r below 1 − low with A < 0, `dual` r above C with A < 0.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.3, dualClip: 3 };
 * deepEqual(clippedLoss(1, 1.5, settings), { loss: -1.3, clip: "high" });
 * deepEqual(clippedLoss(-1, 0.5, settings), { loss: 0.8, clip: "low" });
 * deepEqual(clippedLoss(-1, 5, settings), { loss: 3, clip: "dual" });
 * ```
 */
export function clippedLoss(
  advantage: number,
  ratio: number,
  { clipRangeLow, clipRangeHigh, dualClip }: ClipRanges,
): TokenLoss {
  const free = -advantage * ratio;
  const clipped = -advantage * Math.max(1 - clipRangeLow, Math.min(1 + clipRangeHigh, ratio));
  const loss = Math.max(free, clipped);
  if (advantage < 0 && dualClip !== null && -advantage * dualClip < loss) {
    return { loss: -advantage * dualClip, clip: "dual" };
  }
  if (clipped <= free) return { loss, clip: "none" };
  return { loss, clip: advantage < 0 ? "low" : "high" };
}

/** {@link clippedLoss} of each token by its own ratio. */
export function ppoClipLosses(
  { advantages, logProbs, oldLogProbs }: ResponseTokens,
  config: ClipRanges,
): TokenLoss[] {
  return Array.from(
    logProbs,
    (logProb, t) => clippedLoss(advantages[t]!, importanceRatio(logProb, oldLogProbs[t]!), config),
  );
}

/** {@link clippedLoss} as a graph, for ratios that broadcast to the advantages [rollouts, R]. */
export function clippedLossGraph<T>(
  ops: Ops<T>,
  advantages: T,
  ratio: T,
  { clipRangeLow, clipRangeHigh, dualClip }: ClipRanges,
): ObjectiveTerms<T> {
  const clipped = ops.clip(ratio, 1 - clipRangeLow, 1 + clipRangeHigh);
  const unclippedLoss = ops.neg(ops.mul(advantages, ratio));
  const clippedLoss = ops.neg(ops.mul(advantages, clipped));
  let loss = ops.max(unclippedLoss, clippedLoss);

  const wins = ops.less(unclippedLoss, clippedLoss); // the clipped branch decides: no gradient
  const negative = ops.less(advantages, 0);
  let dual = ops.constant(0);
  if (dualClip !== null) {
    const bound = ops.mul(advantages, -dualClip);
    dual = ops.mul(ops.less(bound, loss), negative);
    const atMost = ops.min(loss, bound);
    loss = ops.add(ops.mul(negative, atMost), ops.mul(ops.sub(1, negative), loss));
  }
  return {
    loss,
    high: ops.mul(wins, ops.sub(1, negative)),
    low: ops.mul(wins, negative),
    dual,
  };
}

/** {@link ppoClipLosses} as a graph. */
export function ppoClipGraph<T>(
  ops: Ops<T>,
  { advantages, ratio }: ObjectiveInputs<T>,
  config: ClipRanges,
): ObjectiveTerms<T> {
  return clippedLossGraph(ops, advantages, ratio, config);
}
