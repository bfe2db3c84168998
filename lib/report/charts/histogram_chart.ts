/** How many prompts lie in each score bin; the control as an outline. */
import type { VegaLiteSpec } from "../../../deps.ts";
import type { Binning } from "../../analysis/binning.ts";
import { INK, MARK } from "../render/theme.ts";

/** How a histogram is drawn. */
export interface HistogramChartOptions {
  readonly bins: Binning["bins"];
  readonly kind: Binning["kind"];
  readonly counts: readonly number[];
  readonly control: readonly number[] | null;
  readonly xTitle: string;
  /** Upper end of the vertical axis, to share between charts. */
  readonly most: number;
  readonly colour?: string;
  readonly width?: number;
  readonly height?: number;
}

/** Bars for the scores; a stepped line for the control. Levels stand side by side, whatever their distance. */
export function histogramChart(
  { bins, kind, counts, control, xTitle, most, colour = MARK, width = 210, height = 130 }:
    HistogramChartOptions,
): VegaLiteSpec {
  const edges = bins.map(({ low, high }, i) =>
    kind === "levels" ? { from: i, to: i + 1, middle: i + 0.5 } : { from: low, to: high, middle: 0 }
  );
  const values = edges.map((edge, i) => ({ ...edge, count: counts[i]!, again: control?.[i] ?? 0 }));
  const last = edges.at(-1)?.to ?? 1;
  const labels = bins.map(({ low }) => low.toPrecision(2));
  const every = Math.ceil(bins.length / 6);
  const axis = kind === "bins" ? { title: xTitle, grid: false, tickCount: 4, format: "~g" } : {
    title: xTitle,
    grid: false,
    values: edges.filter((_, i) => i % every === 0).map(({ middle }) => middle),
    labelExpr: `${JSON.stringify(labels)}[floor(datum.value)]`,
  };
  const x = {
    field: "from",
    type: "quantitative" as const,
    scale: { domain: [edges[0]?.from ?? 0, last], nice: false },
    axis,
  };
  const y = {
    field: "count",
    type: "quantitative" as const,
    scale: { domain: [0, most] },
    axis: { title: null, tickCount: 3, format: "~s" },
  };
  const bars = {
    data: { values },
    mark: { type: "rect" as const, color: colour },
    encoding: { x, x2: { field: "to" }, y, y2: { datum: 0 } },
  };
  const outline = {
    // The outline ends where the last bin does: its count stands there once more.
    data: { values: [...values, { ...values.at(-1)!, from: last, to: last }] },
    mark: {
      type: "line" as const,
      interpolate: "step-after" as const,
      color: INK,
      strokeWidth: 1.2,
    },
    encoding: { x, y: { ...y, field: "again" } },
  };
  return {
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    padding: 2,
    layer: control === null ? [bars] : [bars, outline],
  };
}
