/** The paper's Figure 3: where scores lie at each refresh, and how prompts move; beside it, the control. */
import { tInterval } from "../../core/statistics.ts";
import type { Binning } from "../../analysis/binning.ts";
import {
  type ScoreDynamics,
  scoreDynamics as dynamicsOf,
  type ScoreTransition,
} from "../../analysis/score_dynamics.ts";
import { createTable } from "../../analysis/table.ts";
import { shareWithin, type TransitionMatrix } from "../../analysis/transition.ts";
import { heatChart } from "../charts/heat_chart.ts";
import { histogramChart } from "../charts/histogram_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatFixed, formatNumber } from "../format.ts";
import { csvLink, dataTable, figure, keyLegend, pair, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { INK } from "../render/theme.ts";
import { flowTable, stability } from "./score_flow.ts";

/** `reports/paper/fig3.json`. */
export interface PaperDynamics {
  readonly source: string;
  readonly bins: number;
  readonly vpsHistogram: readonly { readonly step: number; readonly counts: readonly number[] }[];
  readonly transition: readonly {
    readonly fromStep: number;
    readonly toStep: number;
    readonly counts: TransitionMatrix;
  }[];
}

/** Settings of the section. */
export interface ScoreDynamicsOptions {
  readonly paper: PaperDynamics;
  /** Equal bins over the possible range. */
  readonly bins?: number;
}

/** A share of a bin's prompts with the full colour. */
const FULL_COLOUR = 0.6;

/** Counts as shares of their row: where the prompts of a bin went. */
function rowShares(counts: TransitionMatrix): readonly (readonly number[])[] {
  return counts.map((row) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return row.map((count) => sum === 0 ? 0 : count / sum);
  });
}

const binLabels = ({ bins, kind }: Binning) =>
  bins.map(({ low }) => formatNumber(low, kind === "levels" ? 3 : 2));

/** `0.31 ± 0.03` over seeds: Student-t intervals are symmetric. */
function shareText(values: readonly number[]): string {
  if (values.length === 0) return "–";
  const { mean, high, n } = tInterval(values);
  return n < 2 ? formatFixed(mean, 2) : `${formatFixed(mean, 2)} ± ${formatFixed(high - mean, 2)}`;
}

function matrixChart(counts: TransitionMatrix, labels: readonly string[]) {
  return heatChart({
    rows: rowShares(counts),
    rowLabels: labels,
    columnLabels: labels,
    labelEvery: Math.max(1, Math.ceil(labels.length / 4)),
    xTitle: "VPS after",
    yTitle: "VPS before",
    most: FULL_COLOUR,
    width: 205,
    height: 195,
  });
}

async function histograms(dynamics: ScoreDynamics, colour: string, context: ReportContext) {
  const { binning, histograms } = dynamics;
  const most = Math.max(
    ...histograms.flatMap(({ counts, control }) => [...counts, ...control ?? []]),
  );
  return panels(
    await Promise.all(histograms.map(async ({ step, counts, control }) => {
      const chart = histogramChart({ ...binning, counts, control, most, colour, xTitle: "VPS" });
      const label = `Histogram of scores at step ${step}, ${dynamics.arm}`;
      return panel(`Step ${step}`, await context.svg(chart, label));
    })),
    "small",
  );
}

const transitionTitle = ({ control, fromStep, toStep }: ScoreTransition) =>
  control ? `Control, step ${fromStep}` : `Step ${fromStep} → ${toStep}`;

/** Movement between refreshes above, the control at the same refresh below. */
async function matrices(dynamics: ScoreDynamics, context: ReportContext) {
  const labels = binLabels(dynamics.binning);
  const draw = async (transition: ScoreTransition | undefined) => {
    if (transition === undefined) return null;
    const title = transitionTitle(transition);
    const label = `Transition matrix, ${title}, ${dynamics.arm}`;
    const svg = await context.svg(matrixChart(transition.counts, labels), label);
    return panel(title, svg, `diagonal ${formatFixed(tInterval(transition.diagonal).mean, 2)}`);
  };
  const steps = Map.groupBy(dynamics.transitions, ({ fromStep }) => fromStep);
  const pairs = [...steps.values()].map(async (found) =>
    pair(
      await draw(found.find(({ control }) => !control)),
      await draw(found.find(({ control }) => control)),
    )
  );
  return panels(await Promise.all(pairs), "paired");
}

function shareTable(
  { arm, transitions }: ScoreDynamics,
  { transition: theirs }: PaperDynamics,
): Html {
  const steps = Map.groupBy(transitions, ({ fromStep }) => fromStep);
  return dataTable({
    label: `Shares of prompts that stay in their bin, ${arm}`,
    head: [
      "Refreshes",
      "Same bin",
      "control",
      "paper",
      "Within one bin",
      "control",
      "paper",
      "Correlation",
      "control",
    ],
    rows: [...steps].map(([step, found]) => {
      const move = found.find(({ control }) => !control);
      const again = found.find(({ control }) => control);
      const paper = move && theirs.find(({ fromStep }) => fromStep === step);
      const shareOf = (distance: number) =>
        paper === undefined ? "–" : formatFixed(shareWithin(paper.counts, distance), 2);
      return [
        move === undefined ? `${step} (last)` : `${step} → ${move.toStep}`,
        shareText(move?.diagonal ?? []),
        shareText(again?.diagonal ?? []),
        shareOf(0),
        shareText(move?.withinOne ?? []),
        shareText(again?.withinOne ?? []),
        shareOf(1),
        shareText(move?.correlation ?? []),
        shareText(again?.correlation ?? []),
      ];
    }),
  });
}

function data(dynamics: ScoreDynamics) {
  const { binning: { bins }, histograms, transitions } = dynamics;
  const columns = [
    "table",
    "fromStep",
    "toStep",
    "control",
    "binBefore",
    "binAfter",
    "prompts",
  ] as const;
  const rows: Record<typeof columns[number], unknown>[] = [];
  for (const { step, counts, control } of histograms) {
    bins.forEach(({ low }, bin) => {
      const place = {
        table: "histogram",
        fromStep: step,
        toStep: step,
        binBefore: low,
        binAfter: low,
      };
      rows.push({ ...place, control: false, prompts: counts[bin] });
      if (control !== null) rows.push({ ...place, control: true, prompts: control[bin] });
    });
  }
  for (const { fromStep, toStep, control, counts } of transitions) {
    counts.forEach((row, i) =>
      row.forEach((prompts, j) => {
        if (prompts === 0) return;
        const bin = { binBefore: bins[i]!.low, binAfter: bins[j]!.low };
        rows.push({ table: "transition", fromStep, toStep, control, ...bin, prompts });
      })
    );
  }
  return createTable<typeof rows[number]>(columns, rows);
}

function binningText({ binning: { kind, bins }, scoringRollouts }: ScoreDynamics): string {
  return kind === "levels"
    ? `The scores of ${scoringRollouts} rollouts take only ${bins.length} values, so each value has a bin of its own`
    : `${bins.length} equal bins over the possible range, 0 to ${
      Number(bins.at(-1)!.high.toPrecision(3))
    }`;
}

async function armFigure(
  dynamics: ScoreDynamics,
  paper: PaperDynamics,
  context: ReportContext,
  index: number,
): Promise<Html> {
  const { arm, prompts, scoringRollouts, seeds, refreshes, histograms: shown } = dynamics;
  const selection = shown.length < refreshes
    ? ` ${shown.length} of ${refreshes} refreshes, evenly spaced, each with the movement to the one after it.`
    : "";
  const colour = context.styles.find(({ name }) => name === arm)!.colour;
  return figure({
    id: `figure-scores-${index}`,
    content: markup`
      <h3>${arm}: scores at each refresh</h3>
      ${
      keyLegend([
        { label: "scores the sampler used", colour, mark: "bar", dash: [1, 0] },
        {
          label: "control: scored again, policy unchanged",
          colour: INK,
          mark: "outline",
          dash: [1, 0],
        },
      ])
    }
      ${await histograms(dynamics, colour, context)}
      <h3>${arm}: movement between bins</h3>
      ${await matrices(dynamics, context)}
      ${shareTable(dynamics, paper)}
      <h3>${arm}: flow up and down, and ranking</h3>
      ${flowTable(dynamics, paper.transition)}
      ${stability(dynamics)}
    `,
    caption:
      markup`${prompts} prompts, ${scoringRollouts} scoring rollouts each, n = ${seeds.length} ${
        seeds.length === 1 ? "seed" : "seeds"
      }. ${
        binningText(dynamics)
      }.${selection} Histograms: mean count over seeds. Matrices: all seeds together; each row is a bin before, coloured by the share of its prompts that went to each bin after (full colour from ${
        100 * FULL_COLOUR
      } %). Tables: mean over seeds ± half a 95 % Student-t interval; the paper's columns: its movement from the same step on, 14 steps long. Up and down: shares of prompts that change to a higher or lower bin, and the mean move of all prompts; rank correlation: Spearman's, of the scores themselves. The control scores the same policy a second time: what moves there is scoring noise, and only a difference to it says anything about training.`,
    data: csvLink(`scores_${index}`, await data(dynamics)),
  });
}

async function paperFigure(paper: PaperDynamics, { svg }: ReportContext): Promise<Html> {
  const bins = Array.from({ length: paper.bins }, (_, i) => ({ low: i + 1, high: i + 2 }));
  const labels = bins.map(({ low }) => String(low));
  const most = Math.max(...paper.vpsHistogram.flatMap(({ counts }) => counts));
  const bars = await Promise.all(paper.vpsHistogram.map(async ({ step, counts }) => {
    const chart = histogramChart({
      bins,
      kind: "bins",
      counts,
      control: null,
      most,
      xTitle: "bin",
    });
    return panel(`Paper, step ${step}`, await svg(chart, `The paper's histogram, step ${step}`));
  }));
  const heat = await Promise.all(paper.transition.map(async ({ fromStep, toStep, counts }) => {
    const title = `Paper, step ${fromStep} → ${toStep}`;
    const note = `diagonal ${formatFixed(shareWithin(counts, 0), 2)}, within one bin ${
      formatFixed(shareWithin(counts, 1), 2)
    }`;
    return panel(title, await svg(matrixChart(counts, labels), title), note);
  }));
  return figure({
    id: "figure-scores-paper",
    content: markup`<h3>The paper's Figure 3</h3>${panels(bars, "small")}${panels(heat, "small")}`,
    caption: markup`${paper.source}. One run, no control; rows coloured as above.`,
  });
}

/** Figure 3 for every arm that scores prompts, then the paper's. */
export function scoreDynamics({ paper, bins = 20 }: ScoreDynamicsOptions): Section {
  return {
    id: "scores",
    title: "Score dynamics (Figure 3)",
    write: async (context) => {
      const figures: Html[] = [];
      for (const arm of context.results.arms) {
        const dynamics = await dynamicsOf(arm, { bins });
        if (dynamics !== null) {
          figures.push(await armFigure(dynamics, paper, context, figures.length + 1));
        }
      }
      if (figures.length === 0) return null;
      return markup`${figures}${await paperFigure(paper, context)}`;
    },
  };
}
