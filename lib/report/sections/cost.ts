/** What the arms cost: rollouts and tokens by purpose, seconds by phase. */
import { type CostRow, costTable, type MeanCost, meanCosts } from "../../analysis/cost.ts";
import type { Section } from "../define_report.ts";
import { formatCount, formatFixed } from "../format.ts";
import { csvLink, dataTable } from "../html/figure.ts";
import { type HtmlPart, markup } from "../html/html.ts";

type CostColumn = Exclude<keyof CostRow, "arm" | "seed">;

const COUNTS: readonly (readonly [string, CostColumn])[] = [
  ["Rollouts, training", "trainingRollouts"],
  ["Rollouts, scoring", "scoringRollouts"],
  ["Rollouts, measuring", "validationRollouts"],
  ["Tokens, training", "trainingTokens"],
  ["Tokens, scoring", "scoringTokens"],
  ["Tokens, measuring", "validationTokens"],
];

const SECONDS: readonly (readonly [string, CostColumn])[] = [
  ["Seconds, drawing prompts", "drawSeconds"],
  ["Seconds, rollouts", "rolloutSeconds"],
  ["Seconds, rewards", "rewardSeconds"],
  ["Seconds, reference", "referenceSeconds"],
  ["Seconds, updates", "updateSeconds"],
  ["Seconds, scoring", "scoringSeconds"],
  ["Seconds, measuring", "measuringSeconds"],
];

/** Means over seeds, per run. */
export function cost(): Section {
  return {
    id: "cost",
    title: "Cost",
    write: async ({ results, replicates }) => {
      const table = await costTable(results);
      if (table.numRows() === 0) return null;
      const means = await meanCosts(table);
      const row = (
        label: string,
        valueOf: (mean: MeanCost) => number,
        format: (value: number) => string,
      ): readonly HtmlPart[] => [label, ...means.map((mean) => format(valueOf(mean)))];
      const sum = (columns: readonly (readonly [string, CostColumn])[]) => (mean: MeanCost) =>
        columns.reduce((total, [, column]) => total + mean[column], 0);
      const seconds = (value: number) => formatFixed(value, value < 1 ? 2 : 1);
      return markup`${
        dataTable({
          label: "Cost by arm",
          head: ["Mean per run", ...means.map(({ arm }) => arm)],
          rows: [
            ...COUNTS.map(([label, column]) => row(label, (mean) => mean[column], formatCount)),
            ...SECONDS.map(([label, column]) => row(label, (mean) => mean[column], seconds)),
            row("Seconds, all of these", sum(SECONDS), seconds),
          ],
        })
      }
<p><small>Mean over seeds, ${replicates}. Scoring is part of what a sampler costs; measuring (evaluations, and the scoring repeated as a control) is not. Seconds are of one process with one thread; runs may have shared the machine with others.</small> ${
        csvLink("cost", table, "data by seed (CSV)")
      }</p>`;
    },
  };
}
