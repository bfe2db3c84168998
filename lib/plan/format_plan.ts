/** A described plan as text for a terminal. */
import { textTable } from "../core/text_table.ts";
import { valueLabel } from "./axes.ts";
import type { ColdStartDescription, PlanDescription, RunDescription } from "./describe_plan.ts";
import { totalRollouts } from "./estimate.ts";

/** Options of {@link formatPlan}. */
export interface FormatPlanOptions {
  /** Processes at a time. Only divides the estimate of time. */
  readonly jobs?: number;
}

const NUMBER = new Intl.NumberFormat("en-US");

/** What the runs add up to, then every cold start and run on a line. */
export function formatPlan(
  description: PlanDescription,
  { jobs = 1 }: FormatPlanOptions = {},
): string {
  const { name, question, cases, seeds, runs, coldStarts } = description;
  const stages = runs.filter((run) => run.cases.length === 0).length;
  const heading = `${name}: ${count(runs.length, "run")} (${count(cases, "case")}, ` +
    `${count(seeds.length, "seed")}${
      stages === 0 ? "" : `; ${NUMBER.format(stages)} for others to begin from`
    }), ${count(coldStarts.length, "cold start")}`;
  return [
    heading,
    ...question.split("\n\n").slice(0, 1),
    "",
    ...planTotals(description, { jobs }),
    "",
    ...(coldStarts.length === 0 ? [] : [coldStartTable(coldStarts), ""]),
    runTable(runs),
  ].join("\n");
}

function coldStartTable(coldStarts: readonly ColdStartDescription[]): string {
  return textTable(
    ["cold start", "status", "demonstrations", "time", "why"],
    coldStarts.map(({ id, status, demonstrations, seconds, why }) => [
      id,
      status,
      NUMBER.format(demonstrations),
      status === "done" ? "" : duration(seconds),
      why,
    ]),
  );
}

/** What a run begins from stands above it, and is what it is indented under. */
function runTable(runs: readonly RunDescription[]): string {
  const rows = asTree(runs).map(({ run, depth }) => {
    const { id, label, cases, seed, status, rollouts, seconds, why } = run;
    const equal = cases.length > 1 ? ` (and ${cases.length - 1} equal)` : "";
    return [
      id,
      `${depth === 0 ? "" : `${"  ".repeat(depth - 1)}└ `}${label}${equal}`,
      variesInWords(run),
      String(seed),
      status,
      NUMBER.format(totalRollouts(rollouts)),
      status === "done" || seconds === null ? "" : duration(seconds),
      why,
    ];
  });
  return textTable(
    ["run", "case", "what varies", "seed", "status", "rollouts", "time", "why"],
    rows,
  );
}

/** Runs in their order, each followed by those that begin from it. */
function asTree(
  runs: readonly RunDescription[],
): readonly { readonly run: RunDescription; readonly depth: number }[] {
  const children = Map.groupBy(runs, ({ previous }) => previous);
  const ordered: { run: RunDescription; depth: number }[] = [];
  const place = (of: string | null, depth: number) => {
    for (const run of children.get(of) ?? []) {
      ordered.push({ run, depth });
      place(run.id, depth + 1);
    }
  };
  place(null, 0);
  return ordered;
}

/** Longest text of what varies; `--json` has the whole. */
const VARIES_WIDTH = 80;

/** "" where the case is named after what varies. */
function variesInWords({ label, factors }: RunDescription): string {
  const texts = Object.entries(factors).map(([path, value]) => `${path} = ${valueLabel(value)}`);
  const last = Object.entries(factors).map(([path, value]) =>
    `${path.slice(path.lastIndexOf(".") + 1)} = ${valueLabel(value)}`
  );
  if (last.every((text) => label.includes(text))) return "";
  const text = texts.join(", ");
  return text.length <= VARIES_WIDTH ? text : `${text.slice(0, VARIES_WIDTH - 1)}…`;
}

/** Seconds from which on a user may prefer the quick version. */
const LONG = 600;

/** Runs by status, rollouts and time of what is not done: what to know before starting it. */
export function planTotals(
  { totals, runs, coldStarts, hasQuickVersion }: PlanDescription,
  { jobs = 1 }: FormatPlanOptions = {},
): string[] {
  const lines: string[] = [];
  const { rollouts, statuses } = totals;
  lines.push(Object.entries(statuses).map(([status, n]) => `${n} ${status}`).join(", "));
  if (totals.shared > 0) {
    lines.push(`${totals.shared} more stand in the plan with equal settings and are counted once`);
  }
  if (totalRollouts(rollouts) > 0) {
    lines.push(
      `rollouts to generate: ${NUMBER.format(totalRollouts(rollouts))}, of these ` +
        `${NUMBER.format(rollouts.training)} to train on, ${NUMBER.format(rollouts.scoring)} for ` +
        `scoring, ${NUMBER.format(rollouts.validation)} for measuring` +
        (rollouts.discarded === 0 ? "" : `, ${NUMBER.format(rollouts.discarded)} for baselines`),
    );
  }
  if (runs.some(({ seconds }) => seconds === null)) {
    lines.push(
      "pretrained models: what they generate for measuring is not counted in full, for their files " +
        "are where they are trained, and neither is their time",
    );
  }
  const isOpen = ({ status }: { status: string }) => status !== "done";
  const open = runs.filter(isOpen), openStarts = coldStarts.filter(isOpen).length;
  const openRuns = open.filter(({ seconds }) => seconds !== null).length;
  if (openRuns + openStarts > 0) {
    const wall = totals.coldStartSeconds / Math.max(1, Math.min(jobs, openStarts)) +
      Math.max(totals.chainSeconds, totals.seconds / Math.max(1, Math.min(jobs, openRuns)));
    const source = totals.measuredRuns > 0
      ? `from ${count(totals.measuredRuns, "finished run")} in the store`
      : "from a default rate, for the store has no finished run";
    lines.push(
      `time: about ${duration(wall)} with ${count(jobs, "process", "processes")}, ${source}`,
    );
    if (wall >= LONG && hasQuickVersion) lines.push("--quick runs a small version of it");
  }
  const elsewhere = open.length - openRuns;
  if (elsewhere > 0) {
    lines.push(
      `time: not known for ${
        count(elsewhere, "run")
      } of a pretrained model, which no engine here trains`,
    );
  }
  return lines;
}

function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${NUMBER.format(n)} ${n === 1 ? noun : plural}`;
}

/** "14 s", "3 min", "2.5 h". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
