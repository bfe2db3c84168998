/** What a worker process and its parent say to each other: one JSON object per line. */
import type { Compute } from "../backend/target.ts";
import type { Circumstances } from "../store/provenance.ts";
import type { Task } from "../store/task.ts";

/** The first line a worker reads. After it comes {@link STOP}, or the end of the stream. */
export interface Assignment {
  readonly task: Task;
  /** The store's folder. */
  readonly store: string;
  readonly compute: Compute;
  readonly circumstances: Circumstances;
  /** URL of the module whose `engines` executes the task. */
  readonly engines: string;
}

/** The line that asks a worker to finish its step, take a checkpoint and end. */
export const STOP = "stop";

/** How a worker ends. `blocked` is a fault of disk, folder or lock: the run itself did not fail. */
export type Outcome =
  | { readonly outcome: "done" }
  | { readonly outcome: "interrupted" }
  | { readonly outcome: "failed"; readonly message: string }
  | { readonly outcome: "blocked"; readonly message: string };

/** A line a worker writes. */
export type WorkerEvent =
  | { readonly event: "begin"; readonly step: number; readonly steps: number | null }
  | {
    readonly event: "step";
    readonly step: number;
    readonly steps: number;
    readonly summary: string;
  }
  | { readonly event: "end" } & Outcome;
