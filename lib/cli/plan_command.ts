/** `plan`: what would be executed, and why. */
import { describePlan, type PlanHistory, type RunState } from "../plan/describe_plan.ts";
import { formatPlan } from "../plan/format_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { openStore, type Store } from "../store/store.ts";
import { coldStartFolder } from "../store/task.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { loadPlan, selectRuns } from "./experiment.ts";

/** Prints an experiment's runs. Writes nothing. */
export async function planCommand(given: Arguments): Promise<number> {
  const plan = selectRuns(await loadPlan(given), given);
  if (plan === null) return EXIT.nothingMatched;
  const store = openStore(given.store);
  const description = describePlan(plan, statesOf(plan, store), historyOf(store));
  console.log(
    given.json ? JSON.stringify(description) : formatPlan(description, { jobs: given.jobs }),
  );
  return EXIT.done;
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
    runs,
    coldStarts: coldStarts.flatMap(({ identity, seconds }) =>
      seconds === null ? [] : [{ identity, seconds }]
    ),
  };
}
