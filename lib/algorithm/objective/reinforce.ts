/**
 * The plain policy gradient, without a ratio.
 *
 * Sources: Williams 1992 (REINFORCE); GPG, arXiv 2504.02546.
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import type { ObjectiveInputs, ObjectiveTerms, ResponseTokens, TokenLoss } from "./token_loss.ts";

/** −A·log π, without a ratio (GPG, arXiv 2504.02546; REINFORCE). */
export interface ReinforceObjective {
  readonly kind: "reinforce";
}

/** The plain policy gradient. With several updates per rollout batch it is biased: nothing corrects for the age. */
export function reinforceObjective(): ReinforceObjective {
  return { kind: "reinforce" };
}

export const reinforceSchema = z.strictObject({
  kind: z.literal("reinforce"),
}) satisfies z.ZodType<ReinforceObjective>;

/** −A·log π of each token; nothing is clipped. */
export function reinforceLosses({ advantages, logProbs }: ResponseTokens): TokenLoss[] {
  return Array.from(logProbs, (logProb, t) => ({ loss: -advantages[t]! * logProb, clip: "none" }));
}

/** {@link reinforceLosses} as a graph. */
export function reinforceGraph<T>(
  ops: Ops<T>,
  { advantages, logProbs }: ObjectiveInputs<T>,
): ObjectiveTerms<T> {
  const none = ops.constant(0);
  return { loss: ops.neg(ops.mul(advantages, logProbs)), high: none, low: none, dual: none };
}
