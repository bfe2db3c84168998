/** Tasks for tests: the settings of a recipe, cut short. */
import { coldStartId, coldStartIdentity, runId } from "../../schema/identity.ts";
import { recipe } from "../../schema/recipe.ts";
import type { Circumstances } from "../provenance.ts";
import type { ColdStartTask, RunTask } from "../task.ts";

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
    run: { kind: "run", id: runId(config, seed), config, seed, previous: null, coldStart: id },
    coldStart: { kind: "coldStart", id, identity: coldStartIdentity(config) },
  };
}

/** Runs of one seed of which each begins from the one before, the first from the cold start of {@link makeTasks}. */
export function makeStages(count: number, { steps = 6, seed = 0 } = {}): readonly RunTask[] {
  const stages: RunTask[] = [];
  for (let i = 0; i < count; i++) {
    const before = stages.at(-1);
    const { run } = makeTasks({ steps: steps + i, seed });
    const config = { ...run.config, previous: before?.config ?? null };
    const id = runId(config, seed);
    stages.push({ ...run, id, config, previous: before?.id ?? null });
  }
  return stages;
}

/** Circumstances as tests have them. */
export const CIRCUMSTANCES: Circumstances = {
  commit: null,
  diffHash: null,
  untracked: {},
  lockHash: null,
  versions: { deno: Deno.version.deno },
  host: { os: Deno.build.os, arch: Deno.build.arch, cpu: "test", cores: 1 },
};
