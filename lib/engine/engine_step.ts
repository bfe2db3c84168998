/** What an engine hands to whoever executes it: the engine yields, the runner writes. */
import type { RunRecord } from "../schema/run_record.ts";

/** Per-prompt scores of the whole pool, in pool order; NaN where a prompt was never scored. */
export interface PromptScores {
  /** Finished steps when the prompt was last scored. */
  readonly scoredAt: Float32Array; // [prompts]
  readonly passRate: Float32Array; // [prompts]
  readonly ovs: Float32Array; // [prompts]
  readonly tds: Float32Array; // [prompts]
  readonly vps: Float32Array; // [prompts]
  /** What the sampler draws in proportion to. */
  readonly weight: Float32Array; // [prompts]
}

/** Columns of equal length, by name. */
export type Columns = Readonly<Record<string, Float32Array>>;

/** A file of columns, to write before the records that name it. */
export interface ColumnsFile {
  /** Path below the run's folder, as in `RefreshRecord.file`. */
  readonly file: string;
  readonly columns: Columns;
}

/** A policy to keep, as a safetensors file. */
export interface PolicyFile {
  /** Path below the run's folder. */
  readonly file: string;
  /** Its content; to be asked for before the engine goes on. */
  readonly bytes: () => Promise<Uint8Array>;
}

/** The policy with the highest validation accuracy so far, the earliest of equals. */
export interface BestPolicy {
  readonly step: number;
  readonly accuracy: number;
}

/**
 * One unit of finished work. Executing it again from the previous snapshot gives the same records, except for
 * their `seconds`.
 */
export interface EngineStep {
  /** Steps finished so far; 0 for what happens before the first step. */
  readonly step: number;
  /** Steps in the whole run; with a budget an expectation, which the last unit corrects. */
  readonly steps: number;
  readonly records: readonly RunRecord[];
  readonly files: readonly ColumnsFile[];
  /** Policies to write before the records. */
  readonly policies: readonly PolicyFile[];
  /** Policies of earlier units that are no longer to be kept: paths below the run's folder. */
  readonly dropped: readonly string[];
  /** Null where no best policy is kept. */
  readonly best: BestPolicy | null;
  /** A few words on how it goes, for a progress line: `accuracy 0.52, reward 1.31`. */
  readonly summary: string;
  /**
   * The state after this unit, as bytes that the same engine can resume from; to be asked for before the engine
   * goes on, since it is read from the device that trains.
   */
  snapshot(): Promise<Uint8Array>;
}
