/** Which prompts come next: the contract every sampler keeps, and the list of samplers. */
import type { RandomSource } from "../core/random.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import { type AdaRftConfig, createAdaRftSampler } from "./ada_rft.ts";
import { createEasyToHardSampler, type EasyToHardConfig } from "./easy_to_hard.ts";
import { createGresoSampler, type GresoConfig } from "./greso.ts";
import { createLearnabilitySampler, type LearnabilityConfig } from "./learnability.ts";
import { createMoppsSampler, type MoppsConfig } from "./mopps.ts";
import { createEpochSampler, type SequentialConfig, type ShuffleConfig } from "./epochs.ts";
import { createRandomSampler, type RandomConfig } from "./random.ts";
import { createReplaySampler, type ReplayConfig } from "./replay.ts";
import type { DiversityMeasure, VasConfig } from "./vas.ts";
import { createVasSampler } from "./vas_sampler.ts";

/** Which prompts come next: settings. */
export type SamplerConfig =
  | RandomConfig
  | ShuffleConfig
  | SequentialConfig
  | VasConfig
  | LearnabilityConfig
  | MoppsConfig
  | GresoConfig
  | ReplayConfig
  | AdaRftConfig
  | EasyToHardConfig;

/** Where in a step a refresh may fall. */
export type RefreshPhase = "beforeDraw" | "afterUpdate";

/** Where a sampler stands, as plain data; empty when it keeps nothing between steps. */
export interface SamplerState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/** How an engine is to measure trajectory diversity when it scores the pool. */
export interface DiversityRequest {
  readonly measure: DiversityMeasure;
  /** Pad responses to the token limit first. */
  readonly padResponses: boolean;
}

/** What a sampler is told about the run it serves. */
export interface Pool {
  /** Prompts in the pool; draws are indices below it. */
  readonly prompts: number;
  /** B: prompts per batch. */
  readonly batchSize: number;
  /** Steps of the whole run, for schedules. */
  readonly steps: number;
  /** The run's seed: decides what is fixed for the whole run, such as a permutation. */
  readonly seed: number;
  /** Level of difficulty of every prompt, from 1; asked for only by samplers that go by it. // [prompts] */
  readonly levels: () => Int32Array;
}

/** What one group of a step's rollouts showed. */
export interface GroupOutcome {
  /** Index in the pool. */
  readonly prompt: number;
  /** 1 for every right rollout, else 0. // [rollouts of the group] */
  readonly accuracy: Float32Array;
  /** Weighted rewards. // [rollouts of the group] */
  readonly reward: Float32Array;
  /** Trajectory diversity as {@link Sampler.diversity} asks for it; 0 when it does not. */
  readonly tds: number;
  /** False where the group was generated but left out of the update. */
  readonly trained: boolean;
}

/**
 * Chooses prompts. What it draws depends on the step, the source of randomness and its state only: what it was told,
 * and where earlier draws left off.
 */
export interface Sampler {
  /** Rollouts per prompt that it wants for scoring; 0 when it never scores. */
  readonly scoringRollouts: number;
  /** What to measure besides pass rates, when scoring and in training groups; null for nothing. */
  readonly diversity: DiversityRequest | null;
  /**
   * The prompts to score now, with `finishedSteps` steps done; none when it is not time.
   *
   * @param random the source of this place, for samplers that choose some prompts at random
   * @returns pool indices, each at most once
   */
  promptsToScore(finishedSteps: number, phase: RefreshPhase, random: RandomSource): Int32Array;
  /**
   * Scores from fresh rollouts, with older ones for prompts that were not scored now. Does not change the sampler.
   *
   * @param step finished steps
   * @param prompts what {@link promptsToScore} gave
   * @param passRate [prompts.length], in [0, 1]
   * @param tds [prompts.length], ≥ 0
   * @returns scores of the whole pool; NaN for prompts that were never scored
   */
  score(
    step: number,
    prompts: Int32Array,
    passRate: Float32Array,
    tds: Float32Array,
  ): PromptScores;
  /** Takes scores over: the next draws go by them. */
  refresh(scores: PromptScores): void;
  /**
   * Prompts to generate rollouts for, as a multiset: a prompt may come more than once, each time with a group of
   * its own. Asked several times in a step when groups are filtered.
   *
   * @param step counted from 1
   * @param random the source of this draw
   * @param count how many; {@link Pool.batchSize} for a whole batch
   * @returns [count] pool indices
   */
  draw(step: number, random: RandomSource, count: number): Int32Array;
  /** Told once per step, after its rollouts: every group that was generated, trained on or not. */
  observe(step: number, groups: readonly GroupOutcome[]): void;
  /** What {@link restore} needs so that the next draw is the same to the bit. */
  state(): SamplerState;
  /** Errors: a StoreError when the state does not fit this sampler and pool. */
  restore(state: SamplerState): void;
}

/** The half of a {@link Sampler} that has no use for scoring rollouts. */
export function neverScores(
  name: string,
): Pick<Sampler, "scoringRollouts" | "diversity" | "promptsToScore" | "score" | "refresh"> {
  const refuse = () => {
    throw new Error(`${name}() has no use for scores`);
  };
  return {
    scoringRollouts: 0,
    diversity: null,
    promptsToScore: () => new Int32Array(0),
    score: refuse,
    refresh: refuse,
  };
}

/**
 * The sampler that `config` describes. Cheap to make: nothing of the pool's size is allocated before it is used.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { randomSource } from "../core/random.ts";
 * import { random } from "./random.ts";
 * import { vas } from "./vas.ts";
 *
 * const pool = { prompts: 100, batchSize: 8, steps: 10, seed: 1, levels: () => new Int32Array(100) };
 * const uniform = createSampler(random(), pool);
 * const unweighted = createSampler(vas({ mixtureRatio: 0 }), pool);
 * const draw = (sampler: Sampler) => sampler.draw(1, randomSource(1, "draw"), 8);
 * deepEqual(draw(uniform), draw(unweighted));
 * ```
 */
export function createSampler(config: SamplerConfig, pool: Pool): Sampler {
  switch (config.kind) {
    case "random":
      return createRandomSampler(pool);
    case "shuffle":
    case "sequential":
      return createEpochSampler(config, pool);
    case "vas":
      return createVasSampler(config, pool);
    case "learnability":
      return createLearnabilitySampler(config, pool);
    case "mopps":
      return createMoppsSampler(config, pool);
    case "greso":
      return createGresoSampler(config, pool);
    case "replay":
      return createReplaySampler(config, pool);
    case "adaRft":
      return createAdaRftSampler(config, pool);
    case "easyToHard":
      return createEasyToHardSampler(config, pool);
    default:
      return config satisfies never;
  }
}
