/** What the index says of one report: a small file beside the page, written with it. */
import { z } from "../../deps.ts";
import { findBaselines } from "../analysis/baseline.ts";
import { doneRuns, type ExperimentResults } from "../analysis/results.ts";
import { totalCost } from "../analysis/total_cost.ts";
import type { Report } from "./define_report.ts";

const ENTRY = z.strictObject({
  format: z.literal(1),
  kind: z.enum(["report", "comparison"]),
  /** The page's file name without `.html`. */
  page: z.string(),
  /** Of what the page was made from: the same digest is the same page. */
  digest: z.string(),
  writtenAt: z.iso.datetime(),
  title: z.string(),
  question: z.string(),
  /** One sentence; null while the results give none. */
  answer: z.string().nullable(),
  /** Finished seeds of the arm with the fewest, and of that with the most. */
  seeds: z.tuple([z.int(), z.int()]),
  runs: z.int(),
  planned: z.int(),
  rollouts: z.number(),
  tokens: z.number(),
  seconds: z.number(),
}).readonly();

/** One row of the index. */
export type ReportEntry = z.infer<typeof ENTRY>;

/** What {@link createEntry} cannot see from the results. */
export type EntryHead = Pick<ReportEntry, "kind" | "page" | "digest" | "title" | "answer">;

/** The row of a page made from `results` at the moment `now`. */
export function createEntry(
  head: EntryHead,
  results: ExperimentResults,
  now: Date,
): ReportEntry {
  const seeds = results.arms.map((arm) => doneRuns(arm).length);
  const planned = new Set(results.arms.flatMap(({ runs }) => runs.map(({ id }) => id)));
  return {
    format: 1,
    ...head,
    writtenAt: now.toISOString(),
    question: results.question.split(/\n\s*\n/)[0]!,
    seeds: [Math.min(...seeds), Math.max(...seeds)],
    planned: planned.size,
    ...totalCost(results),
  };
}

/** The entry that a file holds; null for anything else, such as that of a later version. */
export function parseEntry(text: string): ReportEntry | null {
  try {
    return ENTRY.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // no JSON: cut short, or no file of ours
  }
}

/** The answer of a report in one sentence: that of its first section that has one. */
export async function reportSentence(
  report: Report,
  results: ExperimentResults,
): Promise<string | null> {
  const baselines = findBaselines(results, report.baseline);
  const section = report.sections.find(({ sentence }) => sentence !== undefined);
  if (baselines === null || section === undefined) return null;
  return await section.sentence!({ results, baselines });
}
