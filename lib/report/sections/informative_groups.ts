/** The share of groups that carry a gradient, along training: what variance-aware sampling is meant to raise. */
import type { ExperimentResults } from "../../analysis/results.ts";
import { curveChart } from "../charts/curve_chart.ts";
import type { Section } from "../define_report.ts";
import { csvLink, figure, legend, panel, panels } from "../html/figure.ts";
import { markup } from "../html/html.ts";
import { drawnCurves, extentOf, metricTable } from "./curves.ts";

const METRICS = [
  { key: "informativeGroups", title: "Informative groups (share of the batch)", format: "~%" },
  { key: "duplicatePrompts", title: "Repeated prompts (slots per batch)", format: "~g" },
  { key: "entropy", title: "Entropy", format: "~g" },
] as const;

/** Entropy is measured on the distribution that tokens are sampled from. */
function entropyTitle({ arms }: ExperimentResults): string {
  const temperatures = new Set(arms.map(({ config }) => config.decoding.temperature));
  const at = temperatures.size === 1
    ? `temperature ${[...temperatures].join("")}`
    : "each arm's temperature";
  return `Entropy (nats per token at ${at})`;
}

/** By arm, with what else drawing by score changes: repeated prompts and entropy. */
export function informativeGroups(
  { stepsPerPoint = 5 }: { readonly stepsPerPoint?: number } = {},
): Section {
  return {
    id: "informative",
    title: "Informative groups",
    write: async ({ results, steps, styles, replicates, svg }) => {
      if (steps.numRows() === 0) return null;
      const drawn = [], all: Record<string, ReturnType<typeof drawnCurves>["bands"]> = {};
      let block = stepsPerPoint;
      for (const { key, title: name, format } of METRICS) {
        const title = key === "entropy" ? entropyTitle(results) : name;
        const curves = drawnCurves(steps, { x: "step", y: key, block: stepsPerPoint });
        block = curves.block;
        all[key] = curves.bands;
        const [low, high] = extentOf([curves]);
        const spec = curveChart({
          ...curves,
          styles,
          xTitle: "step",
          yFormat: format,
          yDomain: [Math.max(0, low), high],
        });
        drawn.push(panel(title, await svg(spec, `${title} against step, by arm`)));
      }
      return figure({
        id: "figure-informative",
        legend: legend(styles),
        content: panels(drawn),
        caption:
          markup`A group is informative when its rollouts do not all get the same reward; the others have no gradient. Repeated prompts are batch slots whose prompt already stands in the same batch: drawing by score repeats the favourites. Entropy is that of the distribution tokens are sampled from, at the sampling temperature. Means over ${block} successive steps; bold: mean over seeds; band: 95 % Student-t interval, ${replicates}; thin: single seeds.`,
        data: csvLink("informative_groups", await metricTable(all)),
      });
    },
  };
}
