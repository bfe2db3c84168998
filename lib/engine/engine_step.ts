/** What an engine hands to whoever executes it: the engine yields, the runner writes. */
import type { RunRecord } from "../schema/run_record.ts";

/** Per-prompt scores of the whole pool, in pool order. */
export interface PromptScores {
  readonly passRate: Float32Array; // [prompts]
  readonly ovs: Float32Array; // [prompts]
  readonly tds: Float32Array; // [prompts]
  readonly vps: Float32Array; // [prompts]
  /** What the sampler draws in proportion to. */
  readonly weight: Float32Array; // [prompts]
}

/** A scores file to write before the records that name it. */
export interface ScoresFile {
  /** Path below the run's folder, as in `RefreshRecord.file`. */
  readonly file: string;
  readonly scores: PromptScores;
}

/**
 * One unit of finished work. Executing it again from the previous snapshot gives the same records, except for
 * their `seconds`.
 */
export interface EngineStep {
  /** Steps finished so far; 0 for what happens before the first step. */
  readonly step: number;
  /** Steps in the whole run. */
  readonly steps: number;
  readonly records: readonly RunRecord[];
  readonly scores: readonly ScoresFile[];
  /** A few words on how it goes, for a progress line: `accuracy 0.52, reward 1.31`. */
  readonly summary: string;
  /** The state after this unit, as bytes that the same engine can resume from. */
  snapshot(): Uint8Array;
}
