/** Where a rollout's reward stands among its tokens, and what a KL penalty takes from each of them. */
import type { AdvantageInputs } from "./advantage.ts";

type Inputs = Pick<AdvantageInputs, "responseTokens" | "lengths" | "klPenalties">;

/**
 * r_t = −β·KL_t, and the rollout's reward on top at its last token (EasyR1 verl/trainer/ray_trainer.py,
 * apply_kl_penalty). 0 behind the end.
 *
 * @param rewards [rollouts]
 * @returns [rollouts * responseTokens]
 */
export function tokenRewards(
  rewards: Float32Array,
  { responseTokens, lengths, klPenalties }: Inputs,
): Float32Array {
  const result = new Float32Array(rewards.length * responseTokens);
  rewards.forEach((reward, rollout) => {
    const begin = rollout * responseTokens, end = begin + lengths[rollout]!;
    if (klPenalties !== null) {
      for (let t = begin; t < end; t++) result[t] = -klPenalties[t]!;
    }
    result[end - 1]! += reward;
  });
  return result;
}

/**
 * s = Σ r_t, the score of every rollout: its reward, less the penalties of its tokens.
 *
 * @returns [rollouts]
 */
export function rolloutScores(
  { rewards, responseTokens, lengths, klPenalties }: Inputs & Pick<AdvantageInputs, "rewards">,
): Float32Array {
  if (klPenalties === null) return rewards;
  return rewards.map((reward, rollout) => {
    const begin = rollout * responseTokens;
    let score = reward;
    for (let t = begin; t < begin + lengths[rollout]!; t++) score -= klPenalties[t]!;
    return score;
  });
}
