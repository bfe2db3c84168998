/** Writes a report: one page that opens offline. */
import { dirname } from "node:path";
import { loadVega } from "../../deps.ts";
import { accuracyTable } from "../analysis/accuracy_curve.ts";
import { findBaselines } from "../analysis/baseline.ts";
import { doneRuns, type ExperimentResults } from "../analysis/results.ts";
import { stepTable } from "../analysis/step_table.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { diskFiles, writeShared } from "../store/files.ts";
import type { Report, ReportContext } from "./define_report.ts";
import { formatCount } from "./format.ts";
import type { Html } from "./html/html.ts";
import { page } from "./html/page.ts";
import { renderSvg } from "./render/svg.ts";
import { stylesOf } from "./render/arm_styles.ts";

function baselinesOf(
  { baseline }: Report,
  results: ExperimentResults,
): Pick<ReportContext, "baselines" | "baselineNote"> {
  const baselines = findBaselines(results, baseline);
  if (baselines === null) {
    throw new ConfigError(results.name, "expected at least one arm, got none");
  }
  const known = baseline === undefined || results.arms.some(({ name }) => name === baseline);
  const names = results.arms.map(({ name }) => name);
  const baselineNote = known
    ? null
    : `The report asks for “${baseline}” as the baseline, which is no arm of these results${
      didYouMean(baseline!, names)
    }.`;
  return { baselines, baselineNote };
}

/** What a caption says about replicates: arms may differ in how many seeds are finished. */
function replicatesOf({ arms }: ExperimentResults): string {
  const seeds = arms.map((arm) => doneRuns(arm).map(({ seed }) => seed));
  const lists = [...new Set(seeds.map((list) => list.join(", ")))];
  const count = (n: number) => `n = ${n} ${n === 1 ? "seed" : "seeds"}`;
  if (lists.length === 1) return `${count(seeds[0]!.length)} per arm (${lists[0] || "none"})`;
  return arms.map(({ name }, i) => `${count(seeds[i]!.length)} in ${name}`).join(", ");
}

/** What differs between the runs of an arm, besides what their own seed decides: the cold start, or nothing. */
function seedMeaningOf({ arms }: ExperimentResults): string {
  const reachesColdStart = arms.some(({ runs }) =>
    new Set(runs.map(({ config }) => config.coldStart?.seed)).size > 1
  );
  return reachesColdStart
    ? "The seed decides the cold start, which prompts are drawn and which tokens are sampled; pool and " +
      "validation prompts are the same for all seeds, so the intervals say nothing about other pools."
    : "The seed decides which prompts are drawn and which tokens are sampled; cold start, pool and validation " +
      "prompts are the same for all seeds, so the intervals say nothing about other cold starts or pools.";
}

async function contextOf(report: Report, results: ExperimentResults): Promise<ReportContext> {
  return {
    results,
    ...baselinesOf(report, results),
    styles: stylesOf(results.arms),
    steps: await stepTable(results),
    accuracy: await accuracyTable(results),
    replicates: replicatesOf(results),
    seedMeaning: seedMeaningOf(results),
    svg: (spec, label) => renderSvg(spec, { label }),
  };
}

/** A section with content. */
interface WrittenSection {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/**
 * What the report has to show, section by section; page and export are made from it.
 *
 * Errors: a ConfigError for an experiment without arms.
 */
export async function writeSections(
  report: Report,
  results: ExperimentResults,
): Promise<{ readonly context: ReportContext; readonly sections: readonly WrittenSection[] }> {
  const context = await contextOf(report, results);
  (await loadVega()).vega.resetSVGDefIds(); // the same results give the same page
  const sections: WrittenSection[] = [];
  for (const { id, title, write } of report.sections) {
    const content = await write(context);
    if (content !== null) sections.push({ id, title, content });
  }
  return { context, sections };
}

/** The report's own title, or its experiment's name. */
export function reportTitle({ title }: Report, { name }: ExperimentResults): string {
  return title ?? name.replaceAll("_", " ");
}

/** The page as text. */
export async function renderReport(report: Report, results: ExperimentResults): Promise<string> {
  const { sections } = await writeSections(report, results);
  const done = results.arms.flatMap(doneRuns).length;
  const planned = results.arms.reduce((sum, { runs }) => sum + runs.length, 0);
  const records = results.arms.flatMap(doneRuns).reduce((sum, run) => sum + run.records.length, 0);
  return page({
    title: reportTitle(report, results),
    question: results.question,
    notice: report.notice ?? null,
    sections,
    footer: `${done} of ${planned} runs finished; ${formatCount(records)} records read.`,
  });
}

/**
 * Writes the page of `results` to `file`, at once: a reader sees the old page or the new one.
 *
 * Errors: a ConfigError for an experiment without arms, a StoreError when the file cannot be written.
 */
export async function writeReport(
  report: Report,
  results: ExperimentResults,
  file: string,
): Promise<{ readonly file: string; readonly bytes: number; readonly seconds: number }> {
  const start = performance.now();
  const bytes = new TextEncoder().encode(await renderReport(report, results));
  diskFiles.makeFolder(dirname(file));
  writeShared(diskFiles, file, bytes); // two commands may write the same report at once
  return { file, bytes: bytes.length, seconds: (performance.now() - start) / 1000 };
}
