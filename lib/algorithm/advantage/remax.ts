/** ReMax's advantage (arXiv 2310.10505; hiyouga/EasyR1:verl/trainer/core_algos.py, `remax`). */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { forAllTokens } from "./groups.ts";
import { rolloutScores } from "./token_rewards.ts";

/** r − reward of the greedy response to the same prompt. */
export interface RemaxAdvantage {
  readonly kind: "remax";
}

/** ReMax's advantage. The greedy responses are generated besides, and count as cost. */
export function remaxAdvantage(): RemaxAdvantage {
  return { kind: "remax" };
}

export const remaxAdvantageSchema = z.strictObject({
  kind: z.literal("remax"),
}) satisfies z.ZodType<RemaxAdvantage>;

/**
 * sᵢ − greedy reward of its prompt, for all tokens. With KL in the reward, verl subtracts the greedy reward from the
 * return of each token instead; without, both are the same.
 *
 * @param greedyRewards [groups]
 */
export function remaxAdvantages(inputs: AdvantageInputs, greedyRewards: Float32Array): Advantages {
  const values = rolloutScores(inputs).map((score, rollout) =>
    score - greedyRewards[Math.floor(rollout / inputs.groupSize)]!
  );
  return forAllTokens(values, inputs);
}
