/** Jobs that wait for a process, each until what it begins from is done. */
import { beginsFrom, folderOf, type Task } from "../store/task.ts";

/** A task and what to call it on the screen. */
export interface Job<T extends Task = Task> {
  readonly task: T;
  readonly label: string;
  /** Steps in all, for the time that is left. */
  readonly steps: number;
  /** Expected seconds, for the order in which jobs are taken. */
  readonly seconds: number;
}

/** Jobs in the order in which they are to be taken. What none of them makes counts as done. */
export class JobQueue {
  #waiting: Set<Job>;
  /** Names of the folders whose policies are still to be made. */
  readonly #unfinished: Set<string>;

  constructor(jobs: readonly Job[]) {
    this.#waiting = new Set(jobs);
    this.#unfinished = new Set(jobs.map(({ task }) => folderOf(task)));
  }

  /** Jobs that were neither taken nor dropped, in their order. */
  get waiting(): readonly Job[] {
    return [...this.#waiting];
  }

  /** Whether a job was neither taken nor dropped. */
  has(job: Job): boolean {
    return this.#waiting.has(job);
  }

  /** Puts the waiting jobs in another order. */
  arrange(order: readonly Job[]): void {
    this.#waiting = new Set(order);
  }

  /** Takes out the first job that can begin and is not too large; null when there is none. */
  take(fits: (job: Job) => boolean = () => true): Job | null {
    for (const job of this.#waiting) {
      if (!this.#canBegin(job) || !fits(job)) continue;
      this.#waiting.delete(job);
      return job;
    }
    return null;
  }

  /** Lets what begins from a job begin. */
  finish(job: Job): void {
    this.#unfinished.delete(folderOf(job.task));
  }

  /** Takes out a job that has failed and all that would begin from it, directly or not; returns the latter. */
  drop(job: Job): readonly Job[] {
    this.#waiting.delete(job);
    const children = Map.groupBy(this.#waiting, ({ task }) => beginsFrom(task));
    const dropped: Job[] = [];
    const dropBehind = (one: Job) => {
      for (const child of children.get(folderOf(one.task)) ?? []) {
        this.#waiting.delete(child);
        dropped.push(child);
        dropBehind(child);
      }
    };
    dropBehind(job);
    return dropped;
  }

  #canBegin({ task }: Job): boolean {
    const from = beginsFrom(task);
    return from === null || !this.#unfinished.has(from);
  }
}
