/** Accuracy by number of responses: what a policy can do at all, and how sure it is of it. */
import { tInterval } from "../../core/statistics.ts";
import { SAMPLED_METRICS, type SampledMetric, sampledRows } from "../../analysis/sampled.ts";
import { createTable } from "../../analysis/table.ts";
import { curveChart } from "../charts/curve_chart.ts";
import type { Section } from "../define_report.ts";
import { csvLink, dataTable, figure, legend, panel, panels, valueCell } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { drawnCurves, extentOf } from "./curves.ts";

const NAMES: Readonly<Record<SampledMetric, string>> = {
  passAtK: "pass@k",
  majorityAtK: "majority@k",
  worstAtK: "worst@k",
};

/** Mean over seeds ± half of its interval, in per cent. */
function percent(values: readonly number[]): Html {
  const { mean, high, n } = tInterval(values.map((value) => 100 * value));
  return valueCell({ value: mean, half: n < 2 ? null : high - mean, digits: 1 });
}

/**
 * pass@k, majority@k and worst@k on the validation split after the last step, against k; the table has pass@k before
 * training beside it. Left out where runs give one response to each prompt.
 */
export function passAtK(): Section {
  return {
    id: "pass-at-k",
    title: "Accuracy by number of responses",
    write: async ({ results, styles, replicates, svg }) => {
      const rows = results.arms.flatMap(sampledRows);
      if (rows.length === 0) return null;
      const table = await createTable(["arm", "seed", "k", "metric", "first", "last"], rows);
      const draws = [...new Set(rows.map(({ k }) => k))].sort((a, b) => a - b);
      const drawn = [];
      for (const metric of SAMPLED_METRICS) {
        const own = await createTable(
          ["arm", "seed", "k", "last"],
          rows.filter((row) => row.metric === metric),
        );
        const curves = drawnCurves(own, { x: "k", y: "last" });
        const [low, high] = extentOf([curves]);
        const spec = curveChart({
          ...curves,
          styles,
          xTitle: "responses, k",
          xDoublings: draws,
          yFormat: "~%",
          yDomain: [Math.max(0, low), Math.min(1, high)],
        });
        const title = NAMES[metric];
        drawn.push(panel(title, await svg(spec, `${title} against k, by arm`)));
      }
      const cells = results.arms.flatMap(({ name }) => {
        const own = rows.filter(({ arm }) => arm === name);
        const counts = [...new Set(own.map(({ k }) => k))].sort((a, b) => a - b);
        const valuesOf = (metric: SampledMetric, k: number, when: "first" | "last") =>
          own.filter((row) => row.metric === metric && row.k === k).map((row) => row[when]);
        return counts.map((k, i) => [
          i === 0 ? name : "",
          String(k),
          percent(valuesOf("passAtK", k, "first")),
          ...SAMPLED_METRICS.map((metric) => percent(valuesOf(metric, k, "last"))),
        ]);
      });
      const shown = figure({
        id: "figure-pass-at-k",
        legend: legend(styles),
        content: panels(drawn),
        caption:
          markup`Shares of validation prompts after the last step: pass@k, that k responses have a right one among them; majority@k, that the most frequent answer of k is right, equally frequent ones counting in part; worst@k, that all k are right. Drawn from each prompt's responses without replacement, which estimates all three without bias. Bold: mean over seeds; band: 95 % Student-t interval, ${replicates}; thin: single seeds.`,
        data: csvLink("pass_at_k", table),
      });
      return markup`${shown}
${
        dataTable({
          label: "Accuracy by number of responses",
          head: ["Arm", "k", "pass@k before", ...SAMPLED_METRICS.map((metric) => NAMES[metric])],
          rows: cells,
        })
      }
<p><small>In per cent; “before” is before training, the others after the last step. ±: half of a 95 % Student-t interval over seeds.</small></p>`;
    },
  };
}
