/** Group Relative Policy Optimization: settings. The mathematics is in `advantage.ts` and `objective.ts`. */
import { z } from "../../deps.ts";

/** Settings of GRPO (MMR1 Table 6; EasyR1 verl/trainer/core_algos.py). */
export interface GrpoConfig {
  readonly kind: "grpo";
  /** N: rollouts per prompt. */
  readonly groupSize: number;
  /** The ratio is clipped to [1 − clipRangeLow, 1 + clipRangeHigh]. */
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
  /** C: for A < 0 the token's loss is at most −A·C; null switches the bound off. */
  readonly dualClip: number | null;
  /** Weight of the k3 estimate of KL(policy ‖ reference) in the loss. */
  readonly klCoefficient: number;
  /** Mean over all tokens of the mini-batch, or mean over sequences of their token means. */
  readonly aggregation: "token-mean" | "sequence-mean";
  /** Optimiser updates per pass over the rollout batch. With one in total, the ratio is 1 everywhere. */
  readonly miniBatches: number;
  /** μ: passes over the rollout batch. */
  readonly updatesPerBatch: number;
  /** `standardized`: (r − mean)/(std + 1e-6), unbiased std. `centered`: r − mean. */
  readonly advantage: "standardized" | "centered";
}

/** GRPO with the paper's settings; four updates per rollout batch, as its Figure 2 needs. */
export function grpo(
  {
    groupSize = 8,
    clipRangeLow = 0.2,
    clipRangeHigh = 0.2,
    dualClip = 3,
    klCoefficient = 0.01,
    aggregation = "token-mean",
    miniBatches = 4,
    updatesPerBatch = 1,
    advantage = "standardized",
  }: Partial<Omit<GrpoConfig, "kind">> = {},
): GrpoConfig {
  return {
    kind: "grpo",
    groupSize,
    clipRangeLow,
    clipRangeHigh,
    dualClip,
    klCoefficient,
    aggregation,
    miniBatches,
    updatesPerBatch,
    advantage,
  };
}

export const grpoSchema = z.strictObject({
  kind: z.literal("grpo"),
  groupSize: z.int().min(2).max(1024),
  clipRangeLow: z.number().min(0).lt(1),
  clipRangeHigh: z.number().min(0).max(100),
  dualClip: z.number().gt(1).nullable(),
  klCoefficient: z.number().min(0),
  aggregation: z.enum(["token-mean", "sequence-mean"]),
  miniBatches: z.int().min(1).max(1024),
  updatesPerBatch: z.int().min(1).max(1024),
  advantage: z.enum(["standardized", "centered"]),
}) satisfies z.ZodType<GrpoConfig>;
