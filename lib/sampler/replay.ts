/**
 * Prioritised level replay (PLR, arXiv 2010.03934; facebookresearch/level-replay level_replay/level_sampler.py): new
 * prompts until enough were seen, then those again whose last group promised most.
 */
import { z } from "../../deps.ts";

/** Settings of prioritised replay. */
export interface ReplayConfig {
  readonly kind: "replay";
  /**
   * Score of a group. `advantage`: mean |reward − the group's mean|, the L1 value loss of PLR with the group's mean
   * as the value. `passRateVariance`: p(1 − p).
   */
  readonly score: "advantage" | "passRateVariance";
  /** New score = momentum·old + (1 − momentum)·that of the group; 0 forgets at once. */
  readonly momentum: number;
  /** How scores become weights: 1/rank^(1/T), score^(1/T) or exp(score/T), with T the temperature. */
  readonly prioritization: "rank" | "power" | "softmax";
  readonly temperature: number;
  /** Share of the replay probability that goes by how long ago a prompt was visited. */
  readonly stalenessShare: number;
  /** Its weights are staleness^(1/T'). */
  readonly stalenessTemperature: number;
  /**
   * Once `seenShare` of the pool was seen, a draw replays with probability `1 − newShare` (`fixed`) or the share
   * seen (`proportionate`); otherwise, and before, it is a prompt not seen yet.
   */
  readonly schedule: "fixed" | "proportionate";
  readonly seenShare: number;
  /** Probability of a new prompt in the `fixed` schedule, while there are any. */
  readonly newShare: number;
  /** Whether one draw may replay a prompt several times. PLR draws one level at a time. */
  readonly repeats: "avoid" | "allow";
}

/** Prioritised replay with the settings of the paper's main experiments and of the released code for the rest. */
export function replay(
  {
    score = "advantage",
    momentum = 0,
    prioritization = "rank",
    temperature = 0.1,
    stalenessShare = 0.1,
    stalenessTemperature = 1,
    schedule = "proportionate",
    seenShare = 1,
    newShare = 0.5,
    repeats = "avoid",
  }: Partial<Omit<ReplayConfig, "kind">> = {},
): ReplayConfig {
  return {
    kind: "replay",
    score,
    momentum,
    prioritization,
    temperature,
    stalenessShare,
    stalenessTemperature,
    schedule,
    seenShare,
    newShare,
    repeats,
  };
}

export const replaySchema = z.strictObject({
  kind: z.literal("replay"),
  score: z.enum(["advantage", "passRateVariance"]),
  momentum: z.number().min(0).lt(1),
  prioritization: z.enum(["rank", "power", "softmax"]),
  temperature: z.number().min(0.01),
  stalenessShare: z.number().min(0).max(1),
  stalenessTemperature: z.number().min(0.01),
  schedule: z.enum(["fixed", "proportionate"]),
  seenShare: z.number().min(0).max(1),
  newShare: z.number().min(0).max(1),
  repeats: z.enum(["avoid", "allow"]),
}) satisfies z.ZodType<ReplayConfig>;
