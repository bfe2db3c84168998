/**
 * Sampling for learnability (SFL, arXiv 2408.15099; for language models Foster et al., arXiv 2502.12272): now and
 * then some prompts are scored, those of the highest p(1 − p) fill a buffer, and a share of every batch comes from it.
 */
import { z } from "../../deps.ts";
import type { RandomSource } from "../core/random.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import type { DiversityRequest, Pool, RefreshPhase, Sampler, SamplerState } from "./sampler.ts";
import { outcomeVariance, passRateScores } from "./scores.ts";
import { smallest } from "./smallest.ts";
import { savedArray } from "./state.ts";
import { drawDistinct, drawUniform, everyIndex } from "./uniform_draw.ts";
import { weightedPrompts } from "./vas.ts";

/** Settings of sampling for learnability. */
export interface LearnabilityConfig {
  readonly kind: "learnability";
  /** Steps between two fillings of the buffer. */
  readonly refreshInterval: number;
  /** Prompts scored for it, drawn at random from the pool without repetition. */
  readonly candidates: number;
  /** Rollouts per candidate. */
  readonly scoringRollouts: number;
  /** Candidates kept: those of the highest p(1 − p). */
  readonly bufferSize: number;
  /** Share of a batch drawn uniformly from the buffer; the rest is drawn uniformly from the pool. */
  readonly bufferShare: number;
}

/**
 * Sampling for learnability. The share ½ is that of the published code (amacrutherford/sampling-for-learnability
 * sfl/train/config: 128 of 256). Its sizes, 5,000 candidates for a buffer of 100 and 25,000 for 1,000, are meant for
 * levels that a generator makes without end; these ones fit a pool of some hundred prompts.
 */
export function learnability(
  {
    refreshInterval = 14,
    candidates = 256,
    scoringRollouts = 8,
    bufferSize = 64,
    bufferShare = 0.5,
  }: Partial<Omit<LearnabilityConfig, "kind">> = {},
): LearnabilityConfig {
  return {
    kind: "learnability",
    refreshInterval,
    candidates,
    scoringRollouts,
    bufferSize,
    bufferShare,
  };
}

export const learnabilitySchema = z.strictObject({
  kind: z.literal("learnability"),
  refreshInterval: z.int().min(1),
  candidates: z.int().min(1),
  scoringRollouts: z.int().min(2).max(1024),
  bufferSize: z.int().min(1),
  bufferShare: z.number().min(0).max(1),
}).refine(({ bufferSize, candidates }) => bufferSize <= candidates, {
  message: "expected bufferSize ≤ candidates",
}) satisfies z.ZodType<LearnabilityConfig>;

/**
 * Before the first step and every `refreshInterval` steps, `candidates` prompts are scored and replace the buffer with
 * their `bufferSize` best by p(1 − p), equal ones at random; ⌊bufferShare·B⌋ of a batch are drawn from it, with
 * replacement, the rest from the whole pool. Without a part from the buffer nothing is scored.
 */
export function createLearnabilitySampler(config: LearnabilityConfig, pool: Pool): Sampler {
  return new LearnabilitySampler(config, pool);
}

class LearnabilitySampler implements Sampler {
  readonly scoringRollouts: number;
  readonly diversity: DiversityRequest | null = null;
  readonly #config: LearnabilityConfig;
  readonly #pool: Pool;
  /** 1 for prompts in the buffer, 0 for others. // [prompts] */
  #weights: Float32Array | null = null;
  #buffer: Int32Array | null = null; // [bufferSize], pool indices

  constructor(config: LearnabilityConfig, pool: Pool) {
    this.#config = config;
    this.#pool = pool;
    const buffers = weightedPrompts(config.bufferShare, pool.batchSize) > 0;
    this.scoringRollouts = buffers ? config.scoringRollouts : 0;
  }

  promptsToScore(finishedSteps: number, phase: RefreshPhase, random: RandomSource): Int32Array {
    const { refreshInterval, candidates } = this.#config;
    const isTime = phase === "beforeDraw" && finishedSteps % refreshInterval === 0;
    if (this.scoringRollouts === 0 || !isTime) return new Int32Array(0);
    // In random order: the order decides between candidates of equal score.
    return drawDistinct(this.#pool.prompts, candidates, random);
  }

  score(step: number, prompts: Int32Array, passRate: Float32Array): PromptScores {
    const scores = passRateScores(this.#pool.prompts, step, prompts, passRate);
    const weight = new Float32Array(this.#pool.prompts);
    const keys = Float64Array.from(passRate, (p) => -outcomeVariance(p));
    for (const place of smallest(keys, this.#config.bufferSize)) weight[prompts[place]!] = 1;
    return { ...scores, weight };
  }

  refresh({ weight }: PromptScores): void {
    this.#take(weight.slice());
  }

  draw(_step: number, random: RandomSource, count: number): Int32Array {
    const fromBuffer = this.scoringRollouts === 0
      ? 0
      : weightedPrompts(this.#config.bufferShare, count);
    const uniform = drawUniform(this.#pool.prompts, count - fromBuffer, random);
    if (fromBuffer === 0) return uniform;
    const buffer = this.#buffer;
    if (buffer === null) {
      throw new Error("learnability() was asked to draw before its candidates were scored");
    }
    const stream = random.at("buffer");
    const drawn = Array.from({ length: fromBuffer }, () => buffer[stream.integer(buffer.length)]!);
    // Shuffled, so that every mini-batch holds both kinds.
    return Int32Array.from(random.at("order").shuffled([...drawn, ...uniform]));
  }

  observe(): void {}

  state(): SamplerState {
    return {
      numbers: {},
      arrays: this.#weights === null ? {} : { weights: this.#weights.slice() },
    };
  }

  restore(state: SamplerState): void {
    this.#weights = this.#buffer = null;
    if (state.arrays.weights === undefined) return;
    this.#take(savedArray(state, "weights", this.#pool.prompts));
  }

  #take(weights: Float32Array): void {
    this.#weights = weights;
    this.#buffer = everyIndex(weights.length).filter((prompt) => weights[prompt]! > 0);
  }
}
