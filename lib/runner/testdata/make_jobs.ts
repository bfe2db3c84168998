/** Jobs for tests. */
import type { ColdStartTask, RunTask } from "../../store/task.ts";
import { makeStages, makeTasks } from "../../store/testdata/make_tasks.ts";
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

/** For each seed three stages of 6, 7 and 8 steps, and the cold start that all first ones begin from. */
export function makeStageJobs(
  { seeds = 1 } = {},
): { runs: Job<RunTask>[]; coldStarts: Map<string, Job<ColdStartTask>> } {
  const chains = Array.from({ length: seeds }, (_, seed) => makeStages(3, { seed }));
  const runs = chains.flatMap((chain) =>
    chain.map((task, i): Job<RunTask> => {
      const { steps } = task.config.training;
      return { task, label: `stage ${i + 1}, seed ${task.seed}`, steps, seconds: steps };
    })
  );
  return { runs, coldStarts: makeJobs().coldStarts };
}
