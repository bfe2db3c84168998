/** `report`: writes the page from what the store holds. */
import { openStore } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { loadPlan } from "./experiment.ts";
import { updateReport } from "./report_page.ts";

/** Writes an experiment's report, also when some or all of its runs are missing. */
export async function reportCommand(given: Arguments): Promise<number> {
  const plan = await loadPlan(given);
  const { file } = await updateReport(plan, openStore(given.store), {
    always: true,
    variant: given,
  });
  console.log(given.json ? JSON.stringify({ report: file }) : `report: ${file}`);
  return EXIT.done;
}
