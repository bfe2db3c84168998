/** Jobs for tests. */
import type { ColdStartTask, RunTask } from "../../store/task.ts";
import { makeTasks } from "../../store/testdata/make_tasks.ts";
import type { Job } from "../job_queue.ts";

/** Runs with the seeds 0 to `seeds` - 1, and the cold start that they share. */
export function makeJobs(
  { seeds = 1, steps = 6 } = {},
): { runs: Job<RunTask>[]; coldStarts: Map<string, Job<ColdStartTask>> } {
  const tasks = Array.from({ length: seeds }, (_, seed) => makeTasks({ steps, seed }));
  const { coldStart } = tasks[0]!;
  return {
    runs: tasks.map(({ run }) => ({ task: run, label: `seed ${run.seed}`, steps, seconds: steps })),
    coldStarts: new Map([[coldStart.id, {
      task: coldStart,
      label: "cold start",
      steps: 4,
      seconds: 4,
    }]]),
  };
}
