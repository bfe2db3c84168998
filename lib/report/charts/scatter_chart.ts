/** Single measurements as faint points, means with their intervals over them, and lines to compare with. */
import type { VegaLiteSpec } from "../../../deps.ts";
import { QUIET } from "../render/theme.ts";

/** A mean at a place, with an interval where it has one. */
export interface ScatterMean {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** Means of one kind, joined by a line. */
export interface ScatterSeries {
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly means: readonly ScatterMean[];
}

/** How a scatter chart is drawn. */
export interface ScatterChartOptions {
  readonly points?: readonly { readonly x: number; readonly y: number }[];
  readonly series: readonly ScatterSeries[];
  /** Drawn thin and dashed. */
  readonly lines?: readonly (readonly { readonly x: number; readonly y: number }[])[];
  readonly xTitle: string;
  /** d3 formats of the axes. */
  readonly xFormat?: string;
  readonly yFormat?: string;
  /** Ends of the axes; what lies outside is cut off. By default the data's. */
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  readonly width?: number;
  readonly height?: number;
}

/** Every kind of mark in a layer of its own; layers without data are left out. */
export function scatterChart(
  {
    points = [],
    series,
    lines = [],
    xTitle,
    xFormat = "~g",
    yFormat = "~g",
    xDomain,
    yDomain,
    width = 350,
    height = 230,
  }: ScatterChartOptions,
): VegaLiteSpec {
  const domain = (ends: readonly [number, number] | undefined) =>
    ends === undefined ? { zero: true, nice: true } : { domain: [...ends], nice: false };
  const x = {
    field: "x",
    type: "quantitative",
    scale: domain(xDomain),
    axis: { title: xTitle, grid: false, format: xFormat, tickCount: 5 },
  } as const;
  const y = {
    field: "y",
    type: "quantitative",
    scale: domain(yDomain),
    axis: { title: null, format: yFormat, tickCount: 5 },
  } as const;
  const colour = { field: "colour", type: "nominal", scale: null, legend: null } as const;
  const means = series.flatMap(({ colour, means }) => means.map((mean) => ({ ...mean, colour })));
  const layers = [
    {
      data: { values: [...points] },
      mark: { type: "circle" as const, size: 9, opacity: 0.35, color: QUIET, clip: true },
      encoding: { x, y },
    },
    ...lines.map((line) => ({
      data: { values: [...line] },
      mark: {
        type: "line" as const,
        strokeWidth: 1.4,
        strokeDash: [3, 3],
        color: QUIET,
        clip: true,
      },
      encoding: { x, y },
    })),
    ...series.map(({ colour, dash = [1, 0], means }) => ({
      data: { values: [...means] },
      mark: {
        type: "line" as const,
        strokeWidth: 1.8,
        strokeDash: [...dash],
        color: colour,
        clip: true,
      },
      encoding: { x, y },
    })),
    {
      data: { values: means.filter(({ low, high }) => !Number.isNaN(low + high)) },
      mark: { type: "rule" as const, strokeWidth: 1.8, clip: true },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
    },
    {
      data: { values: means.map(({ x, y, colour }) => ({ x, y, colour })) },
      mark: { type: "point" as const, filled: true, size: 42, opacity: 1, clip: true },
      encoding: { x, y, color: colour },
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
