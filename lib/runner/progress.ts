/** What is going on in a sweep: the events, and what can be said about the time that is left. */

/** A task as progress shows it. */
export interface TaskProgress {
  /** Name of its folder in the store. */
  readonly name: string;
  readonly kind: "run" | "coldStart";
  readonly label: string;
  /** Name of the folder of what it begins from; null for a cold start. */
  readonly beginsFrom: string | null;
  readonly step: number;
  readonly steps: number;
  readonly summary: string;
}

/** One thing that happened. */
export type ProgressEvent =
  | {
    readonly event: "plan";
    /** Selected runs, how many of them were done before, and what is to be executed now. */
    readonly runs: number;
    readonly done: number;
    readonly tasks: readonly TaskProgress[];
    readonly jobs: number;
  }
  | { readonly event: "started" | "step" | "interrupted"; readonly task: TaskProgress }
  | { readonly event: "finished"; readonly task: TaskProgress; readonly seconds: number }
  | {
    readonly event: "failed";
    readonly task: TaskProgress;
    readonly message: string;
    readonly log: string | null;
  }
  | {
    /** Tasks that cannot be begun, since what they begin from has failed. */
    readonly event: "blocked";
    /** What failed. */
    readonly task: TaskProgress;
    readonly blocked: readonly TaskProgress[];
  }
  | { readonly event: "stopping" };

/** Hears what happens. */
export interface Reporter {
  report(event: ProgressEvent): void;
  /** Called once, at the end. */
  close(): void;
}

interface Entry {
  task: TaskProgress;
  state: "waiting" | "running" | "ended";
  beginStep: number;
  beganAt: number;
  endedAt: number;
}

/** The state of a sweep after the events so far. */
export class ProgressState {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  #jobs = 1;
  /** Selected runs, those done, those that failed, and those that cannot be begun since others have. */
  runs = 0;
  done = 0;
  failed = 0;
  blocked = 0;
  stopping = false;

  /** @param now milliseconds on a steady clock */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes in what happened. */
  apply(event: ProgressEvent): void {
    if (event.event === "plan") {
      this.runs = event.runs;
      this.done = event.done;
      this.#jobs = event.jobs;
      for (const task of event.tasks) {
        this.#entries.set(task.name, {
          task,
          state: "waiting",
          beginStep: 0,
          beganAt: 0,
          endedAt: 0,
        });
      }
      return;
    }
    if (event.event === "stopping") {
      this.stopping = true;
      return;
    }
    if (event.event === "blocked") {
      this.blocked += event.blocked.length;
      for (const { name } of event.blocked) this.#end(name);
      return;
    }
    const { task } = event;
    if (event.event === "failed") this.failed++;
    const entry = this.#entries.get(task.name);
    if (entry === undefined) return; // failed before: it is not executed now
    entry.task = task;
    if (event.event === "started") {
      Object.assign(entry, { state: "running", beginStep: task.step, beganAt: this.#now() });
    } else if (event.event !== "step") {
      this.#end(task.name);
    }
    if (event.event === "finished" && task.kind === "run") this.done++;
  }

  #end(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return; // failed before: it is not executed now
    const now = this.#now();
    if (entry.state === "waiting") entry.beganAt = now; // it has taken no time
    Object.assign(entry, { state: "ended", endedAt: now });
  }

  /** Tasks being executed, in the order of the plan. */
  running(): readonly (TaskProgress & { readonly seconds: number })[] {
    return [...this.#entries.values()].filter(({ state }) => state === "running")
      .map(({ task, beganAt }) => ({ ...task, seconds: (this.#now() - beganAt) / 1000 }));
  }

  /**
   * Seconds until the tasks of the present kind are done: steps left, times the seconds a step has taken so
   * far, over the workers, or along the longest chain of stages where that takes longer. Null before the first step.
   */
  secondsLeft(): number | null {
    const kind = this.running()[0]?.kind;
    let busySeconds = 0, stepsDone = 0, stepsLeft = 0, tasksLeft = 0;
    for (const { task, state, beginStep, beganAt, endedAt } of this.#entries.values()) {
      if (task.kind !== kind) continue;
      if (state !== "ended") {
        stepsLeft += task.steps - task.step;
        tasksLeft++;
      }
      if (state === "waiting") continue;
      busySeconds += ((state === "ended" ? endedAt : this.#now()) - beganAt) / 1000;
      stepsDone += task.step - beginStep;
    }
    if (stepsDone === 0) return null;
    const shared = stepsLeft / Math.min(this.#jobs, Math.max(1, tasksLeft));
    return Math.max(shared, this.#longestChain(kind!)) * busySeconds / stepsDone;
  }

  /** Steps left of the tasks that have to follow one another, where they are the most. */
  #longestChain(kind: TaskProgress["kind"]): number {
    const chains = new Map<string, number>();
    const chainTo = (name: string | null): number => {
      const entry = name === null ? undefined : this.#entries.get(name);
      if (entry === undefined || entry.task.kind !== kind) return 0;
      const { task, state } = entry;
      let chain = chains.get(task.name);
      if (chain === undefined) {
        chain = chainTo(task.beginsFrom) + (state === "ended" ? 0 : task.steps - task.step);
        chains.set(task.name, chain);
      }
      return chain;
    };
    return [...this.#entries.keys()].reduce((most, name) => Math.max(most, chainTo(name)), 0);
  }
}

/**
 * A duration for people.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(formatDuration(7.4), "7 s");
 * equal(formatDuration(95), "1:35");
 * equal(formatDuration(7322), "2:02:02");
 * ```
 */
export function formatDuration(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const parts = [Math.floor(total / 60) % 60, total % 60];
  const hours = Math.floor(total / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, i) => i === 0 ? `${part}` : `${part}`.padStart(2, "0")).join(":");
}
