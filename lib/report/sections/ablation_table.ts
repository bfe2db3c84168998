/** The paper's Table 4 with intervals, and what of its spread seed noise alone could be. */
import {
  type AblationRow,
  type AblationTable,
  ablationTable as tableOf,
  PAPER_STEPS,
  PAPER_STEPS_PER_EPOCH,
  type PaperAblation,
} from "../../analysis/ablation.ts";
import { PAPER_BENCHMARKS } from "../../analysis/benchmark.ts";
import { createTable } from "../../analysis/table.ts";
import { datasetSize } from "../../dataset/size.ts";
import { intervalChart, type IntervalRow } from "../charts/interval_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatFixed, formatP, formatShare, formatSigned } from "../format.ts";
import { csvLink, dataTable, figure, panel, panels, valueCell } from "../html/figure.ts";
import { type Html, type HtmlPart, markup } from "../html/html.ts";
import { ablationNoise } from "./ablation_noise.ts";
import { countText, pointsText } from "./estimates.ts";

/** `λ = 0.2`: what the paper calls the row. */
function rowName({ factor, value }: Pick<AblationRow, "factor" | "value">): string {
  switch (factor) {
    case "mixtureRatio":
      return `λ = ${value}`;
    case "refreshInterval":
      return `T = ${value}`;
    case "scoringRollouts":
      return `N = ${value}`;
    default:
      return `(α, β) = (${(value as readonly number[]).join(", ")})`;
  }
}

const named = (row: AblationRow) => `${rowName(row)}${row.isBase ? " (base)" : ""}`;

/** In one line, however narrow the column. */
const cellName = (row: AblationRow) => named(row).replaceAll(" ", "\u00a0");

const half = ({ low, high }: { low: number | null; high: number | null }) =>
  low === null || high === null ? null : 100 * (high - low) / 2;

/** Our rows, with the paper's average and difference at the right. */
function mainTable({ rows, prompts }: AblationTable): Html {
  const splits = Object.keys(prompts);
  return dataTable({
    label: "One factor at a time: accuracy on the benchmarks",
    head: [
      "Setting",
      ...splits,
      "Average ± 95 %",
      "To the base [95 %]",
      "n",
      "p (Holm)",
      "Paper",
      "to its base",
    ],
    rows: rows.map((row): readonly HtmlPart[] => [
      cellName(row),
      ...splits.map((split) => formatFixed(100 * row.splits[split]!, 1)),
      row.average === null ? "–" : valueCell({
        value: 100 * row.average.mean,
        half: half(row.average),
        digits: 1,
        mark: row.standing,
      }),
      row.isBase ? "base" : pointsText(row.difference),
      row.difference?.n ?? row.average?.n ?? 0,
      row.isBase ? "–" : formatP(row.difference?.p ?? null),
      formatFixed(row.paper?.average ?? null, 1),
      row.isBase ? "base" : formatSigned(row.paper?.difference ?? null, 1),
    ]),
  });
}

/** The paper's rows, benchmark by benchmark, each beside ours. */
/** "128 prompts per benchmark", or the number in each. */
function promptsInWords({ prompts }: AblationTable): string {
  const counts = new Set(Object.values(prompts));
  return counts.size === 1
    ? `${[...counts][0]} prompts per benchmark`
    : Object.entries(prompts).map(([split, count]) => `${count} (${split})`).join(", ") +
      " prompts";
}

function paperTable({ rows, prompts }: AblationTable): Html {
  const splits = Object.keys(prompts);
  return dataTable({
    label: "The paper's Table 4 beside ours",
    head: [
      "Setting",
      ...splits.flatMap((split) => [split, PAPER_BENCHMARKS[split] ?? "–"]),
      "average",
      "paper's average",
    ],
    rows: rows.map((row) => [
      cellName(row),
      ...splits.flatMap((split) => {
        const at = Object.keys(PAPER_BENCHMARKS).indexOf(split);
        return [
          formatFixed(100 * row.splits[split]!, 1),
          formatFixed(row.paper?.benchmarks[at] ?? null, 1),
        ];
      }),
      formatFixed(row.average === null ? null : 100 * row.average.mean, 1),
      formatFixed(row.paper?.average ?? null, 1),
    ]),
  });
}

/** T_update in steps, as a share of the run, and in passes over the training set, here and there. */
function scales({ rows }: AblationTable): Html | null {
  const block = rows.filter(({ factor }) => factor === "refreshInterval");
  if (block.length === 0) return null;
  return markup`<h3>The two scales of T_update</h3>
<p>What an interval means depends on the length of the run. Each T here is put beside the paper's T that is the same share of the run.</p>
${
    dataTable({
      label: "T_update here and in the paper",
      head: [
        "T here (steps)",
        "Share of the run",
        "Refreshes in the run",
        "Passes over the pool",
        "T in the paper (steps)",
        "Share of its run",
        "Epochs",
      ],
      rows: block.map(({ value, arm: { config }, paper }) => {
        const { steps, batchSize } = config.training, interval = Number(value);
        const theirs = paper === null ? null : Number(paper.value);
        return [
          String(interval),
          formatShare(interval / steps, 0),
          String(Math.ceil(steps / interval)),
          formatFixed(interval * batchSize / datasetSize(config.dataset).pool, 2),
          theirs === null ? "–" : String(theirs),
          formatShare(theirs === null ? null : theirs / PAPER_STEPS, 0),
          formatFixed(theirs === null ? null : theirs / PAPER_STEPS_PER_EPOCH, 1),
        ];
      }),
    })
  }
<p><small>The paper's run: ${PAPER_STEPS} steps, ${PAPER_STEPS_PER_EPOCH} to a pass over its training set. Passes here count training prompts; every refresh scores the whole pool once more.</small></p>`;
}

function chartRows(
  rows: readonly AblationRow[],
  value: (row: AblationRow) => Omit<IntervalRow, "label">,
): readonly IntervalRow[] {
  return rows.flatMap((row, i) => {
    const gap = i > 0 && rows[i - 1]!.factor !== row.factor;
    const empty = { label: "", mean: null, low: null, high: null };
    const drawn = { label: named(row), ...value(row) };
    return gap ? [empty, drawn] : [drawn];
  });
}

const scaled = (value: number | null | undefined) => value == null ? null : 100 * value;

async function forest({ rows, comparisons }: AblationTable, context: ReportContext) {
  const average = chartRows(rows, ({ average }) => ({
    mean: scaled(average?.mean),
    low: scaled(average?.low),
    high: scaled(average?.high),
  }));
  const difference = chartRows(rows, ({ difference, isBase, paper }) => ({
    mean: isBase ? 0 : scaled(difference?.mean),
    low: scaled(difference?.low),
    high: scaled(difference?.high),
    other: isBase || paper === null ? null : paper.difference,
  }));
  const drawn = [
    panel(
      "Average over the benchmarks",
      await context.svg(
        intervalChart({ rows: average, xTitle: "accuracy, %" }),
        "Average accuracy by setting, with 95 % intervals",
      ),
    ),
    panel(
      "Difference to the base",
      await context.svg(
        intervalChart({ rows: difference, xTitle: "points", reference: 0 }),
        "Difference of the average to the base by setting, with 95 % intervals, beside the paper's",
      ),
    ),
  ];
  return figure({
    id: "figure-ablation",
    content: panels(drawn),
    caption: markup`Dots: means over seeds, ${
      countText(rows.flatMap(({ average }) => average?.n ?? []))
    }; lines: 95 % Student-t intervals, of the differences over runs with the same seed (uncorrected; the table has p-values corrected over ${comparisons} comparisons). Hollow diamonds: the paper's difference to its own base row, one run each. ${context.seedMeaning}`,
    data: csvLink("ablation", await data(rows)),
  });
}

function data(rows: readonly AblationRow[]) {
  const columns = ["factor", "value", "arm", "base", "n", "average", "low", "high", "difference"];
  const more = ["differenceLow", "differenceHigh", "pHolm", "paperAverage", "paperDifference"];
  const splits = Object.keys(rows[0]!.splits);
  type Row = Record<string, unknown>;
  return createTable<Row>(
    [...columns, ...more, ...splits, ...splits.map((split) => `paper_${split}`)],
    rows.map(({ factor, value, arm, isBase, average, difference, paper, splits: own }) => ({
      factor,
      value: JSON.stringify(value),
      arm: arm.name,
      base: isBase,
      n: average?.n ?? 0,
      average: average?.mean,
      low: average?.low,
      high: average?.high,
      difference: difference?.mean,
      differenceLow: difference?.low,
      differenceHigh: difference?.high,
      pHolm: difference?.p,
      paperAverage: paper?.average,
      paperDifference: paper?.difference,
      ...own,
      ...Object.fromEntries(
        splits.map((split) => [
          `paper_${split}`,
          paper?.benchmarks[Object.keys(PAPER_BENCHMARKS).indexOf(split)],
        ]),
      ),
    })),
  );
}

/** What the differences say, how they were judged, and what could have been seen; null before any can be. */
function findings(
  { rows, comparisons }: AblationTable,
): { readonly found: string; readonly method: string; readonly reach: string } | null {
  const tested = rows.filter(({ difference }) => difference?.p != null);
  const detected = tested.filter(({ difference }) => difference!.p! < 0.05);
  const halves = tested.map(({ difference }) => half(difference!)!).sort((a, b) => a - b);
  const typical = halves[Math.floor(halves.length / 2)];
  if (typical === undefined) return null;
  const list = detected.map((row) => `${rowName(row)} (${pointsText(row.difference)} points)`);
  const counts = [...new Set(tested.map(({ difference }) => difference!.n))].sort();
  return {
    found: detected.length === 0
      ? `None of ${comparisons} settings differs detectably from the base`
      : `${detected.length} of ${comparisons} settings differ from the base: ${list.join("; ")}`,
    method:
      `(average over the benchmarks, n = ${counts.join(", ")} seeds, paired by seed, Holm's ` +
      `correction over ${comparisons} comparisons)`,
    reach: `The intervals of the differences reach ± ${formatFixed(typical, 1)} points (median): ` +
      "smaller effects could not be seen by this design.",
  };
}

function summary(table: AblationTable): Html {
  const said = findings(table);
  return said === null
    ? markup`<p>No difference can be judged yet: each needs two seeds finished in a setting and in the base.</p>`
    : markup`<p><strong>${said.found}</strong> ${said.method}. ${said.reach}</p>`;
}

/** Settings of the section. */
export interface AblationTableOptions {
  /** `table4` of `reports/paper/tables.json`. */
  readonly paper: PaperAblation;
}

/** Table 4: one factor at a time around the base, in blocks. */
export function ablationTable({ paper }: AblationTableOptions): Section {
  return {
    id: "ablation",
    title: "One factor at a time (Table 4)",
    sentence: ({ results }) => {
      const table = tableOf(results, paper), said = table === null ? null : findings(table);
      return said === null ? null : `${said.found} ${said.method}. ${said.reach}`;
    },
    write: async (context) => {
      const table = tableOf(context.results, paper);
      if (table === null) return null;
      const { steps } = table.design.base.config.training;
      return markup`${summary(table)}
${mainTable(table)}
<p><small>Accuracy in per cent after ${steps} steps, one answer to each of ${
        promptsInWords(table)
      }. Average: each benchmark counts the same; ± half a 95 % Student-t interval over seeds, which says nothing about other prompts than these. Bold: the highest average; †: not shown to be below it (the 95 % interval of the difference, paired by seed, includes 0; uncorrected). The base stands in every block and is trained once. The paper's columns are from its Table 4, one run each.</small></p>
${await forest(table, context)}
${scales(table)}
${ablationNoise(table, paper)}
<h3>The paper's rows, benchmark by benchmark</h3>
${paperTable(table)}`;
    },
  };
}
