/** Executes many tasks on many processes: each as soon as what it begins from is done and a process is free. */
import { requireFiles } from "../backend/resolve_target.ts";
import type { Compute, Target } from "../backend/target.ts";
import { ConfigError, StoreError } from "../core/errors.ts";
import { diskFiles } from "../store/files.ts";
import type { Circumstances } from "../store/provenance.ts";
import { writeFailure } from "../store/run_folder.ts";
import type { Store } from "../store/store.ts";
import { beginsFrom, type ColdStartTask, folderOf, type RunTask } from "../store/task.ts";
import { type Job, JobQueue } from "./job_queue.ts";
import type { WorkerEvent } from "./messages.ts";
import type { Reporter, TaskProgress } from "./progress.ts";
import { coldStartsOf, inOrder, wantedRuns } from "./wanted_jobs.ts";
import { WorkerProcess } from "./worker_process.ts";

/** How a sweep is executed. */
export interface SweepOptions {
  readonly store: Store;
  /** Worker processes at a time. */
  readonly jobs: number;
  /** Start over: folders of the selected runs, and of what they begin from and is not done, are moved aside. */
  readonly force: boolean;
  readonly retryFailed: boolean;
  /** Stop everything, as Ctrl-C does, when one task fails. */
  readonly failFast: boolean;
  /** Asked once, when something is to be executed. */
  readonly circumstances: () => Circumstances;
  readonly reporter: Reporter;
  /** Where tasks compute that are not begun yet. */
  readonly target: Target;
  /** URL of the module that exports `engines`. */
  readonly engines?: string;
}

/** A task that did not get done, and why. */
export interface Failure {
  readonly label: string;
  readonly message: string;
  /** Its log; null when it has none. */
  readonly log: string | null;
  /** Labels of the runs that could not be begun for it. */
  readonly blocked: readonly string[];
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
  /** Of these, runs that could not be begun, for what they begin from has failed. */
  readonly blocked: number;
  /** Stopped by the user. */
  readonly interrupted: boolean;
}

const ENGINES = new URL("./engines.ts", import.meta.url).href;

/** One execution of an experiment's runs. */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #failures: Failure[] = [];
  readonly #runs = { finished: 0, failed: 0, blocked: 0 };
  #queue = new JobQueue([]);
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
   * Executes `runs` that are not done, each after what it begins from. One that fails keeps nothing from going on but
   * what begins from it.
   *
   * @param runs each after the run it begins from
   * @param coldStarts by id, those of all runs
   * @param selected ids of the runs that are asked for; the others are executed where one of these has to wait for
   *   them. All when not given.
   */
  async execute(
    runs: readonly Job<RunTask>[],
    coldStarts: ReadonlyMap<string, Job<ColdStartTask>>,
    selected: ReadonlySet<string> = new Set(runs.map(({ task }) => task.id)),
  ): Promise<SweepResult> {
    const { reporter, jobs, force, store } = this.#options;
    const statuses = store.statuses(runs.map(({ task }) => task.id));
    const done = new Set(
      runs.map(({ task }) => task.id).filter((id) => statuses.get(id) === "done"),
    );
    const wanted = wantedRuns(runs, (id) => selected.has(id) && (force || !done.has(id)), done);
    const needed = coldStartsOf(wanted).map((id) => coldStarts.get(id)!)
      .filter(({ task }) => store.status(folderOf(task)) !== "done");
    const queue = this.#queue = new JobQueue([...needed, ...wanted]);
    for (const job of [...needed, ...wanted]) {
      if (queue.has(job)) this.#prepare(job, force);
    }
    const threads = this.#threadsOf(queue.waiting);
    queue.arrange(inOrder(queue.waiting, jobs, threads));
    const cached = done.size - wanted.filter(({ task }) => done.has(task.id)).length;
    reporter.report({
      event: "plan",
      runs: cached + wanted.length,
      done: cached,
      tasks: queue.waiting.map((job) => progressOf(job)),
      jobs,
    });
    await this.#work(threads);
    const { finished, failed, blocked } = this.#runs;
    return {
      runs: cached + wanted.length,
      finished,
      cached,
      failures: this.#failures,
      left: wanted.length - finished - failed,
      blocked,
      interrupted: this.#interrupted,
    };
  }

  /** Sees to it that the job can be executed; reports a failure when it cannot. */
  #prepare(job: Job, force: boolean): void {
    const { store, retryFailed } = this.#options;
    const name = folderOf(job.task);
    if (force) {
      try {
        if (store.status(name) !== "to do") store.moveAside(name);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.#fail(job, error.message, null);
      }
      return;
    }
    if (retryFailed || store.status(name) !== "failed") return;
    const why = store.failure(name)?.split("\n")[0] ?? "unknown";
    this.#fail(
      job,
      `failed earlier (${why}); --retry-failed executes it again`,
      store.path(name, "log.txt"),
    );
  }

  /** Threads of each cold start: together they have the machine's cores. */
  #threadsOf(jobs: readonly Job[]): number {
    const cores = Math.min(this.#options.jobs, navigator.hardwareConcurrency);
    const starts = jobs.filter(({ task }) => task.kind === "coldStart").length;
    return Math.max(1, Math.floor(cores / Math.max(1, starts)));
  }

  /** Executes what waits, as many threads at a time as there may be processes. */
  async #work(coldStartThreads: number): Promise<void> {
    const threadsOf = ({ task }: Job) => task.kind === "coldStart" ? coldStartThreads : 1;
    const running = new Set<Promise<void>>();
    let free = this.#options.jobs;
    for (;;) {
      while (!this.#stopping) {
        const job = this.#queue.take((job) => threadsOf(job) <= free);
        if (job === null) break;
        free -= threadsOf(job);
        const ended = this.#executeOne(job, threadsOf(job)).then(() => {
          free += threadsOf(job);
          running.delete(ended);
        });
        running.add(ended);
      }
      if (running.size === 0) return;
      await Promise.race(running);
    }
  }

  /** Where a task computes: where it was begun, or else where the user says. Null, and reported, where it cannot. */
  #computeOf(job: Job, threads: number): Compute | null {
    const { store, target } = this.#options;
    try {
      const begun = store.compute(folderOf(job.task));
      if (begun !== null) requireBegun(begun);
      return begun ?? { ...target, threads };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#fail(job, error.message, null);
      return null;
    }
  }

  async #executeOne(job: Job, threads: number): Promise<void> {
    const { store, reporter, engines = ENGINES } = this.#options;
    const compute = this.#computeOf(job, threads);
    if (compute === null) return;
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
      {
        task: job.task,
        store: store.folder,
        compute,
        circumstances,
        engines,
      },
      onEvent,
    );
    this.#workers.add(worker);
    if (this.#stopping) worker.stop();
    const ended = await worker.outcome;
    this.#workers.delete(worker);
    if (ended.outcome === "done") {
      this.#queue.finish(job);
      if (job.task.kind === "run") this.#runs.finished++;
      reporter.report({ event: "finished", task, seconds: (performance.now() - begin) / 1000 });
    } else if (ended.outcome === "interrupted") {
      reporter.report({ event: "interrupted", task });
    } else {
      if (ended.outcome === "failed") this.#noteFailure(job, ended.message);
      const hasLog = diskFiles.size(worker.log) !== null;
      this.#fail(job, ended.message, hasLog ? worker.log : null, task);
    }
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
    const { reporter } = this.#options;
    const blocked = this.#queue.drop(job);
    this.#failures.push({
      label: job.label,
      message,
      log,
      blocked: blocked.map(({ label }) => label),
    });
    if (job.task.kind === "run") this.#runs.failed++;
    this.#runs.blocked += blocked.length;
    reporter.report({ event: "failed", task, message, log });
    if (blocked.length > 0) {
      reporter.report({ event: "blocked", task, blocked: blocked.map((job) => progressOf(job)) });
    }
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
  const begun = { step: 0, steps, summary: "" };
  return { name: folderOf(task), kind: task.kind, label, beginsFrom: beginsFrom(task), ...begun };
}

/** Errors: a {@link StoreError} when what a task was begun on is not there: elsewhere its bits would be others. */
function requireBegun(compute: Compute): void {
  try {
    requireFiles(compute);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new StoreError(
      `begun on ${compute.backend}, ${compute.device}, and goes on there alone (--force begins anew): ` +
        error.problem,
      { cause: error },
    );
  }
}
