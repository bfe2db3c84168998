/** An estimate's mean and spread against the true pass rate, beside what it estimates. */
import type { VegaLiteSpec } from "../../../deps.ts";
import { HEAT, INK, MARK } from "../render/theme.ts";

/** Estimates at one true pass rate. */
export interface NoisePoint {
  readonly passRate: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How the chart is drawn. */
export interface NoiseChartOptions {
  /** Means as a full line, spread as an area. */
  readonly points: readonly NoisePoint[];
  /** Means of the other estimator as a dashed line. */
  readonly other: readonly NoisePoint[];
  /** Upper end of the vertical axis, to share between charts. */
  readonly most: number;
  readonly width?: number;
  readonly height?: number;
}

const TRUTH = Array.from(
  { length: 51 },
  (_, i) => ({ passRate: i / 50, y: i / 50 * (1 - i / 50) }),
);

/** P(1 − P) as a dotted line in ink. */
export function noiseChart(
  { points, other, most, width = 300, height = 210 }: NoiseChartOptions,
): VegaLiteSpec {
  const x = {
    field: "passRate",
    type: "quantitative" as const,
    scale: { domain: [0, 1] },
    axis: { title: "true pass rate", grid: false, tickCount: 5, format: "~g" },
  };
  const y = {
    type: "quantitative" as const,
    scale: { domain: [0, most] },
    axis: { title: null, tickCount: 5, format: "~g" },
  };
  const line = (
    rows: readonly object[],
    field: string,
    mark: { color: string; strokeWidth: number; strokeDash: number[] },
  ) => ({
    data: { values: [...rows] },
    mark: { type: "line" as const, ...mark },
    encoding: { x, y: { ...y, field } },
  });
  return {
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    padding: 2,
    layer: [
      {
        data: { values: [...points] },
        mark: { type: "area", color: MARK, opacity: 0.3 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
      },
      line(TRUTH, "y", { color: INK, strokeWidth: 1.2, strokeDash: [2, 2] }),
      line(points, "mean", { color: HEAT, strokeWidth: 2, strokeDash: [1, 0] }),
      line(other, "mean", { color: HEAT, strokeWidth: 1.6, strokeDash: [6, 3] }),
    ],
  };
}
