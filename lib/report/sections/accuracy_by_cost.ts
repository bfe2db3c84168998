/** Validation accuracy against what it cost: the paper's x axis, and three that count the scoring too. */
import { curveChart } from "../charts/curve_chart.ts";
import type { Section } from "../define_report.ts";
import { csvLink, figure, legend, tabs } from "../html/figure.ts";
import { markup } from "../html/html.ts";
import { bandTable, type DrawnCurves, drawnCurves, extentOf, measuredOnly } from "./curves.ts";

const AXES = [
  {
    key: "rollouts",
    label: "rollouts generated",
    title: "rollouts generated (training + scoring)",
  },
  { key: "tokens", label: "tokens generated", title: "tokens generated (training + scoring)" },
  { key: "seconds", label: "seconds", title: "seconds of training and scoring" },
  { key: "step", label: "steps", title: "step" },
] as const;

/** One chart per axis behind tabs, in a wide and a narrow version. */
export function accuracyByCost(): Section {
  return {
    id: "cost-curves",
    title: "Accuracy by rollouts generated",
    write: async (context) => {
      const { accuracy, styles, replicates, seedMeaning, svg } = context;
      if (accuracy.numRows() === 0) return null;
      const options = [], all: Record<string, DrawnCurves["bands"]> = {};
      for (const { key, label, title } of AXES) {
        const table = key === "step" ? measuredOnly(accuracy) : accuracy;
        const curves = drawnCurves(table, { x: key, y: "accuracy" });
        all[key] = curves.bands;
        const chart = (width: number, height: number) =>
          svg(
            curveChart({
              ...curves,
              styles,
              xTitle: title,
              yFormat: ".2f",
              yDomain: extentOf([curves]),
              width,
              height,
            }),
            `Validation accuracy against ${title}, by arm`,
          );
        const wide = await chart(1040, 360), narrow = await chart(356, 260);
        options.push({
          label,
          content: markup`<div class="wide">${wide}</div><div class="narrow">${narrow}</div>`,
        });
      }
      return figure({
        id: "figure-cost-curves",
        legend: legend(styles),
        content: tabs("axis", options),
        caption:
          markup`Bold: mean over seeds; band: 95 % Student-t interval for it, ${replicates}; thin: single seeds. Rollouts, tokens and seconds count what was spent on training and on scoring prompts for the sampler; what was spent on measuring (evaluations, and the scoring repeated as a control) is left out. While prompts are scored, cost rises and the policy stays as it is: the flat stretches, whose accuracy is interpolated between evaluations. Where seeds were evaluated at different costs, each is interpolated linearly to common places before averaging. ${seedMeaning}`,
        data: csvLink("accuracy_by_cost", await bandTable(all)),
      });
    },
  };
}
