/**
 * REINFORCE++'s advantage (arXiv 2501.03262; hiyouga/EasyR1:verl/trainer/core_algos.py, `reinforce_plus_plus`): the
 * discounted return of every token. As published it goes with `whitening: true`.
 */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { centered } from "./dr_grpo.ts";
import { perGroup } from "./groups.ts";
import { tokenRewards } from "./token_rewards.ts";

/** Discounted return of every token. */
export interface ReinforcePlusPlusAdvantage {
  readonly kind: "reinforcePlusPlus";
  /** γ */
  readonly discount: number;
  /** Subtract the group's mean reward first (verl `reinforce_plus_plus_baseline`, LMM-R1 `reinforce_baseline`). */
  readonly groupBaseline: boolean;
}

/** REINFORCE++'s advantage without discount, the default of EasyR1, verl and LMM-R1. */
export function reinforcePlusPlusAdvantage(
  { discount = 1, groupBaseline = false }: Partial<Omit<ReinforcePlusPlusAdvantage, "kind">> = {},
): ReinforcePlusPlusAdvantage {
  return { kind: "reinforcePlusPlus", discount, groupBaseline };
}

export const reinforcePlusPlusAdvantageSchema = z.strictObject({
  kind: z.literal("reinforcePlusPlus"),
  discount: z.number().min(0).max(1),
  groupBaseline: z.boolean(),
}) satisfies z.ZodType<ReinforcePlusPlusAdvantage>;

/**
 * G_t = r_t + γ·G_{t+1}, beginning anew behind each response's end.
 *
 * @param rewards [rollouts * responseTokens]
 * @param lengths [rollouts]
 * @returns [rollouts * responseTokens], 0 behind the end
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(
 *   discountedReturns(Float32Array.of(0, 1, 9, 1, 2, 4), Int32Array.of(2, 3), 0.5),
 *   Float32Array.of(0.5, 1, 0, 3, 4, 4),
 * );
 * ```
 */
export function discountedReturns(
  rewards: Float32Array,
  lengths: Int32Array,
  discount: number,
): Float32Array {
  const responseTokens = rewards.length / lengths.length;
  const returns = new Float32Array(rewards.length);
  lengths.forEach((length, rollout) => {
    const begin = rollout * responseTokens;
    let rest = 0;
    for (let t = begin + length - 1; t >= begin; t--) {
      returns[t] = rest = rewards[t]! + discount * rest;
    }
  });
  return returns;
}

/**
 * REINFORCE++'s advantages, not yet whitened. The group's mean is that of the rewards, and KL is taken from every
 * token after it, as LMM-R1 does; verl's variant spreads reward and KL evenly over the rollout.
 *
 * Errors: a RangeError for groups of one with `groupBaseline`.
 */
export function reinforcePlusPlusAdvantages(
  { discount, groupBaseline }: ReinforcePlusPlusAdvantage,
  inputs: AdvantageInputs,
): Advantages {
  const { rewards, groupSize, lengths } = inputs;
  const shaped = groupBaseline ? perGroup(rewards, groupSize, centered) : rewards;
  return {
    advantages: discountedReturns(tokenRewards(shaped, inputs), lengths, discount),
    returns: null,
  };
}
