/**
 * Variance-Aware Sampling (MMR1, arXiv 2509.21268, section 4 and Algorithm 1): a share λ of every batch is
 * drawn in proportion to VPS = α·OVS + β·TDS, the rest uniformly.
 */
import { z } from "../../deps.ts";
import { StoreError } from "../core/errors.ts";
import type { RandomSource } from "../core/random.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import type { DiversityRequest, Pool, Sampler, SamplerState } from "./sampler.ts";
import { minMaxNormalized, outcomeVariance, variancePromotion } from "./scores.ts";
import { drawUniform, PermutationWalk } from "./uniform_draw.ts";
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

/**
 * Algorithm 1's draw: B_w = ⌊λB⌋ prompts with replacement in proportion to their weights, the other B − B_w
 * uniformly; the batch is their multiset union. Where all weights are equal, or all 0, the draw is uniform.
 * Without a weighted part (λ = 0) nothing is ever scored.
 */
export function createVasSampler(config: VasConfig, pool: Pool): Sampler {
  return new VasSampler(config, pool);
}

class VasSampler implements Sampler {
  readonly scoringRollouts: number;
  readonly diversity: DiversityRequest | null;
  readonly #config: VasConfig;
  readonly #pool: Pool;
  readonly #weighted: number;
  readonly #walk: PermutationWalk;
  #weights: Float32Array | null = null; // [prompts]
  #weightedDraw: WeightedDraw | null = null;

  constructor(config: VasConfig, pool: Pool) {
    this.#config = config;
    this.#pool = pool;
    this.#weighted = weightedPrompts(config.mixtureRatio, pool.batchSize);
    this.#walk = new PermutationWalk(pool.prompts, pool.seed);
    const scores = this.#weighted > 0;
    this.scoringRollouts = scores ? config.scoringRollouts : 0;
    // Measured even where its weight in VPS is 0: records show the TDS of every prompt.
    this.diversity = scores
      ? { measure: config.diversity, padResponses: config.padResponses }
      : null;
  }

  needsRefresh(finishedSteps: number, phase: "beforeDraw" | "afterUpdate"): boolean {
    if (this.#weighted === 0) return false;
    const { refreshInterval, refreshPhase } = this.#config;
    // Whatever the phase, there must be scores before the first draw.
    if (finishedSteps === 0) return phase === "beforeDraw";
    return phase === refreshPhase && finishedSteps % refreshInterval === 0;
  }

  score(passRate: Float32Array, tds: Float32Array): PromptScores {
    const { weights, normalization, momentum } = this.#config;
    this.#checkScores("passRate", passRate, 1);
    this.#checkScores("tds", tds, Infinity);
    const ovs = passRate.map(outcomeVariance);
    const vps = ovs.map((value, i) => variancePromotion(value, tds[i]!, weights));
    const fresh = normalization === "minMax" ? minMaxNormalized(vps) : vps;
    const old = this.#weights;
    const weight = old === null
      ? fresh.slice()
      : fresh.map((value, i) => momentum * old[i]! + (1 - momentum) * value);
    return { passRate, ovs, tds, vps, weight };
  }

  refresh({ weight }: PromptScores): void {
    this.#checkScores("weight", weight, Infinity);
    this.#take(weight.slice());
  }

  draw(step: number, random: RandomSource): Int32Array {
    const { prompts, batchSize } = this.#pool;
    const uniformCount = batchSize - this.#weighted;
    const weighted = this.#drawWeighted(random.at("weighted"));
    if (this.#config.uniformPart === "permutation") {
      return interleaved(weighted, this.#walk.at(step, uniformCount));
    }
    const uniform = drawUniform(prompts, uniformCount, random);
    if (weighted.length === 0) return uniform;
    // Shuffled, so that every mini-batch holds both kinds.
    return Int32Array.from(random.at("order").shuffled([...weighted, ...uniform]));
  }

  state(): SamplerState {
    return {
      numbers: {},
      arrays: this.#weights === null ? {} : { weights: this.#weights.slice() },
    };
  }

  restore({ arrays: { weights } }: SamplerState): void {
    if (weights === undefined) {
      this.#weights = this.#weightedDraw = null;
      return;
    }
    if (weights.length !== this.#pool.prompts) {
      throw new StoreError(
        `sampler weights: expected ${this.#pool.prompts} prompts, got ${weights.length}`,
      );
    }
    this.#take(weights.slice());
  }

  #take(weights: Float32Array): void {
    this.#weightedDraw = new WeightedDraw(weights);
    this.#weights = weights;
  }

  #drawWeighted(random: RandomSource): Int32Array {
    if (this.#weighted === 0) return new Int32Array(0);
    const draw = this.#weightedDraw;
    if (draw === null) throw new Error("vas() was asked to draw before the pool was scored");
    return Int32Array.from({ length: this.#weighted }, () => draw.pick(random.next()));
  }

  #checkScores(name: string, values: Float32Array, max: number): void {
    const { prompts } = this.#pool;
    if (values.length !== prompts) {
      throw new RangeError(`${name}: expected ${prompts} prompts, got ${values.length}`);
    }
    const bad = values.findIndex((value) => !(value >= 0 && value <= max && value < Infinity));
    if (bad >= 0) {
      const range = max === Infinity ? "a finite number ≥ 0" : `a number in [0, ${max}]`;
      throw new RangeError(`${name} of prompt ${bad}: expected ${range}, got ${values[bad]}`);
    }
  }
}

/** a, b, a, b, … and what is left of the longer one (MMR1 verl/curriculum/samplers.py). */
function interleaved(a: Int32Array, b: Int32Array): Int32Array {
  const result = new Int32Array(a.length + b.length);
  const pairs = Math.min(a.length, b.length);
  for (let i = 0; i < pairs; i++) {
    result[2 * i] = a[i]!;
    result[2 * i + 1] = b[i]!;
  }
  result.set(a.subarray(pairs), 2 * pairs);
  result.set(b.subarray(pairs), 2 * pairs);
  return result;
}
