/** Pass@k GRPO's advantage (arXiv 2503.19595; verl:verl/trainer/ppo/core_algos.py, `grpo_passk`). */
import { z } from "../../../deps.ts";
import { standardDeviation } from "../../core/statistics.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";

import { rolloutScores } from "./token_rewards.ts";

/** Only the group's best rollout: (best − second best)/(std + ε), all others 0. */
export interface PassAtKAdvantage {
  readonly kind: "passAtK";
  readonly epsilon: number;
}

/** Pass@k GRPO's advantage with verl's ε. */
export function passAtKAdvantage(
  { epsilon = 1e-6 }: Partial<Omit<PassAtKAdvantage, "kind">> = {},
): PassAtKAdvantage {
  return { kind: "passAtK", epsilon };
}

export const passAtKAdvantageSchema = z.strictObject({
  kind: z.literal("passAtK"),
  epsilon: z.number().min(0).max(1),
}) satisfies z.ZodType<PassAtKAdvantage>;

/**
 * (best − second best)/(std + ε) for the best rollout of one group, with the unbiased standard deviation, and 0 for
 * all others: zeros for the whole group where two share the best reward. (EasyR1 leaves the others' rewards in place
 * of the zeros, which verl and the paper do not.)
 *
 * @param rewards [groupSize], at least two
 * @returns [groupSize]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(bestOfGroup(Float32Array.of(0, 4, 2), 0), Float32Array.of(0, 1, 0));
 * deepEqual(bestOfGroup(Float32Array.of(1, 0, 1), 0), Float32Array.of(0, 0, 0));
 * ```
 */
export function bestOfGroup(rewards: Float32Array, epsilon: number): Float32Array {
  const [best, second] = rewards.toSorted().reverse();
  const result = new Float32Array(rewards.length);
  if (best! > second!) {
    result[rewards.indexOf(best!)] = (best! - second!) / (standardDeviation(rewards) + epsilon);
  }
  return result;
}

/** Pass@k GRPO's advantages. Groups of one are refused. */
export function passAtKAdvantages(
  { epsilon }: PassAtKAdvantage,
  inputs: AdvantageInputs,
): Advantages {
  const values = perGroup(
    rolloutScores(inputs),
    inputs.groupSize,
    (group) => bestOfGroup(group, epsilon),
  );
  return forAllTokens(values, inputs);
}
