/** `export`: an experiment's figures, tables and records as files for a paper. */
import { openStore } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { collectResults, loadPlan } from "./experiment.ts";
import { pagePath } from "./report_index.ts";
import { pageName, reportName, withVariant } from "./report_page.ts";

/** Beside the page of the report, and called as it is. */
function defaultFolder(name: string, variant: Arguments): string {
  return pagePath(pageName(name, variant)).replace(/\.html$/, "");
}

/** Writes the export, also when some or all of the runs are missing. */
export async function exportCommand(given: Arguments): Promise<number> {
  const plan = await loadPlan(given);
  const [{ loadReport }, { exportReport }] = await Promise.all([
    import("../report/load_report.ts"),
    import("../report/export/export_report.ts"),
  ]);
  const report = withVariant(await loadReport(Deno.cwd(), reportName(plan.name)), plan, given);
  const results = collectResults(plan, openStore(given.store));
  const to = given.to ?? defaultFolder(plan.name, given);
  const { folder, files } = await exportReport(report, results, to);
  console.log(
    given.json ? JSON.stringify({ export: folder, files }) : `export: ${folder} (${files} files)`,
  );
  return EXIT.done;
}
