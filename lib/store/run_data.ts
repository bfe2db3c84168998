/** What reports read: a run as it lies in the store. */
import type { Compute } from "../backend/target.ts";
import type { Columns, PromptScores } from "../engine/engine_step.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { RunRecord } from "../schema/run_record.ts";

/** Where a run stands. */
export type RunStatus = "to do" | "running" | "interrupted" | "failed" | "done";

/** Circumstances of an execution; none of it enters the run's identity. */
export interface Provenance extends Compute {
  readonly startedAt: string; // ISO 8601
  readonly commit: string | null;
  /** Hash of `git diff HEAD`, null when clean or without git. The diff itself is kept beside it. */
  readonly diffHash: string | null;
  /** Files that git neither tracks nor ignores: path → hash. */
  readonly untracked: Readonly<Record<string, string>>;
  /** SHA-256 of deno.lock. */
  readonly lockHash: string | null;
  readonly versions: Readonly<Record<string, string>>; // vasari, deno, v8, typescript, onnxruntime
  readonly host: {
    readonly os: string;
    readonly arch: string;
    readonly cpu: string;
    readonly cores: number;
  };
}

/** A run or a cold start with all it wrote down. */
export interface RunData {
  readonly id: string;
  readonly seed: number;
  readonly config: RunConfig;
  readonly status: RunStatus;
  readonly records: readonly RunRecord[];
  /** The stage of training before this one, where there is one: costs count on from its end. */
  readonly previous?: RunData;
  /** Reads the scores file named by a `RefreshRecord`. */
  scores(file: string): Promise<PromptScores>;
  /** Reads a file of columns, such as a `ProbeRecord` names. */
  columns(file: string): Promise<Columns>;
  /** One entry per execution: the first, and every resumption. */
  readonly provenance: readonly Provenance[];
  /** Why it failed, where it did. */
  readonly failure: string | null;
}
