/** Generalised advantage estimation with a critic (arXiv 1506.02438), as PPO uses it (arXiv 1707.06347). */
import { z } from "../../../deps.ts";
import type { AdvantageInputs, Advantages } from "./advantage.ts";
import { tokenRewards } from "./token_rewards.ts";

/** A critic of the policy's architecture with a value head, trained beside it. */
export interface CriticConfig {
  readonly learningRate: number;
  /** Steps at the start in which only the critic learns (EasyR1 `trainer.critic_warmup`). */
  readonly warmupSteps: number;
  /** Values move at most this far from those at rollout time before their loss stops falling; null: no bound. */
  readonly valueClip: number | null;
}

/** Advantages from TD errors under a critic. */
export interface GaeAdvantage {
  readonly kind: "gae";
  /** γ */
  readonly discount: number;
  /** λ of GAE. */
  readonly lambda: number;
  readonly critic: CriticConfig;
}

/**
 * GAE with γ = λ = 1, no critic warm-up and values clipped at 0.5, the defaults of EasyR1 and verl. The critic learns
 * ten times as fast as `adamw()`'s policy, the ratio verl has (1e-5 to 1e-6).
 */
export function gaeAdvantage(
  { discount = 1, lambda = 1, critic = {} }: {
    readonly discount?: number;
    readonly lambda?: number;
    readonly critic?: Partial<CriticConfig>;
  } = {},
): GaeAdvantage {
  const { learningRate = 5e-4, warmupSteps = 0, valueClip = 0.5 } = critic;
  return { kind: "gae", discount, lambda, critic: { learningRate, warmupSteps, valueClip } };
}

export const gaeAdvantageSchema = z.strictObject({
  kind: z.literal("gae"),
  discount: z.number().min(0).max(1),
  lambda: z.number().min(0).max(1),
  critic: z.strictObject({
    learningRate: z.number().gt(0).max(1),
    warmupSteps: z.int().min(0),
    valueClip: z.number().gt(0).nullable(),
  }),
}) satisfies z.ZodType<GaeAdvantage>;

/**
 * δ_t = r_t + γ·V_{t+1} − V_t and A_t = δ_t + γλ·A_{t+1}, each response by itself and with nothing behind its end;
 * what the critic is to predict is A_t + V_t. Not yet whitened. (EasyR1's loop takes the mask of one response for
 * that of all, and raises for more than one.)
 *
 * @param values [rollouts * responseTokens], the critic's
 */
export function gaeAdvantages(
  { discount, lambda }: Pick<GaeAdvantage, "discount" | "lambda">,
  inputs: AdvantageInputs,
  values: Float32Array,
): Advantages {
  const { responseTokens, lengths } = inputs;
  const rewards = tokenRewards(inputs.rewards, inputs);
  const advantages = new Float32Array(rewards.length), returns = new Float32Array(rewards.length);
  lengths.forEach((length, rollout) => {
    const begin = rollout * responseTokens;
    let nextValue = 0, nextAdvantage = 0;
    for (let t = begin + length - 1; t >= begin; t--) {
      const value = values[t]!, error = rewards[t]! + discount * nextValue - value;
      const advantage = error + discount * lambda * nextAdvantage;
      advantages[t] = advantage;
      returns[t] = advantage + value;
      nextValue = value;
      nextAdvantage = advantage;
    }
  });
  return { advantages, returns };
}
