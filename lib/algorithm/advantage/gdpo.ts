/** GDPO's advantage (arXiv 2601.05242; verl:verl/trainer/ppo/core_algos.py, `gdpo`). */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";
import { standardized } from "./grpo.ts";

/**
 * Each reward component normalised in its group, (r_k − mean)/(std + ε), then their sum. The normalisation takes a
 * component's weight out again, up to its sign: all count alike, as with verl's default `gdpo_reward_weights`.
 */
export interface GdpoAdvantage {
  readonly kind: "gdpo";
  readonly epsilon: number;
}

/** GDPO's advantage with verl's ε. As published it goes with `whitening: true`. */
export function gdpoAdvantage(
  { epsilon = 1e-6 }: Partial<Omit<GdpoAdvantage, "kind">> = {},
): GdpoAdvantage {
  return { kind: "gdpo", epsilon };
}

export const gdpoAdvantageSchema = z.strictObject({
  kind: z.literal("gdpo"),
  epsilon: z.number().min(0).max(1),
}) satisfies z.ZodType<GdpoAdvantage>;

/**
 * Σ over components of {@link standardized} within the group. A component that is the same for the whole group, such
 * as one of weight 0, adds nothing.
 *
 * Errors: a RangeError for groups of one, and for KL in the reward: it is no component, and normalised as one it
 * would lose its coefficient.
 */
export function gdpoAdvantages({ epsilon }: GdpoAdvantage, inputs: AdvantageInputs): Advantages {
  if (inputs.klPenalties !== null) {
    throw new RangeError("klPenalties: expected null, gdpo takes KL in the loss only");
  }
  const values = new Float32Array(inputs.rewards.length);
  for (const component of Object.values(inputs.components)) {
    perGroup(component, inputs.groupSize, (group) => standardized(group, epsilon))
      .forEach((advantage, rollout) => values[rollout]! += advantage);
  }
  return forAllTokens(values, inputs);
}
