/** Executes many tasks on many processes: first the cold starts that are needed, then the runs. */
import { StoreError } from "../core/errors.ts";
import { diskFiles } from "../store/files.ts";
import type { Circumstances } from "../store/provenance.ts";
import { writeFailure } from "../store/run_folder.ts";
import type { Store } from "../store/store.ts";
import { type ColdStartTask, folderOf, type RunTask, type Task } from "../store/task.ts";
import type { Outcome, WorkerEvent } from "./messages.ts";
import type { Reporter, TaskProgress } from "./progress.ts";
import { WorkerProcess } from "./worker_process.ts";

/** A task and what to call it on the screen. */
export interface Job<T extends Task = Task> {
  readonly task: T;
  readonly label: string;
  /** Steps in all, for the time that is left. */
  readonly steps: number;
}

/** How a sweep is executed. */
export interface SweepOptions {
  readonly store: Store;
  /** Worker processes at a time. */
  readonly jobs: number;
  /** Start over: folders of the selected runs, and of cold starts that are not done, are moved aside. */
  readonly force: boolean;
  readonly retryFailed: boolean;
  /** Stop everything, as Ctrl-C does, when one task fails. */
  readonly failFast: boolean;
  /** Asked once, when something is to be executed. */
  readonly circumstances: () => Circumstances;
  readonly reporter: Reporter;
  /** URL of the module that exports `engines`. */
  readonly engines?: string;
}

/** A task that did not get done, and why. */
export interface Failure {
  readonly label: string;
  readonly message: string;
  /** Its log; null when it has none. */
  readonly log: string | null;
}

/** What became of the selected runs. */
export interface SweepResult {
  readonly runs: number;
  /** Finished now, and done before. */
  readonly finished: number;
  readonly cached: number;
  /** Runs that failed or could not go on; cold starts too. */
  readonly failures: readonly Failure[];
  /** Runs that stopped at a checkpoint or were not begun. */
  readonly left: number;
  /** Stopped by the user. */
  readonly interrupted: boolean;
}

const ENGINES = new URL("./engines.ts", import.meta.url).href;

/** One execution of an experiment's runs. */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #failures: Failure[] = [];
  #circumstances: Circumstances | null = null;
  #stopping = false;
  #interrupted = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** First call: every worker finishes its step and takes a checkpoint. Second call: ends them at once. */
  interrupt(): void {
    if (this.#interrupted) {
      for (const worker of this.#workers) worker.kill();
      return;
    }
    this.#interrupted = true;
    this.#stop();
  }

  /**
   * Executes `runs` that are not done, after the cold starts they begin from. One that fails does not keep
   * the others from going on.
   *
   * @param coldStarts by id, those of all runs
   */
  async execute(
    runs: readonly Job<RunTask>[],
    coldStarts: ReadonlyMap<string, Job<ColdStartTask>>,
  ): Promise<SweepResult> {
    const { reporter, jobs, force, store } = this.#options;
    const statuses = store.statuses(runs.map(({ task }) => folderOf(task)));
    const cached = force ? 0 : [...statuses.values()].filter((status) => status === "done").length;
    const todo = runs.filter((job) =>
      (force || statuses.get(folderOf(job.task)) !== "done") && this.#prepare(job, force)
    );
    const needed = [...new Set(todo.map(({ task }) => task.coldStart))]
      .map((id) => coldStarts.get(id)!)
      .filter((job) => store.status(folderOf(job.task)) !== "done" && this.#prepare(job, force));
    reporter.report({
      event: "plan",
      runs: runs.length,
      done: cached,
      tasks: [...needed, ...todo].map((job) => progressOf(job)),
      jobs,
    });

    const cores = Math.min(jobs, navigator.hardwareConcurrency);
    await this.#pool(needed, Math.max(1, Math.floor(cores / Math.max(1, needed.length))));
    const ready = todo.filter(({ task }) =>
      store.status(folderOf(coldStarts.get(task.coldStart)!.task)) === "done"
    );
    const outcomes = await this.#pool(ready, 1);
    const finished = outcomes.filter((outcome) => outcome === "done").length;
    const failed = outcomes.filter((outcome) => outcome === "failed" || outcome === "blocked");
    return {
      runs: runs.length,
      finished,
      cached,
      failures: this.#failures,
      left: todo.length - finished - failed.length,
      interrupted: this.#interrupted,
    };
  }

  /** True when the job can be executed; false, with a failure reported, when not. */
  #prepare(job: Job, force: boolean): boolean {
    const { store, retryFailed } = this.#options;
    const name = folderOf(job.task);
    if (force) {
      try {
        if (store.status(name) !== "to do") store.moveAside(name);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.#fail(job, error.message, null);
        return false;
      }
      return true;
    }
    if (retryFailed || store.status(name) !== "failed") return true;
    const why = store.failure(name)?.split("\n")[0] ?? "unknown";
    this.#fail(
      job,
      `failed earlier (${why}); --retry-failed executes it again`,
      store.path(name, "log.txt"),
    );
    return false;
  }

  /** Executes jobs, as many at a time as may be; the outcomes are in the order of ending. */
  async #pool(jobs: readonly Job[], threads: number): Promise<Outcome["outcome"][]> {
    const waiting = [...jobs], outcomes: Outcome["outcome"][] = [];
    const lane = async () => {
      for (let job = waiting.shift(); job !== undefined && !this.#stopping; job = waiting.shift()) {
        outcomes.push(await this.#executeOne(job, threads));
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.jobs, jobs.length) }, lane));
    return outcomes;
  }

  async #executeOne(job: Job, threads: number): Promise<Outcome["outcome"]> {
    const { store, reporter, engines = ENGINES } = this.#options;
    const circumstances = this.#circumstances ??= this.#options.circumstances();
    const begin = performance.now();
    let task = progressOf(job);
    const onEvent = (event: WorkerEvent) => {
      if (event.event === "begin") {
        task = { ...task, step: event.step, steps: event.steps ?? task.steps };
        reporter.report({ event: "started", task });
      } else if (event.event === "step") {
        task = { ...task, step: event.step, steps: event.steps, summary: event.summary };
        reporter.report({ event: "step", task });
      }
    };
    const worker = new WorkerProcess(
      { task: job.task, store: store.folder, threads, circumstances, engines },
      onEvent,
    );
    this.#workers.add(worker);
    if (this.#stopping) worker.stop();
    const ended = await worker.outcome;
    this.#workers.delete(worker);
    if (ended.outcome === "done") {
      reporter.report({ event: "finished", task, seconds: (performance.now() - begin) / 1000 });
    } else if (ended.outcome === "interrupted") {
      reporter.report({ event: "interrupted", task });
    } else {
      if (ended.outcome === "failed") this.#noteFailure(job, ended.message);
      const hasLog = diskFiles.size(worker.log) !== null;
      this.#fail(job, ended.message, hasLog ? worker.log : null, task);
    }
    return ended.outcome;
  }

  /** A worker that was killed could not say so itself. */
  #noteFailure(job: Job, message: string): void {
    const { store } = this.#options;
    const name = folderOf(job.task);
    if (store.failure(name) !== null || store.status(name) === "running") return;
    try {
      writeFailure(diskFiles, store.path(name), message);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error; // the disk is full as well: it counts as interrupted
    }
  }

  #fail(job: Job, message: string, log: string | null, task: TaskProgress = progressOf(job)): void {
    this.#failures.push({ label: job.label, message, log });
    this.#options.reporter.report({ event: "failed", task, message, log });
    if (this.#options.failFast) this.#stop();
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#options.reporter.report({ event: "stopping" });
    for (const worker of this.#workers) worker.stop();
  }
}

function progressOf({ task, label, steps }: Job): TaskProgress {
  return { name: folderOf(task), kind: task.kind, label, step: 0, steps, summary: "" };
}
