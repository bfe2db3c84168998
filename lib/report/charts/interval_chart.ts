/** A forest plot: an estimate with its interval per row, and beside it somebody else's value. */
import type { VegaLiteSpec } from "../../../deps.ts";
import { INK, MARK, QUIET } from "../render/theme.ts";

/** One row, or the heading of those that follow. */
export interface IntervalRow {
  readonly label: string;
  /** Null for a heading. */
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Drawn hollow beside it; null for none. */
  readonly other?: number | null;
  readonly colour?: string;
}

/** How a forest plot is drawn. */
export interface IntervalChartOptions {
  readonly rows: readonly IntervalRow[];
  readonly xTitle: string;
  /** A d3 format for the horizontal axis. */
  readonly xFormat?: string;
  /** Where an upright line stands, such as at no difference. */
  readonly reference?: number;
  readonly width?: number;
}

const ROW_HEIGHT = 19;

/** Estimates as dots on their intervals, other values as hollow diamonds; the first row is at the top. */
export function intervalChart(
  { rows, xTitle, xFormat = ",.6~r", reference, width = 350 }: IntervalChartOptions,
): VegaLiteSpec {
  const known = rows.map((row, i) => ({ colour: MARK, other: null, ...row, i }))
    .filter(({ mean }) => mean !== null);
  const y = {
    field: "i",
    type: "ordinal",
    scale: { type: "point", domain: rows.map((_, i) => i), padding: 0.6 },
    axis: {
      title: null,
      ticks: false,
      domain: false,
      grid: false,
      labelLimit: 260,
      labelOverlap: false,
      labelExpr: `${JSON.stringify(rows.map(({ label }) => label))}[datum.value]`,
      labelColor: INK,
    },
  } as const;
  const x = {
    type: "quantitative",
    scale: { zero: false, nice: true },
    axis: { title: xTitle, format: xFormat, tickCount: 6 },
  } as const;
  const colour = { field: "colour", type: "nominal", scale: null, legend: null } as const;
  const layers = [
    {
      data: { values: reference === undefined ? [] : [{ x: reference }] },
      mark: { type: "rule" as const, color: QUIET, strokeDash: [3, 3] },
      encoding: { x: { ...x, field: "x" } },
    },
    {
      data: { values: known.filter(({ low, high }) => low !== null && high !== null) },
      mark: { type: "rule" as const, strokeWidth: 2 },
      encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" }, color: colour },
    },
    {
      data: { values: known },
      mark: { type: "point" as const, filled: true, size: 48, opacity: 1 },
      encoding: { y, x: { ...x, field: "mean" }, color: colour },
    },
    {
      data: { values: known.filter(({ other }) => other !== null) },
      mark: {
        type: "point" as const,
        shape: "diamond" as const,
        filled: false,
        size: 58,
        strokeWidth: 1.4,
        opacity: 1,
        color: INK,
      },
      encoding: { y, x: { ...x, field: "other" } },
    },
  ].filter(({ data }) => data.values.length > 0);
  return {
    width,
    height: 40 + ROW_HEIGHT * rows.length,
    autosize: { type: "fit", contains: "padding" },
    padding: 2,
    layer: layers,
  };
}
