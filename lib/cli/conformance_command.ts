/** `conformance`: what every engine must do on every device, tried on those that are there. */
import { type ConformanceReport, conformanceReports } from "../engine/conformance/all.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";

/** Updates of the case that watches memory. */
const UPDATES = 1000;

/** Prints a line per case; exit code 1 when one failed. */
export async function conformanceCommand(
  { backend, device, json }: Pick<Arguments, "backend" | "device" | "json">,
): Promise<number> {
  let failed = 0, passed = 0;
  for await (const report of conformanceReports(backend, device, UPDATES)) {
    if ("results" in report) {
      failed += report.results.filter(({ ok }) => !ok).length;
      passed += report.results.filter(({ ok }) => ok).length;
    }
    if (json) console.log(JSON.stringify(report));
    else for (const line of linesOf(report)) console.log(line);
  }
  if (!json) console.log(`${passed} cases hold, ${failed} do not`);
  return failed > 0 || passed === 0 ? EXIT.failed : EXIT.done;
}

function linesOf(report: ConformanceReport): string[] {
  const name = `${report.target.backend} on ${report.target.device}`;
  if ("skipped" in report) return [`${name}: skipped: ${report.skipped}`];
  return [
    name,
    ...report.results.map(({ name, ok, detail, seconds }) =>
      `  ${ok ? "ok    " : "FAILED"} ${name}: ${detail} (${seconds.toFixed(1)} s)`
    ),
  ];
}
