/** GDPO's advantage (arXiv 2601.05242; verl:verl/trainer/ppo/core_algos.py, `gdpo`). */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens, perGroup } from "./groups.ts";
import { standardized } from "./grpo.ts";

/**
 * Each reward component normalised in its group, (r_k − mean)/(std + ε), then their weighted sum (TRL's
 * `normalize_then_sum`). The normalisation takes a component's weight in the reward out again, up to its sign.
 */
export interface GdpoAdvantage {
  readonly kind: "gdpo";
  /** By component; those not named count once, as with verl's default `gdpo_reward_weights`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly epsilon: number;
}

/** GDPO's advantage with verl's ε. As published it goes with `whitening: true`. */
export function gdpoAdvantage(
  { weights = {}, epsilon = 1e-6 }: Partial<Omit<GdpoAdvantage, "kind">> = {},
): GdpoAdvantage {
  return { kind: "gdpo", weights, epsilon };
}

export const gdpoAdvantageSchema = z.strictObject({
  kind: z.literal("gdpo"),
  weights: z.record(z.string(), z.number().min(0)),
  epsilon: z.number().min(0).max(1),
}) satisfies z.ZodType<GdpoAdvantage>;

/**
 * Σ over components of {@link standardized} within the group. A component that is the same for the whole group, such
 * as one of weight 0, adds nothing.
 *
 * Errors: a RangeError for groups of one, and for KL in the reward: it is no component, and normalised as one it
 * would lose its coefficient.
 */
export function gdpoAdvantages(
  { weights, epsilon }: GdpoAdvantage,
  inputs: AdvantageInputs,
): Advantages {
  if (inputs.klPenalties !== null) {
    throw new RangeError("klPenalties: expected null, gdpo takes KL in the loss only");
  }
  const values = new Float32Array(inputs.rewards.length);
  for (const [name, component] of Object.entries(inputs.components)) {
    const weight = weights[name] ?? 1;
    perGroup(component, inputs.groupSize, (group) => standardized(group, epsilon))
      .forEach((advantage, rollout) => values[rollout]! += weight * advantage);
  }
  return forAllTokens(values, inputs);
}
