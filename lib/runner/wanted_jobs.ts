/** Which jobs have to be done, and in which order they are taken. */
import { beginsFrom, folderOf, type RunTask } from "../store/task.ts";
import type { Job } from "./job_queue.ts";
import { scheduleOrder } from "./schedule.ts";

/** Runs that are asked for, and those that have to be made before them. */
export function wantedRuns(
  runs: readonly Job<RunTask>[],
  isAsked: (id: string) => boolean,
  done: ReadonlySet<string>,
): readonly Job<RunTask>[] {
  const wanted = new Set<string>();
  // From the last: whatever begins from a run comes before it on this way.
  for (const { task: { id, previous } } of runs.toReversed()) {
    if (isAsked(id)) wanted.add(id);
    if (wanted.has(id) && previous !== null && !done.has(previous)) wanted.add(previous);
  }
  return runs.filter(({ task }) => wanted.has(task.id));
}

/** Ids of the cold starts that runs begin from, each once. */
export function coldStartsOf(runs: readonly Job<RunTask>[]): readonly string[] {
  const first = runs.filter(({ task }) => task.previous === null);
  return [...new Set(first.map(({ task }) => task.coldStart))];
}

/** The order in which jobs are taken: no core is to wait long for the others at the end. */
export function inOrder(jobs: readonly Job[], workers: number, threads: number): readonly Job[] {
  const places = new Map(jobs.map(({ task }, i) => [folderOf(task), i]));
  const timed = jobs.map(({ task, seconds }) => {
    const from = beginsFrom(task);
    return { seconds, after: from === null ? null : places.get(from) ?? null };
  });
  const order = scheduleOrder(timed, workers).map((i) => jobs[i]!);
  if (threads === 1) return order;
  // A cold start of several threads needs as many places: it is taken while all are free.
  const { coldStart = [], run = [] } = Object.groupBy(order, ({ task }) => task.kind);
  return [...coldStart, ...run];
}
