/** The paper's Table 3: what cold start, reinforcement learning and variance-aware sampling add. */
import { PAPER_BENCHMARKS } from "../../analysis/benchmark.ts";
import {
  type PaperStages,
  type Stage,
  type StageRow,
  type StageTable,
  stageTable as tableOf,
} from "../../analysis/stages.ts";
import { createTable } from "../../analysis/table.ts";
import { intervalChart } from "../charts/interval_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatFixed, formatP } from "../format.ts";
import { csvLink, dataTable, figure, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { countText, percentText, pointsText } from "./estimates.ts";

const NAMES: Readonly<Record<Stage, string>> = {
  base: "base (untrained)",
  coldStart: "cold start",
  grpo: "+ GRPO",
  vas: "+ VAS",
};

const paperOf = ({ paper }: StageRow, split: string): number | null =>
  paper?.values[Object.keys(PAPER_BENCHMARKS).indexOf(split)] ?? null;

function mainTable({ rows, prompts }: StageTable): Html {
  const splits = Object.keys(prompts);
  return dataTable({
    label: "Accuracy after each stage",
    head: [
      "Stage",
      ...splits.map((split) => markup`${split} [95 %] <small>(${prompts[split]!})</small>`),
      "Average [95 %]",
      "n",
    ],
    rows: rows.map((row) => [
      NAMES[row.stage],
      ...splits.map((split) => percentText(row.splits[split] ?? null)),
      percentText(row.average),
      row.average.n,
    ]),
  });
}

function gainTable({ rows, prompts }: StageTable): Html {
  const splits = Object.keys(prompts);
  const gained = rows.flatMap((row, i) => row.gain === null ? [] : [{ ...row, gain: row.gain, i }]);
  return dataTable({
    label: "Differences between successive stages",
    head: [
      "From → to",
      "Average [95 %]",
      "n",
      "p (Holm)",
      "Paper",
      ...splits,
    ],
    rows: gained.map(({ stage, gain, i, paper }) => {
      const theirs = paper?.values.at(-1), before = rows[i - 1]!.paper?.values.at(-1);
      return [
        `${NAMES[rows[i - 1]!.stage]} → ${NAMES[stage]}`,
        pointsText(gain.average),
        gain.average.n,
        formatP(gain.average.p),
        theirs === undefined || before === undefined
          ? "–"
          : pointsText({ mean: (theirs - before) / 100, low: null, high: null, n: 1 }),
        ...splits.map((split) => pointsText(gain.splits[split] ?? null)),
      ];
    }),
  });
}

function paperTable({ rows, prompts }: StageTable): Html {
  const splits = Object.keys(prompts);
  return dataTable({
    label: "The paper's Table 3",
    head: ["Row", ...splits.map((split) => PAPER_BENCHMARKS[split] ?? split), "Average"],
    rows: rows.flatMap((row) =>
      row.paper === null ? [] : [[
        row.paper.name,
        ...splits.map((split) => formatFixed(paperOf(row, split), 1)),
        formatFixed(row.paper.values.at(-1) ?? null, 1),
      ]]
    ),
  });
}

async function chart({ rows }: StageTable, context: ReportContext): Promise<Html> {
  const percent = (value: number | null) => value === null ? null : 100 * value;
  const drawn = rows.map(({ stage, average, paper }) => ({
    label: NAMES[stage],
    mean: 100 * average.mean,
    low: percent(average.low),
    high: percent(average.high),
    other: paper?.values.at(-1) ?? null,
  }));
  const columns = ["stage", "arm", "split", "n", "mean", "low", "high"] as const;
  const more = ["gain", "gainLow", "gainHigh", "gainP", "paper"] as const;
  const table = await createTable<Record<string, unknown>>(
    [...columns, ...more],
    rows.flatMap((row) =>
      [...Object.keys(row.splits), "average"].map((split) => {
        const own = row.splits[split] ?? row.average;
        const gain = row.gain?.splits[split] ?? row.gain?.average;
        return {
          stage: row.stage,
          arm: row.arm,
          split,
          n: own.n,
          mean: own.mean,
          low: own.low,
          high: own.high,
          gain: gain?.mean,
          gainLow: gain?.low,
          gainHigh: gain?.high,
          gainP: gain?.p,
          paper: split === "average" ? row.paper?.values.at(-1) : paperOf(row, split),
        };
      })
    ),
  );
  return figure({
    id: "figure-stages",
    content: panels([
      panel(
        "Average over the benchmarks",
        await context.svg(
          intervalChart({ rows: drawn, xTitle: "accuracy, %" }),
          "Average accuracy after each stage, with 95 % intervals, beside the paper's",
        ),
      ),
    ]),
    caption: markup`Dots: means over policies, ${
      countText(rows.map(({ average }) => average.n))
    }; lines: 95 % Student-t intervals. Hollow diamonds: the paper's averages, one run each, on other benchmarks: only the differences between stages can be compared. p-values in the data are corrected for the averages only (Holm).`,
    data: csvLink("stages", table),
  });
}

/** `Reinforcement learning with VAS added +0.3 points [..]`. */
function sentences({ rows }: StageTable): readonly {
  readonly text: string;
  readonly verdict: string;
}[] {
  const subjects: Readonly<Record<Stage, string>> = {
    base: "",
    coldStart: "The cold start",
    grpo: "GRPO on top of it",
    vas: "VAS instead of uniform sampling",
  };
  return rows.flatMap(({ stage, gain }) => {
    if (gain === null) return [];
    const { low, high, p, n } = gain.average;
    const detected = low !== null && high !== null && p !== null && (low > 0 || high < 0) &&
      p < 0.05;
    const verdict = low === null
      ? "too few seeds to judge"
      : detected
      ? "detected"
      : "not detectable";
    const change = pointsText(gain.average);
    return [{
      text: `${subjects[stage]} changed the average by ${change} points (n = ${n})`,
      verdict,
    }];
  });
}

/** Settings of the section. */
export interface StageTableOptions {
  /** `table3` of `reports/paper/tables.json`. */
  readonly paper: PaperStages;
}

/** Table 3 with intervals; differences between successive stages are paired by seed. */
export function stageTable({ paper }: StageTableOptions): Section {
  return {
    id: "stages",
    title: "Stages of training (Table 3)",
    sentence: ({ results }) => {
      const table = tableOf(results, paper);
      const said = table === null ? [] : sentences(table);
      return said.length === 0
        ? null
        : said.map(({ text, verdict }) => `${text}: ${verdict}`).join("; ") + ".";
    },
    write: async (context) => {
      const table = tableOf(context.results, paper);
      if (table === null) return null;
      const { coldStarts, seeds } = table;
      const shared = coldStarts < seeds.length
        ? `${seeds.length} seeds share ${coldStarts} ${
          coldStarts === 1 ? "cold start" : "cold starts"
        }: base and cold start count each policy once, and differences to them vary with reinforcement learning only`
        : `each of ${seeds.length} seeds has a cold start of its own, from initial parameters on, so that the intervals include what the supervised stage varies`;
      const items = sentences(table).map(({ text, verdict }) =>
        markup`<li>${text}: <strong>${verdict}</strong>.</li>`
      );
      return markup`<ul class="answer">${items}</ul>
<h3>Accuracy after each stage</h3>
${mainTable(table)}
<p><small>Per cent; in brackets the number of prompts. Mean over policies with a 95 % Student-t interval; ${shared}. The base is the untrained policy: unlike the paper's, it was never trained on anything.</small></p>
${await chart(table, context)}
<h3>What each stage adds</h3>
${gainTable(table)}
<p><small>Percentage points with 95 % intervals, each stage less the one before it, paired by seed; the paper's differences are of its averages; “+ VAS” is compared with “+ GRPO” from the same cold start. Averages: p-values corrected over the stages (Holm); single benchmarks are exploratory.</small></p>
<h3>The paper's rows</h3>
${paperTable(table)}
<p><small>One run per row, other benchmarks, another policy.</small></p>`;
    },
  };
}
