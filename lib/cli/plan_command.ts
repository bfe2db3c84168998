/** `plan`: what would be executed, and why. */
import { formatPlan } from "../plan/format_plan.ts";
import { openStore } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { describeInStore, loadPlan, selectRuns } from "./experiment.ts";

/** Prints an experiment's runs. Writes nothing. */
export async function planCommand(given: Arguments): Promise<number> {
  const plan = selectRuns(await loadPlan(given), given);
  if (plan === null) return EXIT.nothingMatched;
  const description = describeInStore(plan, openStore(given.store));
  console.log(
    given.json
      ? JSON.stringify(description)
      : formatPlan(description, { jobs: given.jobs ?? navigator.hardwareConcurrency }),
  );
  return EXIT.done;
}
