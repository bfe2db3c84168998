/** Which prompts come next: the contract every sampler keeps, and the list of samplers. */
import type { RandomSource } from "../core/random.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import { createRandomSampler, type RandomConfig } from "./random.ts";
import { createVasSampler, type DiversityMeasure, type VasConfig } from "./vas.ts";

/** Which prompts come next: settings. */
export type SamplerConfig = RandomConfig | VasConfig;

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
  /** B: prompts per draw. */
  readonly batchSize: number;
  /** The run's seed: decides what is fixed for the whole run, such as a permutation. */
  readonly seed: number;
}

/** Chooses prompts. What it draws depends on the step, the source of randomness and the last scores only. */
export interface Sampler {
  /** Rollouts per prompt that it wants for scoring; 0 when it never scores. */
  readonly scoringRollouts: number;
  /** What to measure besides pass rates when scoring; null when it never scores. */
  readonly diversity: DiversityRequest | null;
  /** Whether the pool is to be scored now, with `finishedSteps` steps done. */
  needsRefresh(finishedSteps: number, phase: RefreshPhase): boolean;
  /**
   * Scores of the whole pool from fresh rollouts. Does not change the sampler.
   *
   * @param passRate [prompts], in [0, 1]
   * @param tds [prompts], ≥ 0
   */
  score(passRate: Float32Array, tds: Float32Array): PromptScores;
  /** Takes scores over: the next draws go by them. */
  refresh(scores: PromptScores): void;
  /**
   * The prompts of one step, as a multiset: a prompt may come more than once, each time with a group of its own.
   *
   * @param step counted from 1
   * @param random the source of this step's draw
   * @returns [batchSize] pool indices
   */
  draw(step: number, random: RandomSource): Int32Array;
  /** What {@link restore} needs so that the next draw is the same to the bit. */
  state(): SamplerState;
  /** Errors: a StoreError when the state does not fit this sampler and pool. */
  restore(state: SamplerState): void;
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
 * const pool = { prompts: 100, batchSize: 8, seed: 1 };
 * const uniform = createSampler(random(), pool);
 * const unweighted = createSampler(vas({ mixtureRatio: 0 }), pool);
 * deepEqual(uniform.draw(1, randomSource(1, "draw")), unweighted.draw(1, randomSource(1, "draw")));
 * ```
 */
export function createSampler(config: SamplerConfig, pool: Pool): Sampler {
  switch (config.kind) {
    case "random":
      return createRandomSampler(pool);
    case "vas":
      return createVasSampler(config, pool);
    default:
      return config satisfies never;
  }
}
