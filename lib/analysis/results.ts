/** What a report is made from: the runs of an experiment, arm by arm. */
import { stagesOf } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { RunData } from "../store/run_data.ts";

/** One case of the experiment with a run per seed. */
export interface ArmResults {
  /** The case's name in the experiment file. */
  readonly name: string;
  readonly config: RunConfig;
  /** Runs of every status, also those not started. */
  readonly runs: readonly RunData[];
}

/** A supervised start that runs share, as far as a report reads it. */
export type ColdStartResults = Pick<
  RunData,
  "id" | "config" | "status" | "records" | "provenance" | "failure"
>;

/** Everything a report reads. */
export interface ExperimentResults {
  /** The experiment file's name without its ending. */
  readonly name: string;
  /** The experiment file's doc comment: the question it asks. */
  readonly question: string;
  /** In the order of the experiment file. */
  readonly arms: readonly ArmResults[];
  /** The cold starts that the runs start from, each once. */
  readonly coldStarts: readonly ColdStartResults[];
}

/** The arm's finished runs, by seed: the only ones that enter figures. */
export function doneRuns(arm: ArmResults): readonly RunData[] {
  return arm.runs.filter((run) => run.status === "done").toSorted((a, b) => a.seed - b.seed);
}

/** Stages that runs of arms begin from and that no arm has, of every status, each once, with a name of their own. */
export function earlierStages(
  { arms }: Pick<ExperimentResults, "arms">,
): readonly { readonly name: string; readonly run: RunData }[] {
  const seen = new Set(arms.flatMap(({ runs }) => runs.map(({ id }) => id)));
  return arms.flatMap(({ name, runs }) =>
    runs.flatMap(({ previous }) => {
      const stages: { name: string; run: RunData }[] = [];
      for (let run = previous; run !== undefined; run = run.previous) {
        if (seen.has(run.id)) continue;
        seen.add(run.id);
        stages.unshift({ name: `${name}: stage ${stagesOf(run.config).length}`, run });
      }
      return stages;
    })
  );
}

/** Runs that no figure shows, with the arm they belong to. */
export function excludedRuns(
  results: ExperimentResults,
): readonly { readonly arm: string; readonly run: RunData }[] {
  return results.arms.flatMap((arm) =>
    arm.runs.filter((run) => run.status !== "done").map((run) => ({ arm: arm.name, run }))
  );
}

/** λ of an arm: 0 for uniform sampling, null for a sampler that has no mixture. */
export function mixtureRatio({ config: { sampler } }: ArmResults): number | null {
  switch (sampler.kind) {
    case "random":
      return 0;
    case "vas":
      return sampler.mixtureRatio;
    case "shuffle":
    case "sequential":
    case "learnability":
    case "mopps":
    case "greso":
    case "replay":
    case "adaRft":
    case "easyToHard":
      return null;
    default:
      sampler satisfies never;
      return null;
  }
}
