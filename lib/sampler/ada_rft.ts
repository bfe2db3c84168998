/**
 * AdaRFT (arXiv 2504.05520): batches of the prompts whose difficulty is nearest to a target, which rises while the
 * policy does better than wished and falls while it does worse.
 */
import { z } from "../../deps.ts";
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import type { GroupOutcome, Pool, RefreshPhase, Sampler, SamplerState } from "./sampler.ts";
import { passRateScores } from "./scores.ts";
import { smallest } from "./smallest.ts";
import { savedArray, savedNumber } from "./state.ts";
import { everyIndex, repeated } from "./uniform_draw.ts";

/** Settings of AdaRFT. Difficulties lie in [0, 100]. */
export interface AdaRftConfig {
  readonly kind: "adaRft";
  /** η, α and β of T ← clip(T + η·tanh(α(R̄ − β)), 0, 100). */
  readonly stepSize: number;
  readonly sensitivity: number;
  readonly targetAccuracy: number;
  /** T before the first step. */
  readonly initialTarget: number;
  /** `passRate`: 100·(1 − pass rate), from one scoring before training. `level`: the levels, spread over [0, 100]. */
  readonly difficulty: "passRate" | "level";
  /** Rollouts per prompt of that scoring. */
  readonly scoringRollouts: number;
  /** `avoid`: among equally near prompts, those drawn least often so far. `allow`: as the released code. */
  readonly repeats: "avoid" | "allow";
}

/** AdaRFT with the paper's η = 50, α = 2, β = ½, T = 0. */
export function adaRft(
  {
    stepSize = 50,
    sensitivity = 2,
    targetAccuracy = 0.5,
    initialTarget = 0,
    difficulty = "passRate",
    scoringRollouts = 8,
    repeats = "avoid",
  }: Partial<Omit<AdaRftConfig, "kind">> = {},
): AdaRftConfig {
  return {
    kind: "adaRft",
    stepSize,
    sensitivity,
    targetAccuracy,
    initialTarget,
    difficulty,
    scoringRollouts,
    repeats,
  };
}

export const adaRftSchema = z.strictObject({
  kind: z.literal("adaRft"),
  stepSize: z.number().min(0),
  sensitivity: z.number().min(0),
  targetAccuracy: z.number().min(0).max(1),
  initialTarget: z.number().min(0).max(100),
  difficulty: z.enum(["passRate", "level"]),
  scoringRollouts: z.int().min(1).max(1024),
  repeats: z.enum(["avoid", "allow"]),
}) satisfies z.ZodType<AdaRftConfig>;

/** Difficulties lie in [0, this]. */
const HARDEST = 100;

/**
 * A draw holds the `count` prompts of smallest |dᵢ − T|. After a step, T ← clip(T + η·tanh(α(R̄ − β)), 0, 100), with R̄
 * the share of right rollouts among those trained on.
 *
 * While T stands still the released code draws the same prompts again and again (`allow`; of equally near ones the
 * first in the pool). By default, all prompts at most as far from T as the last of the `count` take turns: those drawn
 * least often first, equal ones at random. Difficulties come in few steps (the pass rates of N rollouts, the levels),
 * so that this is a pass through the prompts of one or two of them.
 *
 * The paper takes difficulties from 128 rollouts of another model; here the policy itself is asked before training,
 * and those rollouts count as scoring.
 */
export function createAdaRftSampler(config: AdaRftConfig, pool: Pool): Sampler {
  return new AdaRftSampler(config, pool);
}

class AdaRftSampler implements Sampler {
  readonly scoringRollouts: number;
  readonly diversity = null;
  readonly #config: AdaRftConfig;
  readonly #pool: Pool;
  #target: number;
  #difficulty: Float32Array | null = null; // [prompts]
  /** How often each was drawn. // [prompts] */
  #uses: Float32Array | null = null;

  constructor(config: AdaRftConfig, pool: Pool) {
    this.#config = config;
    this.#pool = pool;
    this.#target = config.initialTarget;
    this.scoringRollouts = config.difficulty === "passRate" ? config.scoringRollouts : 0;
  }

  promptsToScore(finishedSteps: number, phase: RefreshPhase): Int32Array {
    const isTime = finishedSteps === 0 && phase === "beforeDraw" && this.scoringRollouts > 0;
    return everyIndex(isTime ? this.#pool.prompts : 0);
  }

  score(step: number, prompts: Int32Array, passRate: Float32Array): PromptScores {
    const scores = passRateScores(this.#pool.prompts, step, prompts, passRate);
    // Nothing is drawn in proportion to a weight: all are alike.
    return { ...scores, weight: new Float32Array(this.#pool.prompts).fill(1) };
  }

  refresh({ passRate }: PromptScores): void {
    this.#difficulty = passRate.map((p) => HARDEST * (1 - p));
  }

  draw(_step: number, random: RandomSource, count: number): Int32Array {
    const difficulty = this.#difficulty ??= this.#difficultyByLevel();
    const distances = new Float64Array(difficulty.length)
      .map((_, i) => Math.abs(difficulty[i]! - this.#target));
    const nearest = smallest(distances, count);
    const chosen = this.#config.repeats === "allow"
      ? nearest
      : this.#inTurn(distances, nearest, random.at("turn"));
    // Shuffled: the order of the pool is no reason to share a mini-batch.
    return repeated(Int32Array.from(random.at("order").shuffled(chosen)), count);
  }

  /** As many as `nearest` of those that are no further away: the least often drawn. */
  #inTurn(distances: Float64Array, nearest: Int32Array, random: RandomSource): Int32Array {
    const uses = this.#uses ??= new Float32Array(this.#pool.prompts);
    const furthest = nearest.reduce((most, i) => Math.max(most, distances[i]!), 0);
    const near = everyIndex(distances.length).filter((i) => distances[i]! <= furthest);
    const keys = new Float64Array(near.length)
      .map((_, place) => uses[near[place]!]! + random.next());
    const chosen = smallest(keys, nearest.length).map((place) => near[place]!);
    for (const prompt of chosen) uses[prompt]!++;
    return chosen;
  }

  #difficultyByLevel(): Float32Array {
    if (this.#config.difficulty !== "level") {
      throw new Error("adaRft() was asked to draw before the pool was scored");
    }
    const levels = this.#pool.levels();
    const hardest = levels.reduce((most, level) => Math.max(most, level), 1);
    return Float32Array.from(levels, (level) => HARDEST * (level - 1) / Math.max(1, hardest - 1));
  }

  observe(_step: number, groups: readonly GroupOutcome[]): void {
    const accuracies = groups.filter(({ trained }) => trained)
      .flatMap(({ accuracy }) => [...accuracy]);
    if (accuracies.length === 0) return;
    const { stepSize, sensitivity, targetAccuracy } = this.#config;
    const moved = this.#target +
      stepSize * Math.tanh(sensitivity * (mean(accuracies) - targetAccuracy));
    this.#target = Math.min(HARDEST, Math.max(0, moved));
  }

  state(): SamplerState {
    const difficulty = this.#difficulty === null ? {} : { difficulty: this.#difficulty.slice() };
    const uses = this.#uses === null ? {} : { uses: this.#uses.slice() };
    return { numbers: { target: this.#target }, arrays: { ...difficulty, ...uses } };
  }

  restore(state: SamplerState): void {
    this.#target = savedNumber(state, "target");
    const column = (name: string) =>
      state.arrays[name] === undefined ? null : savedArray(state, name, this.#pool.prompts);
    this.#difficulty = column("difficulty");
    this.#uses = column("uses");
  }
}
