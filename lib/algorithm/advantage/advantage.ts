/**
 * Advantages of rollouts from their rewards: settings of every estimator, and what they read and return.
 *
 * One estimator, one file beside this one; each is a plain function with its formula.
 */
import { z } from "../../../deps.ts";

/** (r − mean)/(std + ε) over the group (GRPO, arXiv 2402.03300). */
export interface GrpoAdvantage {
  readonly kind: "grpo";
  /** The standard deviation of the group's rewards, or of the batch's (TRL `scale_rewards="batch"`). */
  readonly scale: "group" | "batch";
  /** Divided by N − 1, or by N. */
  readonly std: "unbiased" | "population";
  /** ε: 1e-6 in EasyR1, verl and MMR1, 1e-4 in TRL, 1e-9 in MM-EUREKA and LMM-R1. */
  readonly epsilon: number;
}

/** r − mean over the group (Dr. GRPO, arXiv 2503.20783). */
export interface DrGrpoAdvantage {
  readonly kind: "drGrpo";
}

/** r − mean of the group's others (RLOO, arXiv 2402.14740). */
export interface RlooAdvantage {
  readonly kind: "rloo";
}

/** Discounted return of every token, to be whitened over the batch (REINFORCE++, arXiv 2501.03262). */
export interface ReinforcePlusPlusAdvantage {
  readonly kind: "reinforcePlusPlus";
  /** γ */
  readonly discount: number;
  /** Subtract the group's mean reward first (verl `reinforce_plus_plus_baseline`, LMM-R1 `reinforce_baseline`). */
  readonly groupBaseline: boolean;
}

/** r − reward of the greedy response to the same prompt (ReMax, arXiv 2310.10505). */
export interface RemaxAdvantage {
  readonly kind: "remax";
}

/** Only the group's best rollout: (best − second best)/(std + ε), all others 0 (arXiv 2503.19595). */
export interface PassAtKAdvantage {
  readonly kind: "passAtK";
  readonly epsilon: number;
}

/** r − Σ(length·r)/Σ length over the group (OPO, arXiv 2505.23585). */
export interface OpoAdvantage {
  readonly kind: "opo";
}

/** Each reward component normalised in its group, then their weighted sum (GDPO, arXiv 2601.05242). */
export interface GdpoAdvantage {
  readonly kind: "gdpo";
  readonly epsilon: number;
}

/** A critic of the policy's architecture with a value head, trained beside it. */
export interface CriticConfig {
  readonly learningRate: number;
  /** Steps at the start in which only the critic learns (EasyR1 `trainer.critic_warmup`). */
  readonly warmupSteps: number;
  /** Values move at most this far from those at rollout time before their loss stops falling; null: no bound. */
  readonly valueClip: number | null;
}

/** Generalised advantage estimation with a critic (PPO, arXiv 1506.02438 and 1707.06347). */
export interface GaeAdvantage {
  readonly kind: "gae";
  /** γ */
  readonly discount: number;
  /** λ of GAE. */
  readonly lambda: number;
  readonly critic: CriticConfig;
}

/** How advantages are estimated: settings. */
export type AdvantageConfig =
  | GrpoAdvantage
  | DrGrpoAdvantage
  | RlooAdvantage
  | ReinforcePlusPlusAdvantage
  | RemaxAdvantage
  | PassAtKAdvantage
  | OpoAdvantage
  | GdpoAdvantage
  | GaeAdvantage;

const epsilon = z.number().min(0).max(1);
const discount = z.number().min(0).max(1);

export const advantageSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("grpo"),
    scale: z.enum(["group", "batch"]),
    std: z.enum(["unbiased", "population"]),
    epsilon,
  }),
  z.strictObject({ kind: z.literal("drGrpo") }),
  z.strictObject({ kind: z.literal("rloo") }),
  z.strictObject({
    kind: z.literal("reinforcePlusPlus"),
    discount,
    groupBaseline: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("remax") }),
  z.strictObject({ kind: z.literal("passAtK"), epsilon }),
  z.strictObject({ kind: z.literal("opo") }),
  z.strictObject({ kind: z.literal("gdpo"), epsilon }),
  z.strictObject({
    kind: z.literal("gae"),
    discount,
    lambda: z.number().min(0).max(1),
    critic: z.strictObject({
      learningRate: z.number().gt(0).max(1),
      warmupSteps: z.int().min(0),
      valueClip: z.number().gt(0).nullable(),
    }),
  }),
]) satisfies z.ZodType<AdvantageConfig>;

/** What estimators read. Rollouts stand group after group. */
export interface AdvantageInputs {
  readonly groupSize: number;
  /** R: width of a row of tokens. */
  readonly responseTokens: number;
  readonly lengths: Int32Array; // [rollouts], tokens up to and including end-of-sequence
  readonly rewards: Float32Array; // [rollouts]
  /** The weighted terms that add up to `rewards`, by name. */
  readonly components: Readonly<Record<string, Float32Array>>; // [rollouts]
  /** β·KL of every token, taken from its reward; null where KL is not in the reward. */
  readonly klPenalties: Float32Array | null; // [rollouts * R]
  /** Reward of the greedy response to each prompt: `remax` only. */
  readonly greedyRewards: Float32Array | null; // [groups]
  /** The critic's values: `gae` only. */
  readonly values: Float32Array | null; // [rollouts * R]
}

/** Advantages of every token; 0 behind a response's end. */
export interface Advantages {
  readonly advantages: Float32Array; // [rollouts * R]
  /** What the critic is to predict: `gae` only. */
  readonly returns: Float32Array | null; // [rollouts * R]
}
