/** What the store has folders for: runs, and the cold starts that runs begin from. */
import type { ColdStartIdentity } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";

/** One training: settings and seed. */
export interface RunTask {
  readonly kind: "run";
  /** What `runId` gives; the name of the folder. */
  readonly id: string;
  readonly config: RunConfig;
  readonly seed: number;
  /** The cold start it begins from: what `coldStartId` gives. */
  readonly coldStart: string;
}

/** One supervised stage, made once and shared by every run that begins from it. */
export interface ColdStartTask {
  readonly kind: "coldStart";
  /** What `coldStartId` gives. */
  readonly id: string;
  readonly identity: ColdStartIdentity;
}

/** A unit of work with a folder of its own. */
export type Task = RunTask | ColdStartTask;

/** Name of a cold start's folder. */
export function coldStartFolder(id: string): string {
  return `cold_start-${id}`;
}

/** Name of a task's folder in the store. */
export function folderOf(task: Task): string {
  return task.kind === "run" ? task.id : coldStartFolder(task.id);
}
