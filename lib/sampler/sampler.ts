/** What a sampler does: it decides which prompts of the pool come next. */
import type { RandomSource } from "../core/random.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import { createRandomSampler, type RandomConfig } from "./random.ts";
import { createVasSampler, type DiversityMeasure, type VasConfig } from "./vas.ts";

/** Which prompts come next: settings. */
export type SamplerConfig = RandomConfig | VasConfig;

/** What a sampler draws from. */
export interface Pool {
  /** Number of prompts; a draw is an index below it. */
  readonly prompts: number;
  /** B: prompts per draw. */
  readonly batchSize: number;
  readonly seed: number;
}

/** A sampler's state as plain numbers and vectors: what a checkpoint keeps. */
export interface SamplerState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/** Where in a step a refresh may fall. */
export type RefreshPhase = "beforeDraw" | "afterUpdate";

/** A sampler. Whatever is random in it comes from the source it is handed. */
export interface Sampler {
  /** Rollouts per prompt it wants for scoring; 0 when it never scores. */
  readonly scoringRollouts: number;
  /** Which trajectory diversity to measure when scoring; null: none. */
  readonly diversity: { readonly measure: DiversityMeasure; readonly padResponses: boolean } | null;
  /** Whether the pool is to be scored anew after `finishedSteps` steps, in this phase. */
  needsRefresh(finishedSteps: number, phase: RefreshPhase): boolean;
  /** Scores of the whole pool from fresh rollouts, both [prompts]; does not change the sampler. */
  score(passRate: Float32Array, tds: Float32Array): PromptScores;
  /** Takes scores over: from now on prompts are drawn by their weights. */
  refresh(scores: PromptScores): void;
  /** Pool indices for step `step` (counted from 1), [batchSize]; a prompt can stand in it twice. */
  draw(step: number, random: RandomSource): Int32Array;
  state(): SamplerState;
  restore(state: SamplerState): void;
}

/** The sampler that a configuration describes. */
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
