/**
 * Variance-Aware Sampling (MMR1, arXiv 2509.21268, section 4 and Algorithm 1): a share λ of every batch is
 * drawn in proportion to VPS = α·OVS + β·TDS, the rest uniformly.
 */
import { z } from "../../deps.ts";
import { StoreError } from "../core/errors.ts";
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import type {
  DiversityRequest,
  GroupOutcome,
  Pool,
  RefreshPhase,
  Sampler,
  SamplerState,
} from "./sampler.ts";
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

/**
 * Algorithm 1's draw: B_w = ⌊λB⌋ prompts with replacement in proportion to their weights, the other B − B_w
 * uniformly; the batch is their multiset union. Where all weights are equal, or all 0, the draw is uniform.
 * Without a weighted part (λ = 0) nothing is ever scored.
 */
export function createVasSampler(config: VasConfig, pool: Pool): Sampler {
  return new VasSampler(config, pool);
}

/** What the rollouts of every prompt showed when they were last looked at. */
type Seen = Record<typeof SEEN[number], Float32Array>; // each [prompts]

/** NaN in `scoredAt`: never. */
const SEEN = ["passRate", "tds", "scoredAt", "rollouts"] as const;

class VasSampler implements Sampler {
  readonly scoringRollouts: number;
  readonly diversity: DiversityRequest | null;
  readonly #config: VasConfig;
  readonly #pool: Pool;
  readonly #walk: PermutationWalk;
  #weights: Float32Array | null = null; // [prompts]
  /** Kept only where not every score is replaced at once. */
  #seen: Seen | null = null;
  #weightedDraw: WeightedDraw | null = null;

  constructor(config: VasConfig, pool: Pool) {
    this.#config = config;
    this.#pool = pool;
    this.#walk = new PermutationWalk(pool.prompts, pool.seed);
    const weighs = weightedPrompts(config.mixtureRatio, pool.batchSize) > 0;
    this.scoringRollouts = weighs && config.scoresFrom !== "training" ? config.scoringRollouts : 0;
    // Measured even where its weight in VPS is 0: records show the TDS of every prompt.
    this.diversity = weighs
      ? { measure: config.diversity, padResponses: config.padResponses }
      : null;
  }

  get #keepsSeen(): boolean {
    return this.#config.refreshShare < 1 || this.#config.scoresFrom !== "refresh";
  }

  promptsToScore(finishedSteps: number, phase: RefreshPhase, random: RandomSource): Int32Array {
    if (this.scoringRollouts === 0) return new Int32Array(0);
    const { refreshInterval, refreshPhase, refreshShare } = this.#config;
    // Whatever the phase, there must be scores before the first draw.
    const due = finishedSteps === 0
      ? phase === "beforeDraw"
      : phase === refreshPhase && finishedSteps % refreshInterval === 0;
    if (!due) return new Int32Array(0);
    const { prompts } = this.#pool;
    const all = Int32Array.from({ length: prompts }, (_, i) => i);
    const count = Math.ceil(Number((refreshShare * prompts).toPrecision(12)));
    if (finishedSteps === 0 || count === prompts) return all;
    return Int32Array.from(this.#byNeed(random.shuffled(all)).slice(0, count)).sort();
  }

  /** The prompts that should be scored first in front; equal ones keep their order. */
  #byNeed(prompts: readonly number[]): readonly number[] {
    const { refreshOrder } = this.#config, seen = this.#seen;
    if (refreshOrder === "random" || seen === null) return prompts;
    const age = (i: number) => -seen.scoredAt[i]!;
    const uncertainty = (i: number) => posteriorVariance(seen.passRate[i]!, seen.rollouts[i]!);
    const need = refreshOrder === "oldest" ? age : uncertainty;
    return prompts.toSorted((a, b) => need(b) - need(a) || age(b) - age(a));
  }

  score(
    step: number,
    prompts: Int32Array,
    passRate: Float32Array,
    tds: Float32Array,
  ): PromptScores {
    checkScores("passRate", passRate, prompts.length, 1);
    checkScores("tds", tds, prompts.length, Infinity);
    const seen = this.#seen === null ? nothingSeen(this.#pool.prompts) : copyOf(this.#seen);
    prompts.forEach((prompt, i) => {
      seen.passRate[prompt] = passRate[i]!;
      seen.tds[prompt] = tds[i]!;
      seen.scoredAt[prompt] = step;
    });
    const ovs = seen.passRate.map(outcomeVariance);
    const vps = ovs.map((value, i) => variancePromotion(value, seen.tds[i]!, this.#config.weights));
    const weight = this.#weightsFrom(vps, prompts);
    return { scoredAt: seen.scoredAt, passRate: seen.passRate, ovs, tds: seen.tds, vps, weight };
  }

  refresh({ weight, passRate, tds, scoredAt }: PromptScores): void {
    const { prompts } = this.#pool;
    checkScores("weight", weight, prompts, Infinity);
    if (this.#keepsSeen) {
      const before = this.#seen?.scoredAt, rollouts = this.#seen?.rollouts;
      const { scoringRollouts } = this.#config;
      this.#seen = copyOf({
        passRate,
        tds,
        scoredAt,
        rollouts: scoredAt.map((step, i) => step === before?.[i] ? rollouts![i]! : scoringRollouts),
      });
    }
    this.#take(weight.slice());
  }

  draw(step: number, random: RandomSource, count: number): Int32Array {
    const { prompts } = this.#pool;
    const weightedCount = weightedPrompts(this.#config.mixtureRatio, count);
    const weighted = this.#drawWeighted(random.at("weighted"), weightedCount);
    const uniformCount = count - weightedCount;
    if (this.#config.uniformPart === "permutation") {
      return interleaved(weighted, this.#walk.at(step, uniformCount));
    }
    const uniform = drawUniform(prompts, uniformCount, random);
    if (weighted.length === 0) return uniform;
    // Shuffled, so that every mini-batch holds both kinds.
    return Int32Array.from(random.at("order").shuffled([...weighted, ...uniform]));
  }

  observe(step: number, groups: readonly GroupOutcome[]): void {
    if (this.#config.scoresFrom === "refresh" || this.diversity === null) return;
    const seen = this.#seen ?? nothingSeen(this.#pool.prompts);
    // Groups of one prompt are one sample of it.
    const byPrompt = Map.groupBy(groups, ({ prompt }) => prompt);
    for (const [prompt, own] of byPrompt) {
      const accuracy = own.flatMap((group) => [...group.accuracy]);
      seen.passRate[prompt] = mean(accuracy);
      seen.tds[prompt] = mean(own.map(({ tds }) => tds));
      seen.scoredAt[prompt] = step;
      seen.rollouts[prompt] = accuracy.length;
    }
    this.#seen = seen;
    this.#take(this.#weightsFrom(this.#vpsOf(seen), Int32Array.from(byPrompt.keys())));
  }

  state(): SamplerState {
    if (this.#weights === null) return { numbers: {}, arrays: {} };
    const seen = this.#seen === null ? {} : copyOf(this.#seen);
    return { numbers: {}, arrays: { weights: this.#weights.slice(), ...seen } };
  }

  restore({ arrays: { weights, ...seen } }: SamplerState): void {
    this.#weights = this.#weightedDraw = this.#seen = null;
    if (weights === undefined) return;
    const { prompts } = this.#pool;
    const check = (name: string, values: Float32Array | undefined) => {
      if (values?.length === prompts) return values;
      throw new StoreError(
        `sampler ${name}: expected ${prompts} prompts, got ${values?.length ?? "none"}`,
      );
    };
    this.#take(check("weights", weights).slice());
    if (!this.#keepsSeen) return;
    const column = (name: typeof SEEN[number]) => check(name, seen[name]).slice();
    this.#seen = {
      passRate: column("passRate"),
      tds: column("tds"),
      scoredAt: column("scoredAt"),
      rollouts: column("rollouts"),
    };
  }

  #take(weights: Float32Array): void {
    this.#weightedDraw = new WeightedDraw(weights);
    this.#weights = weights;
  }

  #vpsOf({ passRate, tds }: Seen): Float32Array {
    return passRate.map((rate, i) =>
      variancePromotion(outcomeVariance(rate), tds[i]!, this.#config.weights)
    );
  }

  /** Weights after `prompts` got new scores: theirs, or those of all where the scores of all decide. */
  #weightsFrom(vps: Float32Array, prompts: Int32Array): Float32Array {
    const { normalization, momentum } = this.#config;
    const fresh = normalization === "minMax" ? minMaxNormalized(vps) : vps;
    const old = this.#weights;
    if (old === null) return fresh.slice();
    const weights = old.slice();
    for (const i of normalization === "minMax" ? weights.keys() : prompts) {
      weights[i] = momentum * old[i]! + (1 - momentum) * fresh[i]!;
    }
    return weights;
  }

  #drawWeighted(random: RandomSource, count: number): Int32Array {
    if (count === 0) return new Int32Array(0);
    if (this.#weightedDraw === null && this.scoringRollouts === 0) {
      this.#take(this.#vpsOf(nothingSeen(this.#pool.prompts)));
    }
    const draw = this.#weightedDraw;
    if (draw === null) throw new Error("vas() was asked to draw before the pool was scored");
    return Int32Array.from({ length: count }, () => draw.pick(random.next()));
  }
}

/** What stands for prompts that no rollout was seen of: pass rate ½, where the variance is largest. */
function nothingSeen(prompts: number): Seen {
  const all = (value: number) => new Float32Array(prompts).fill(value);
  return { passRate: all(0.5), tds: all(0), scoredAt: all(NaN), rollouts: all(0) };
}

function copyOf({ passRate, tds, scoredAt, rollouts }: Seen): Seen {
  return {
    passRate: passRate.slice(),
    tds: tds.slice(),
    scoredAt: scoredAt.slice(),
    rollouts: rollouts.slice(),
  };
}

/** Variance of Beta(1 + right, 1 + wrong): what is not known of a pass rate after `rollouts` tries. */
function posteriorVariance(passRate: number, rollouts: number): number {
  const a = 1 + passRate * rollouts, b = 1 + (1 - passRate) * rollouts;
  return a * b / ((a + b) ** 2 * (a + b + 1));
}

function checkScores(name: string, values: Float32Array, prompts: number, max: number): void {
  if (values.length !== prompts) {
    throw new RangeError(`${name}: expected ${prompts} prompts, got ${values.length}`);
  }
  const bad = values.findIndex((value) => !(value >= 0 && value <= max && value < Infinity));
  if (bad >= 0) {
    const range = max === Infinity ? "a finite number ≥ 0" : `a number in [0, ${max}]`;
    throw new RangeError(`${name} of prompt ${bad}: expected ${range}, got ${values[bad]}`);
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
