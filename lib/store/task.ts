/** What the store has folders for: runs, and the cold starts that runs begin from. */
import { basename, dirname } from "node:path";
import type { ColdStartIdentity } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";

/** One training: settings and seed. */
export interface RunTask {
  readonly kind: "run";
  /** What `runId` gives; the name of the folder. */
  readonly id: string;
  readonly config: RunConfig;
  readonly seed: number;
  /** The run whose last policy it begins from: what `runId` gives for the stage before; null for the cold start. */
  readonly previous: string | null;
  /** The cold start that it, or its first stage, begins from: what `coldStartId` gives. */
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

const COLD_START = "cold_start-";

/** Name of a cold start's folder. */
export function coldStartFolder(id: string): string {
  return COLD_START + id;
}

/** Name of a task's folder in the store. */
export function folderOf(task: Task): string {
  return task.kind === "run" ? task.id : coldStartFolder(task.id);
}

/** Name of the folder whose policy a task begins from; null for a cold start, which begins from nothing. */
export function beginsFrom(task: Task): string | null {
  return task.kind === "run" ? task.previous ?? coldStartFolder(task.coldStart) : null;
}

/**
 * What to do about a damaged file in a task's folder: that task is to start again, and no other.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(remedy("runs/0123/records.jsonl"), "start this run again with --force --filter 0123");
 * ```
 */
export function remedy(file: string): string {
  const folder = dirname(file), name = basename(folder);
  return name.startsWith(COLD_START)
    ? `move the folder ${folder} away to make this cold start again`
    : `start this run again with --force --filter ${name}`;
}
