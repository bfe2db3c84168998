/** OPO's advantage (arXiv 2505.23585; verl:verl/trainer/ppo/core_algos.py, `opo`). */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";
import { rolloutScores } from "./token_rewards.ts";

/** r − Σ(length·r)/Σ length over the group. */
export interface OpoAdvantage {
  readonly kind: "opo";
}

/** OPO's advantage. */
export function opoAdvantage(): OpoAdvantage {
  return { kind: "opo" };
}

export const opoAdvantageSchema = z.strictObject({
  kind: z.literal("opo"),
}) satisfies z.ZodType<OpoAdvantage>;

/**
 * rᵢ − Σⱼ(lengthⱼ·rⱼ)/Σⱼ lengthⱼ for one group: the baseline of least variance where a rollout's squared gradient is
 * in proportion to its length. Zeros where all rewards are equal.
 *
 * @param rewards [groupSize]
 * @param lengths [groupSize], in tokens
 * @returns [groupSize]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(lengthCentered(Float32Array.of(1, 0), Int32Array.of(6, 2)), Float32Array.of(0.25, -0.75));
 * ```
 */
export function lengthCentered(rewards: Float32Array, lengths: Int32Array): Float32Array {
  let weighted = 0, tokens = 0;
  rewards.forEach((reward, i) => {
    weighted += lengths[i]! * reward;
    tokens += lengths[i]!;
  });
  const baseline = weighted / tokens;
  return rewards.map((reward) => reward - baseline);
}

/** OPO's advantages. Groups of one are refused. */
export function opoAdvantages(inputs: AdvantageInputs): Advantages {
  const { groupSize, lengths } = inputs;
  const values = perGroup(
    rolloutScores(inputs),
    groupSize,
    (group, at) => lengthCentered(group, lengths.subarray(at, at + groupSize)),
  );
  return forAllTokens(values, inputs);
}
