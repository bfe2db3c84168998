/**
 * Variance-Aware Sampling (MMR1, arXiv 2509.21268, section 4 and Algorithm 1): a share λ of every batch is
 * drawn in proportion to VPS = α·OVS + β·TDS, the rest uniformly.
 */
import { z } from "../../deps.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { drawUniform, uniformStream } from "./random.ts";
import type { Pool, Sampler } from "./sampler.ts";
import { minMaxNormalized, outcomeVariance, variancePromotion } from "./scores.ts";
import { WeightedDraw } from "./weighted_draw.ts";

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
}) satisfies z.ZodType<VasConfig>;

/** Guards ⌊λB⌋ against binary fractions: 0.7·10 is 7, not 6.999…. */
const ROUNDING = 1e-9;

/** B_w = ⌊λB⌋: how many of a batch's prompts are drawn by weight (Algorithm 1, line 8). */
export function weightedPrompts(mixtureRatio: number, batchSize: number): number {
  return Math.floor(mixtureRatio * batchSize + ROUNDING);
}

/** Takes consecutive stretches of one permutation; starts over, dropping the rest, when one does not fit. */
function walkPermutation(permutation: readonly number[], position: number, count: number) {
  const taken: number[] = [];
  while (taken.length < count) {
    const wanted = Math.min(count - taken.length, permutation.length);
    if (position + wanted > permutation.length) position = 0;
    taken.push(...permutation.slice(position, position + wanted));
    position += wanted;
  }
  return { taken, position };
}

/** The sampler of Algorithm 1. */
export function createVasSampler(config: VasConfig, { prompts, batchSize, seed }: Pool): Sampler {
  const { mixtureRatio, refreshInterval, momentum, weights, normalization } = config;
  const weighted = weightedPrompts(mixtureRatio, batchSize);
  const scores = weighted > 0; // what draws nothing by weight needs no scores
  const permutation = config.uniformPart === "permutation"
    ? randomSource(seed, "permutation").shuffled(Array(prompts).keys())
    : null;
  let position = 0;
  let current: Float32Array | null = null; // [prompts]
  let draws: WeightedDraw | null = null;
  const use = (next: Float32Array) => {
    draws = new WeightedDraw(next);
    current = next;
  };

  const drawRest = (count: number, random: RandomSource): ArrayLike<number> => {
    if (permutation === null) return drawUniform(count, prompts, uniformStream(random));
    const walk = walkPermutation(permutation, position, count);
    position = walk.position;
    return walk.taken;
  };

  return {
    scoringRollouts: scores ? config.scoringRollouts : 0,
    diversity: scores ? { measure: config.diversity, padResponses: config.padResponses } : null,
    needsRefresh(finishedSteps, phase) {
      if (!scores) return false;
      // The public code scores once before training, and then after updates.
      if (config.refreshPhase === "afterUpdate" && finishedSteps === 0) {
        return phase === "beforeDraw";
      }
      return phase === config.refreshPhase && finishedSteps % refreshInterval === 0;
    },
    score(passRate, tds) {
      const ovs = passRate.map(outcomeVariance);
      const vps = ovs.map((value, i) => variancePromotion(value, tds[i]!, weights));
      const fresh = normalization === "minMax" ? minMaxNormalized(vps) : vps;
      const before = current;
      const weight = before === null
        ? fresh
        : fresh.map((value, i) => momentum * before[i]! + (1 - momentum) * value);
      return { passRate, ovs, tds, vps, weight };
    },
    refresh: ({ weight }) => use(weight),
    draw(_step, random) {
      const byWeight = draws === null
        ? drawUniform(weighted, prompts, random.at("weighted"))
        : draws.drawMany(weighted, random.at("weighted"));
      const rest = drawRest(batchSize - weighted, random);
      const batch = new Int32Array(batchSize);
      batch.set(byWeight);
      batch.set(rest, weighted);
      return batch;
    },
    state: () => ({ numbers: { position }, arrays: current === null ? {} : { weights: current } }),
    restore({ numbers, arrays }) {
      position = numbers.position ?? 0;
      if (arrays.weights !== undefined) use(arrays.weights);
    },
  };
}
