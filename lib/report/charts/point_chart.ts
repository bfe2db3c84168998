/** Arms in a plane: a quantity with its interval against another. */
import type { VegaLiteSpec } from "../../../deps.ts";
import { INK } from "../render/theme.ts";

/** One arm. */
export interface ChartPoint {
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** How the points are drawn. */
export interface PointChartOptions {
  readonly points: readonly ChartPoint[];
  readonly xTitle: string;
  /** d3 formats of the axes. */
  readonly xFormat: string;
  readonly yFormat: string;
  readonly width?: number;
  readonly height?: number;
}

/** Points named by numbers that stand beside them: names of arms would cover each other. */
export function pointChart(
  { points, xTitle, xFormat, yFormat, width = 720, height = 320 }: PointChartOptions,
): VegaLiteSpec {
  const values = points.map((point, i) => ({ ...point, number: String(i + 1) }));
  const x = {
    field: "x",
    type: "quantitative",
    scale: { zero: true, nice: true },
    axis: { title: xTitle, grid: false, format: xFormat, tickCount: 8 },
  } as const;
  const y = {
    type: "quantitative",
    scale: { zero: false, nice: true },
    axis: { title: null, format: yFormat, tickCount: 6 },
  } as const;
  const colour = { field: "colour", type: "nominal", scale: null, legend: null } as const;
  const layers = [
    {
      data: { values: values.filter(({ low, high }) => low !== null && high !== null) },
      mark: { type: "rule" as const, strokeWidth: 1.6 },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
    },
    {
      data: { values },
      mark: { type: "point" as const, filled: true, size: 70, opacity: 1 },
      encoding: { x, y: { ...y, field: "y" }, color: colour },
    },
    {
      data: { values },
      mark: { type: "text" as const, align: "left" as const, dx: 7, dy: -6, color: INK },
      encoding: {
        x,
        y: { ...y, field: "y" },
        text: { field: "number", type: "nominal" as const },
      },
    },
  ].filter(({ data }) => data.values.length > 0);
  return {
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    padding: 2,
    layer: layers,
  };
}
