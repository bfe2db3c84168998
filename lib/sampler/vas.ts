/**
 * Variance-Aware Sampling (MMR1, arXiv 2509.21268, section 4 and Algorithm 1): a share λ of every batch is
 * drawn in proportion to VPS = α·OVS + β·TDS, the rest uniformly.
 */
import { z } from "../../deps.ts";

/**
 * How a group's trajectory diversity (TDS) is measured. `selfBleu` is similarity, as the public MMR1 code adds
 * it; `editDistance` is the paper's mean squared normalised distance, `tokenEditDistance` the code's, in tokens.
 */
export const DIVERSITY_MEASURES = [
  "inverseSelfBleu",
  "selfBleu",
  "distinct3",
  "editDistance",
  "tokenEditDistance",
] as const;
/** One of {@link DIVERSITY_MEASURES}. */
export type DiversityMeasure = typeof DIVERSITY_MEASURES[number];

/** Settings of VAS. */
export interface VasConfig {
  readonly kind: "vas";
  /** λ: share of the batch drawn in proportion to the scores. */
  readonly mixtureRatio: number;
  /** T_update: steps between re-scorings of the whole pool. */
  readonly refreshInterval: number;
  /** N: rollouts per prompt when scoring. */
  readonly scoringRollouts: number;
  /** VPS = ovs·OVS + tds·TDS (the paper's α and β). */
  readonly weights: { readonly ovs: number; readonly tds: number };
  readonly diversity: DiversityMeasure;
  /** Pad responses to the token limit before measuring diversity, as the public code does. */
  readonly padResponses: boolean;
  /** `none`: weights are the scores. `minMax`: rescaled to [0, 1], so that the lowest prompt gets 0. */
  readonly normalization: "none" | "minMax";
  /** New weights = momentum·old + (1 − momentum)·new; 0 forgets at once. */
  readonly momentum: number;
  /** The uniform part: independent draws, or a fixed permutation walked in order. */
  readonly uniformPart: "independent" | "permutation";
  /** Refresh before the draw of step t (paper), or after its update (code). */
  readonly refreshPhase: "beforeDraw" | "afterUpdate";
  /**
   * Where scores come from. `refresh`: scoring rollouts, as in the paper. `training`: the training rollouts, which
   * cost nothing more; a prompt not drawn yet counts as one of pass rate ½. `both`: the latest of the two.
   */
  readonly scoresFrom: "refresh" | "training" | "both";
  /** Share of the pool that a refresh scores anew, rounded up; the first one scores it all. */
  readonly refreshShare: number;
  /**
   * Which share: drawn at random, those scored longest ago, or those whose pass rate is known least (largest
   * variance of Beta(1 + right, 1 + wrong), the posterior of a uniform prior). Equal ones: longest ago first, then
   * at random.
   */
  readonly refreshOrder: "random" | "oldest" | "mostUncertain";
}

type VasOptions = Partial<Omit<VasConfig, "kind" | "weights">> & {
  readonly weights?: Partial<VasConfig["weights"]>;
  /** `paper` (default): Algorithm 1 as printed. `mmr1`: what the public code does. */
  readonly variant?: "paper" | "mmr1";
};

const PAPER: VasConfig = {
  kind: "vas",
  mixtureRatio: 0.5,
  refreshInterval: 14, // Figure 3's interval
  scoringRollouts: 8,
  weights: { ovs: 0.8, tds: 0.2 }, // §6.1 and Table 6
  diversity: "inverseSelfBleu",
  padResponses: false,
  normalization: "none",
  momentum: 0,
  uniformPart: "independent",
  refreshPhase: "beforeDraw",
  scoresFrom: "refresh",
  refreshShare: 1,
  refreshOrder: "random",
};

const MMR1: VasConfig = {
  ...PAPER,
  refreshInterval: 4, // examples/mmr1.yaml
  weights: { ovs: 1, tds: 0 },
  diversity: "selfBleu",
  padResponses: true,
  normalization: "minMax",
  uniformPart: "permutation",
  refreshPhase: "afterUpdate",
};

/** Variance-aware sampling, as the paper prints it unless `variant: "mmr1"` asks for the public code. */
export function vas({ variant = "paper", weights, ...options }: VasOptions = {}): VasConfig {
  const base = variant === "paper" ? PAPER : MMR1;
  return { ...base, ...options, weights: { ...base.weights, ...weights } };
}

export const vasSchema = z.strictObject({
  kind: z.literal("vas"),
  mixtureRatio: z.number().min(0).max(1),
  refreshInterval: z.int().min(1),
  scoringRollouts: z.int().min(2).max(1024),
  weights: z.strictObject({ ovs: z.number().min(0), tds: z.number().min(0) })
    .refine((weights) => weights.ovs + weights.tds > 0, {
      message: "expected at least one weight above 0",
    }),
  diversity: z.enum(DIVERSITY_MEASURES),
  padResponses: z.boolean(),
  normalization: z.enum(["none", "minMax"]),
  momentum: z.number().min(0).lt(1),
  uniformPart: z.enum(["independent", "permutation"]),
  refreshPhase: z.enum(["beforeDraw", "afterUpdate"]),
  scoresFrom: z.enum(["refresh", "training", "both"]),
  refreshShare: z.number().gt(0).max(1),
  refreshOrder: z.enum(["random", "oldest", "mostUncertain"]),
}) satisfies z.ZodType<VasConfig>;

/**
 * B_w = ⌊λB⌋, the prompts of a batch that are drawn by weight (Algorithm 1). The product is rounded to 12
 * significant digits first, as identities are: 0.29·100 is 29 although binary arithmetic says 28.999….
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual([0.2, 0.5, 0.8, 1].map((ratio) => weightedPrompts(ratio, 512)), [102, 256, 409, 512]);
 * ```
 */
export function weightedPrompts(mixtureRatio: number, batchSize: number): number {
  return Math.floor(Number((mixtureRatio * batchSize).toPrecision(12)));
}
