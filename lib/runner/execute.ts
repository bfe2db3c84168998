/** Executes one task: the engine yields, the run's folder keeps. */
import type { Compute } from "../backend/target.ts";
import { ConfigError, StoreError } from "../core/errors.ts";
import type { EngineStep } from "../engine/engine_step.ts";
import { RemoteRewardError } from "../reward/remote_client.ts";
import { diskFiles, type Files } from "../store/files.ts";
import type { Circumstances } from "../store/provenance.ts";
import { FILES, RunFolder, type RunFolderOptions, writeFailure } from "../store/run_folder.ts";
import { RunLock } from "../store/run_lock.ts";
import { openStore } from "../store/store.ts";
import { beginsFrom, folderOf, remedy, type Task } from "../store/task.ts";
import type { Engines } from "./engines.ts";

/** How a task is executed. */
export interface ExecuteOptions extends RunFolderOptions {
  readonly engines: Engines;
  /** The store's folder. */
  readonly store: string;
  /** A task that was begun goes on where it began, with as many threads. */
  readonly compute: Compute;
  readonly circumstances: Circumstances;
  readonly files?: Files;
  /** Called once the lock is held, with the checkpoint's step. */
  readonly onBegin?: (step: number, steps: number | null, lock: RunLock) => void;
  /** Called after each unit is written. */
  readonly onStep?: (unit: EngineStep) => void;
  /** Asked after each unit: true ends the run at its checkpoint. */
  readonly stopping?: () => boolean;
}

/**
 * Executes `task` from its last checkpoint to its end, or to the unit after which `stopping` says so.
 *
 * Errors: {@link StoreError} when disk, lock or files do not let it go on: the run counts as interrupted. Any
 * other error is noted in the run's folder first, and the run counts as failed.
 */
export async function execute(
  task: Task,
  options: ExecuteOptions,
): Promise<"done" | "interrupted"> {
  const { store: storeFolder, files = diskFiles, onBegin, circumstances } = options;
  const store = openStore(storeFolder, {}, files);
  const folder = store.path(folderOf(task));
  files.makeFolder(folder);
  using lock = await RunLock.acquire(folder);
  const run = RunFolder.open(files, folder, task, options);
  if (run.isDone) return "done";
  const compute = run.compute ?? options.compute;
  run.begin({ ...circumstances, ...compute, startedAt: new Date().toISOString() });
  onBegin?.(run.checkpoint?.step ?? 0, run.checkpoint?.steps ?? null, lock);
  const from = beginsFrom(task);
  try {
    const policy = from === null ? null : store.policy(from);
    if (from !== null && policy === null) {
      throw new StoreError(`${folder}: ${store.path(from)}, which it begins from, is not finished`);
    }
    return await advance(task, run, lock, policy, { ...options, compute });
  } catch (error) {
    if (!(error instanceof StoreError)) writeFailure(files, folder, describe(error));
    if (from !== null && error instanceof StoreError && error.message.startsWith("policy: ")) {
      throw unusable(store.path(from, FILES.policy), error);
    }
    throw error;
  }
}

/** What an engine calls "policy" is a file to the user, who needs to know which. */
function unusable(file: string, error: StoreError): StoreError {
  const problem = error.message.replace(/^policy: /, "");
  return new StoreError(`${file}: ${problem}; ${remedy(file)}`, { cause: error });
}

async function advance(
  task: Task,
  run: RunFolder,
  lock: RunLock,
  policy: Uint8Array | null,
  { engines, compute, onStep, stopping = () => false }: ExecuteOptions,
): Promise<"done" | "interrupted"> {
  const checkpoint = run.checkpoint;
  if (checkpoint === null || checkpoint.step < checkpoint.steps) {
    const options = { resume: checkpoint?.snapshot ?? null, compute };
    const units = task.kind === "run"
      ? engines.run(task.config, task.seed, { ...options, policy: policy! })
      : engines.coldStart(task.identity, options);
    for await (const unit of units) {
      await breathe();
      lock.check();
      const stop = stopping();
      await run.commit(unit, { always: stop });
      onStep?.(unit);
      if (stop && unit.step < unit.steps) return "interrupted";
    }
  }
  lock.check();
  run.finish(await engines.policyOf(run.checkpoint!.snapshot));
  return "done";
}

/** Lets the process read what came in meanwhile, such as the word to stop. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** An error with its stack, or as one line when it is about settings, the store or a reward model. */
export function describe(error: unknown): string {
  const isExpected = error instanceof ConfigError || error instanceof StoreError ||
    error instanceof RemoteRewardError;
  if (isExpected) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
