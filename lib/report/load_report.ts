/** An experiment's report file, or the report that suits any experiment. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../core/errors.ts";
import { defineReport, type Report } from "./define_report.ts";
import * as sections from "./sections/mod.ts";

/** What can be shown of any experiment; the paper's figures need a report file of their own. */
export const DEFAULT_REPORT: Report = defineReport({
  sections: [
    sections.answer(),
    sections.accuracyByCost(),
    sections.informativeGroups(),
    sections.coldStart(),
    sections.benchmarks(),
    sections.passAtK(),
    sections.gallery(),
    sections.cost(),
    sections.configuration(),
    sections.provenance(),
  ],
});

/**
 * The default export of `reports/<name>.ts` below `root`, or {@link DEFAULT_REPORT} when there is no such file.
 *
 * Errors: a ConfigError when the file has no report as its default export.
 */
export async function loadReport(root: string, name: string): Promise<Report> {
  const path = join("reports", `${name}.ts`), file = resolve(root, path);
  try {
    await Deno.stat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return DEFAULT_REPORT;
    throw error;
  }
  const { default: report }: { default?: Report } = await import(pathToFileURL(file).href);
  if (report === undefined || !Array.isArray(report.sections)) {
    throw new ConfigError(
      path,
      "expected a default export made with defineReport({ sections: [...] })",
    );
  }
  return report;
}
