/** What the commands share: from a file and flags to a plan, and from a plan to the store's results. */
import type { ExperimentResults } from "../analysis/results.ts";
import {
  describePlan,
  type PlanDescription,
  type PlanHistory,
  type RunState,
} from "../plan/describe_plan.ts";
import { countRows, isSizeKnown } from "../dataset/size.ts";
import { quickVersion } from "../plan/experiment.ts";
import { filterPlan } from "../plan/filter.ts";
import { loadExperiment } from "../plan/load_experiment.ts";
import { overrideExperiment } from "../plan/override.ts";
import { expand, type Plan, type PlannedRun } from "../plan/plan.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { RunData } from "../store/run_data.ts";
import type { Store } from "../store/store.ts";
import { coldStartFolder } from "../store/task.ts";
import type { Arguments } from "./arguments.ts";

/** Every run of the experiment file, with `--quick`, `--set` and `--seeds` applied, without `--filter`. */
export async function loadPlan(
  { file, quick, set, seeds }: Pick<Arguments, "file" | "quick" | "set" | "seeds">,
): Promise<Plan> {
  const written = await loadExperiment(file!);
  const plan = expand(overrideExperiment(quick ? quickVersion(written) : written, { set, seeds }));
  const trained = plan.runs.filter(({ config }) => config.model.kind === "transformer");
  await countRows(new Set(trained.map(({ config }) => config.dataset)));
  return plan;
}

/** The runs that match `--filter`; null, and a line that says so, when none does. */
export function selectRuns(whole: Plan, { filter }: Arguments): Plan | null {
  const plan = filterPlan(whole, filter);
  if (plan.runs.length > 0) return plan;
  console.error(`--filter: none of the ${whole.runs.length} runs matches ${filter.join(" ")}`);
  return null;
}

/** A plan with what the store already has of it. */
export function describeInStore(plan: Plan, store: Store): PlanDescription {
  return describePlan(plan, statesOf(plan, store), historyOf(store));
}

function statesOf(plan: Plan, store: Store): Map<string, RunState> {
  const names = [
    ...plan.runs.map(({ id }) => id),
    ...plan.coldStarts.map(({ id }) => coldStartFolder(id)),
  ];
  const states = [...store.statuses(names)].map(([name, status]): [string, RunState] => {
    const why = status === "failed" ? store.failure(name)?.split("\n")[0] : undefined;
    return [name, why === undefined ? { status } : { status, why }];
  });
  return new Map(states);
}

/** Settings and durations of everything in the store: for estimates, and for why a run is not done yet. */
function historyOf(store: Store): PlanHistory {
  const { runs, coldStarts } = store.history();
  return {
    // How long other experiments' runs took tells nothing where how much they did is not known: their files may be
    // gone by now.
    runs: runs.map((run) => isCounted(run.config) ? run : { ...run, seconds: null }),
    coldStarts: coldStarts.flatMap(({ identity, seconds }) =>
      seconds === null ? [] : [{ identity, seconds }]
    ),
  };
}

function isCounted({ dataset, previous }: RunConfig): boolean {
  return isSizeKnown(dataset) && (previous === null || isCounted(previous));
}

/** What the store holds of a plan, in the shape that reports read. */
export function collectResults(plan: Plan, store: Store): ExperimentResults {
  const names = [...plan.runs.map(({ id }) => id), ...plan.coldStarts.map(coldStartName)];
  const statuses = store.statuses(names);
  const notStarted = {
    status: "to do",
    records: [],
    provenance: [],
    failure: null,
    scores: () => Promise.reject(new Error("a run that was not started has no scores")),
    columns: () => Promise.reject(new Error("a run that was not started has no columns")),
  } as const;
  const started = (name: string) => statuses.get(name) !== "to do";
  const planned = new Map(plan.runs.map((run) => [run.id, run]));
  const run = ({ id, config, seed, previous }: PlannedRun): RunData => ({
    ...(started(id) ? store.readRun(id) : { ...notStarted, id, config, seed }),
    ...(previous === null ? {} : { previous: run(planned.get(previous)!) }),
  });
  const coldStart = (id: string): RunData => {
    const { config } = plan.runs.find((run) => run.coldStart === id)!;
    const seed = config.coldStart?.seed ?? 0;
    return started(coldStartFolder(id))
      ? { ...store.readColdStart(id), config, seed }
      : { ...notStarted, id, config, seed };
  };
  return {
    name: plan.name,
    question: plan.question,
    arms: plan.cells.map(({ label, config, runs }) => ({
      name: label,
      config,
      runs: runs.map(run),
    })),
    coldStarts: plan.coldStarts.map(({ id }) => coldStart(id)),
  };
}

const coldStartName = ({ id }: { id: string }) => coldStartFolder(id);
