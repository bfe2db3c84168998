/** Is scoring worth its rollouts? Accuracy at one number of generated tokens, scoring counted. */
import {
  type ScoringCost,
  scoringCost as costOf,
  type ScoringCostRow,
} from "../../analysis/scoring_cost.ts";
import { createTable } from "../../analysis/table.ts";
import { curveChart } from "../charts/curve_chart.ts";
import { pointChart } from "../charts/point_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatCount, formatFixed, formatP, formatShare } from "../format.ts";
import { csvLink, dataTable, figure, legend, panel, panels, valueCell } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { bandTable, drawnCurves, extentOf } from "./curves.ts";
import { countText, pointsText } from "./estimates.ts";

const colourOf = ({ styles }: ReportContext, arm: string) =>
  styles.find(({ name }) => name === arm)!.colour;

async function shareChart({ rows, budget }: ScoringCost, context: ReportContext): Promise<Html> {
  const spec = (width: number, height: number) =>
    pointChart({
      points: rows.map(({ arm, scoringShare, accuracy }) => ({
        label: arm,
        colour: colourOf(context, arm),
        x: scoringShare,
        y: accuracy.mean,
        low: accuracy.low,
        high: accuracy.high,
      })),
      xTitle: "share of generated tokens spent on scoring",
      xFormat: ".0%",
      yFormat: "~g",
      width,
      height,
    });
  const label = "Validation accuracy at equal tokens against the share spent on scoring, by arm";
  const wide = await context.svg(spec(720, 320), label);
  const narrow = await context.svg(spec(356, 280), label);
  const key = rows.map(({ arm }, i) =>
    markup`<li><strong style="color:${colourOf(context, arm)}">${i + 1}</strong> ${arm}</li>`
  );
  const columns = [
    "arm",
    "n",
    "scoringShare",
    "trainingTokens",
    "scoringTokens",
    "stepsAtBudget",
    "accuracy",
    "low",
    "high",
    "area",
    "finalAccuracy",
    "toRandom",
    "toRandomLow",
    "toRandomHigh",
    "toRandomPHolm",
    "toBase",
    "toBaseLow",
    "toBaseHigh",
  ] as const;
  const table = await createTable<Record<typeof columns[number], unknown>>(
    columns,
    rows.map((row) => ({
      arm: row.arm,
      n: row.n,
      scoringShare: row.scoringShare,
      trainingTokens: row.trainingTokens,
      scoringTokens: row.scoringTokens,
      stepsAtBudget: row.steps,
      accuracy: row.accuracy.mean,
      low: row.accuracy.low,
      high: row.accuracy.high,
      area: row.area.mean,
      finalAccuracy: row.finalAccuracy.mean,
      toRandom: row.toRandom?.mean,
      toRandomLow: row.toRandom?.low,
      toRandomHigh: row.toRandom?.high,
      toRandomPHolm: row.toRandom?.p,
      toBase: row.toBase?.mean,
      toBaseLow: row.toBase?.low,
      toBaseHigh: row.toBase?.high,
    })),
  );
  return figure({
    id: "figure-scoring-cost",
    legend: markup`<ul class="legend">${key}</ul>`,
    content: markup`<div class="wide">${wide}</div><div class="narrow">${narrow}</div>`,
    caption: markup`Validation accuracy when a run had generated ${
      formatCount(budget)
    } tokens for training and scoring, linear between evaluations, against the share of these that went into scoring. Mean over seeds, ${
      countText(rows.map(({ n }) => n))
    }; upright lines: 95 % Student-t intervals. ${context.seedMeaning}`,
    data: csvLink("scoring_cost", table),
  });
}

async function curves({ rows }: ScoringCost, context: ReportContext): Promise<Html> {
  const { accuracy, styles, replicates } = context;
  const drawn = drawnCurves(accuracy, { x: "tokens", y: "accuracy" });
  const yDomain = extentOf([{ bands: drawn.bands, seeds: [] }]);
  const always = new Set(
    rows.filter(({ isRandom, isBase }) => isRandom || isBase).map(({ arm }) => arm),
  );
  const others = rows.filter(({ arm }) => !always.has(arm));
  const parts = [];
  for (const row of others) {
    const shown = styles.filter(({ name }) => always.has(name) || name === row.arm);
    const names = new Set(shown.map(({ name }) => name));
    const spec = curveChart({
      bands: drawn.bands.filter(({ arm }) => names.has(arm)),
      seeds: [],
      styles: shown,
      xTitle: "tokens generated (training + scoring)",
      xFormat: "~s",
      yFormat: ".2f",
      yDomain,
    });
    const label = `Validation accuracy against tokens generated, ${row.arm} beside ${
      [...always].join(" and ")
    }`;
    parts.push(panel(row.arm, await context.svg(spec, label)));
  }
  return figure({
    id: "figure-scoring-curves",
    legend: legend(styles.filter(({ name }) => rows.some(({ arm }) => arm === name))),
    content: panels(parts),
    caption: markup`Each setting beside ${
      [...always].map((arm) => `“${arm}”`).join(" and ")
    }. Bold: mean over seeds; band: 95 % Student-t interval for it, ${replicates}. Flat stretches: prompts are scored, tokens are spent, the policy stays as it is.`,
    data: csvLink("scoring_cost_curves", await bandTable({ accuracy: drawn.bands })),
  });
}

const half = ({ low, high }: ScoringCostRow["accuracy"]) =>
  low === null || high === null ? null : 100 * (high - low) / 2;

function costTable({ rows, random, base }: ScoringCost): Html {
  const best = rows.reduce((best, row) => row.accuracy.mean > best.accuracy.mean ? row : best);
  return dataTable({
    label: "Accuracy at equal tokens",
    head: [
      "Arm",
      "Tokens, training",
      "Tokens, scoring",
      "Scoring, % of the budget",
      "Steps at the budget",
      "Accuracy at the budget, %",
      `To ${random ?? "random"} [95 %]`,
      "p (Holm)",
      `To ${base ?? "base"} [95 %]`,
      "Area under the curve, %",
      `Area to ${random ?? "random"} [95 %]`,
      "At its own end, %",
      "n",
    ],
    rows: rows.map((row) => [
      row.arm,
      formatCount(row.trainingTokens),
      formatCount(row.scoringTokens),
      formatFixed(100 * row.scoringShare, 0),
      formatFixed(row.steps, 0),
      valueCell({
        value: 100 * row.accuracy.mean,
        half: half(row.accuracy),
        digits: 1,
        mark: row === best ? "best" : null,
      }),
      row.isRandom ? "–" : pointsText(row.toRandom),
      formatP(row.toRandom?.p ?? null),
      row.isBase ? "–" : pointsText(row.toBase),
      valueCell({ value: 100 * row.area.mean, half: half(row.area), digits: 1 }),
      row.isRandom ? "–" : pointsText(row.areaToRandom),
      valueCell({ value: 100 * row.finalAccuracy.mean, half: half(row.finalAccuracy), digits: 1 }),
      row.n,
    ]),
  });
}

/** `1 of 9 arms …`: what can be claimed at the budget. */
function summary({ rows, random, budget }: ScoringCost): Html {
  const tested = rows.filter(({ toRandom }) => toRandom?.p != null);
  if (random === null || tested.length === 0) {
    return markup`<p>No arm can be compared with uniform sampling yet: each needs two seeds finished in both.</p>`;
  }
  const clause = (sign: 1 | -1, word: string) => {
    const found = tested.filter(({ toRandom }) => toRandom!.p! < 0.05 && sign * toRandom!.mean > 0);
    return found.length === 0 ? [] : [
      `${word} with ${
        found.map(({ arm, toRandom, n }) => `“${arm}” (${pointsText(toRandom)} pp, n = ${n})`).join(
          ", ",
        )
      }`,
    ];
  };
  const clauses = [...clause(1, "higher"), ...clause(-1, "lower")];
  const rest = tested.filter(({ toRandom }) => toRandom!.p! >= 0.05).length;
  const said = [
    ...clauses,
    ...(rest === 0
      ? []
      : [`not detectably different with ${rest} of ${tested.length} arms that score`]),
  ].join("; ");
  const shares = tested.map(({ scoringShare }) => scoringShare);
  return markup`<p><strong>At ${
    formatCount(budget)
  } generated tokens, scoring included, validation accuracy against “${random}” was ${said}.</strong> The arms spent ${
    formatShare(Math.min(...shares), 0)
  } to ${
    formatShare(Math.max(...shares), 0)
  } of these tokens on scoring. Paired by seed, Holm's correction over ${tested.length} comparisons.</p>`;
}

/** Settings of the section. */
export interface ScoringCostOptions {
  /** Name of the setting of VAS that the others are compared with; by default the one in the middle. */
  readonly base?: string;
}

/** Accuracy per generated token against what was spent on scoring. */
export function scoringCost({ base }: ScoringCostOptions = {}): Section {
  return {
    id: "scoring-cost",
    title: "Accuracy per token, scoring counted",
    write: async (context) => {
      const found = costOf(context.results, base);
      if (found === null) return null;
      return markup`${summary(found)}
${await shareChart(found, context)}
${costTable(found)}
<p><small>The budget is what the cheapest run generated in all: each run is looked at when it had generated as much, wherever that was in its training. Tokens are means over whole runs, groups that were discarded counted as training; what was generated for measuring is left out. Area: mean height of the accuracy curve from 0 tokens to the budget. ± and brackets: 95 % Student-t intervals over seeds, differences paired by seed. Only the p-values of the differences to uniform sampling are corrected (Holm); all other columns are exploratory.</small></p>
<h3>Curves against tokens</h3>
${await curves(found, context)}`;
    },
  };
}
