/** From a plan to what the runner executes. */
import { ConfigError } from "../core/errors.ts";
import { createEstimator, plannedSteps } from "../plan/estimate.ts";
import type { Plan, PlannedRun } from "../plan/plan.ts";
import type { Job } from "../runner/job_queue.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ColdStartTask, RunTask } from "../store/task.ts";

/** The runs of a plan, each after the one it begins from, and the cold starts by id. */
export interface PlannedJobs {
  readonly runs: readonly Job<RunTask>[];
  readonly coldStarts: ReadonlyMap<string, Job<ColdStartTask>>;
}

/**
 * A job for every run and cold start.
 *
 * Errors: a {@link ConfigError} for runs of a pretrained model, which no engine here trains.
 */
export function jobsOf({ runs, coldStarts }: Pick<Plan, "runs" | "coldStarts">): PlannedJobs {
  const estimate = createEstimator([], []);
  const lengths = new Map<RunConfig, { readonly steps: number; readonly seconds: number }>();
  const lengthOf = (config: RunConfig) => {
    let length = lengths.get(config);
    if (length === undefined) {
      length = { steps: plannedSteps(config), seconds: estimate.run(config) };
      lengths.set(config, length);
    }
    return length;
  };
  return {
    runs: runs.map((run) => ({
      task: taskOf(run),
      label: `${run.label}, seed ${run.seed}`,
      ...lengthOf(run.config),
    })),
    coldStarts: new Map(
      coldStarts.map((task) => [task.id, {
        task,
        label: `cold start ${task.id.slice(0, 8)}`,
        steps: task.identity.coldStart.steps,
        seconds: estimate.coldStart(task.identity),
      }]),
    ),
  };
}

function taskOf({ label, coldStart, ...run }: PlannedRun): RunTask {
  if (coldStart !== null) return { ...run, coldStart };
  throw new ConfigError(
    "model.kind",
    `expected "transformer", which is what the engines here train in process, got ` +
      `"${run.config.model.kind}" (case ${JSON.stringify(label)}): \`plan\` prints such runs; to ` +
      "execute them, start from a recipe at micro scale",
  );
}
