/** Pictures of the Variance-Progress theorem measured. */
import { createTable } from "../../analysis/table.ts";
import { scatterChart, type ScatterMean } from "../charts/scatter_chart.ts";
import type { ReportContext } from "../define_report.ts";
import { csvLink, figure, keyLegend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { HEAT, QUIET } from "../render/theme.ts";
import { innerDomain, plainNumber, probeCaption, thinned } from "./probe_text.ts";
import type { MeasuredProgress } from "./variance_progress.ts";

/** Points drawn in one panel at most. */
const MOST_POINTS = 600;
const VARIANCE_AXIS = [0, 0.26] as const;

/** ‖∇J‖² and its ratio to Var[R] against Var[R]. */
export async function gradientFigure(
  { set, gradient }: MeasuredProgress,
  index: number,
  data: { readonly toCSV: () => string } | null,
  context: ReportContext,
): Promise<Html> {
  const { bins, constant } = gradient;
  const points = thinned(
    set.rows.map((row) => ({ x: row.freshVariance, y: row.squaredGradNorm })),
    MOST_POINTS,
  );
  const mean = (pick: "squaredNorm" | "ratio"): readonly ScatterMean[] =>
    bins.map((bin) => {
      const { value, low, high } = bin[pick];
      return { x: bin.variance, y: value, low, high };
    });
  const shared = { xTitle: "Var[R]", xDomain: VARIANCE_AXIS, yFormat: "~s" } as const;
  const norms = scatterChart({
    ...shared,
    points,
    series: [{ colour: HEAT, means: mean("squaredNorm") }],
    lines: [VARIANCE_AXIS.map((x) => ({ x, y: constant.value * x }))],
    yDomain: innerDomain(points.map(({ y }) => y)),
  });
  const ratios = scatterChart({
    ...shared,
    series: [{ colour: HEAT, means: mean("ratio") }],
    lines: [VARIANCE_AXIS.map((x) => ({ x, y: constant.value }))],
  });
  return figure({
    id: `figure-gradient-norm-${index}`,
    legend: keyLegend([
      { label: "mean of a variance bin, 95 % interval", colour: HEAT, mark: "line", dash: [1, 0] },
      { label: "a prompt and seed", colour: QUIET, mark: "bar", dash: [1, 0] },
      { label: "c_min·Var[R]", colour: QUIET, mark: "line", dash: [3, 3] },
    ]),
    content: panels([
      panel("Squared gradient norm", await context.svg(norms, "‖∇J‖² against Var[R]")),
      panel("Its ratio to Var[R]", await context.svg(ratios, "‖∇J‖²/Var[R] against Var[R]")),
    ]),
    caption: markup`${
      probeCaption(set, context)
    } ‖∇J‖²: the mean product of the gradients of disjoint groups of ${set.config.algorithm.groupSize} rollouts, each reward less the mean of the group's others; unbiased, so single estimates can be negative. Prompts are binned by the variance of other rollouts than those that norm and ratio are from. The upright axis leaves out the outermost hundredth of points on either side.`,
    ...(data === null ? {} : { data: csvLink("variance_progress", data) }),
  });
}

/** Gain against Var[R] beside the bound, a panel for each step size. */
export async function gainFigure(
  { set, steps, gradient }: MeasuredProgress,
  index: number,
  context: ReportContext,
): Promise<Html> {
  const drawn = await Promise.all(steps.map(async ({ stepSize, bins, measure }) => {
    const slope = stepSize * gradient.constant.value / 4;
    const chart = scatterChart({
      series: [{
        colour: HEAT,
        means: bins.map(({ variance, gain: { value, low, high } }) => ({
          x: variance,
          y: value,
          low,
          high,
        })),
      }],
      lines: [VARIANCE_AXIS.map((x) => ({ x, y: slope * x }))],
      xTitle: "Var[R]",
      xDomain: VARIANCE_AXIS,
      width: 300,
      height: 190,
    });
    const how = measure === "weighted" ? "importance weights" : "new rollouts, same random numbers";
    return panel(
      `η = ${stepSize}`,
      await context.svg(chart, `One-step gain against Var[R] at step size ${stepSize}`),
      how,
    );
  }));
  type Row = Record<string, unknown>;
  const table = await createTable<Row>(
    ["stepSize", "measure", "variance", "count", "gain", "low", "high", "bound", "verdict"],
    steps.flatMap(({ stepSize, measure, bins }) =>
      bins.map(({ gain, ...bin }) => ({
        stepSize,
        measure,
        ...bin,
        gain: gain.value,
        low: gain.low,
        high: gain.high,
      }))
    ),
  );
  return figure({
    id: `figure-gain-${index}`,
    legend: keyLegend([
      {
        label: "mean gain of a variance bin, 95 % interval",
        colour: HEAT,
        mark: "line",
        dash: [1, 0],
      },
      { label: "the bound η(c/4)·Var[R]", colour: QUIET, mark: "line", dash: [3, 3] },
    ]),
    content: panels(drawn),
    caption: markup`Gain J(θ + ηg) − J(θ) of a step on one prompt. ${
      probeCaption(set, context)
    } c = ${
      plainNumber(gradient.constant.value)
    }. Small steps are measured by importance weights π_θ⁺/π_θ on rollouts at θ, while these leave at least 0.9 of the rollouts for nine in ten prompts; larger ones by as many new rollouts at θ + ηg with the same random numbers.`,
    data: csvLink(`gains_${index}`, table),
  });
}
