/** Tasks for tests: the settings of a recipe, cut short. */
import { coldStartId, coldStartIdentity, runId } from "../../schema/identity.ts";
import { recipe } from "../../schema/recipe.ts";
import type { Circumstances } from "../../store/provenance.ts";
import type { ColdStartTask, RunTask } from "../../store/task.ts";
import type { Job } from "../sweep.ts";

/** A run of a few steps, and the cold start it begins from. */
export function makeTasks(
  { steps = 6, coldStartSteps = 4, seed = 0 } = {},
): { run: RunTask; coldStart: ColdStartTask } {
  const config = recipe("mmr1_micro", {
    training: { steps },
    coldStart: { steps: coldStartSteps },
  });
  const id = coldStartId(config);
  return {
    run: { kind: "run", id: runId(config, seed), config, seed, coldStart: id },
    coldStart: { kind: "coldStart", id, identity: coldStartIdentity(config) },
  };
}

/** Runs with the seeds 0 to `seeds` - 1, and the cold start that they share. */
export function makeJobs(
  { seeds = 1, steps = 6 } = {},
): { runs: Job<RunTask>[]; coldStarts: Map<string, Job<ColdStartTask>> } {
  const tasks = Array.from({ length: seeds }, (_, seed) => makeTasks({ steps, seed }));
  const { coldStart } = tasks[0]!;
  return {
    runs: tasks.map(({ run }) => ({ task: run, label: `seed ${run.seed}`, steps })),
    coldStarts: new Map([[coldStart.id, { task: coldStart, label: "cold start", steps: 4 }]]),
  };
}

/** Circumstances as tests have them. */
export const CIRCUMSTANCES: Circumstances = {
  commit: null,
  diffHash: null,
  untracked: {},
  lockHash: null,
  versions: { deno: Deno.version.deno },
  host: { os: Deno.build.os, arch: Deno.build.arch, cpu: "test", cores: 1 },
  backend: "none",
  device: "cpu",
};
