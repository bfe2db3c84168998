/**
 * Advantages of rollouts from their rewards: settings of every estimator, and what they read and return.
 *
 * One estimator, one file beside this one, with its formula and source.
 */
import { z } from "../../../deps.ts";
import { type DrGrpoAdvantage, drGrpoAdvantageSchema } from "./dr_grpo.ts";
import { type GaeAdvantage, gaeAdvantageSchema } from "./gae.ts";
import { type GdpoAdvantage, gdpoAdvantageSchema } from "./gdpo.ts";
import { type GrpoAdvantage, grpoAdvantageSchema } from "./grpo.ts";
import { type OpoAdvantage, opoAdvantageSchema } from "./opo.ts";
import { type PassAtKAdvantage, passAtKAdvantageSchema } from "./pass_at_k.ts";
import {
  type ReinforcePlusPlusAdvantage,
  reinforcePlusPlusAdvantageSchema,
} from "./reinforce_plus_plus.ts";
import { type RemaxAdvantage, remaxAdvantageSchema } from "./remax.ts";
import { type RlooAdvantage, rlooAdvantageSchema } from "./rloo.ts";

export type { CriticConfig } from "./gae.ts";

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

export const advantageSchema = z.discriminatedUnion("kind", [
  grpoAdvantageSchema,
  drGrpoAdvantageSchema,
  rlooAdvantageSchema,
  reinforcePlusPlusAdvantageSchema,
  remaxAdvantageSchema,
  passAtKAdvantageSchema,
  opoAdvantageSchema,
  gdpoAdvantageSchema,
  gaeAdvantageSchema,
]) satisfies z.ZodType<AdvantageConfig>;

/** What estimators read. Rollouts stand group after group. */
export interface AdvantageInputs {
  readonly groupSize: number;
  /** R: width of a row of tokens. */
  readonly responseTokens: number;
  readonly lengths: Int32Array; // [rollouts], tokens up to and including end-of-sequence
  readonly rewards: Float32Array; // [rollouts]
  /** The weighted terms that add up to `rewards`, by name: `gdpo` only. */
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
