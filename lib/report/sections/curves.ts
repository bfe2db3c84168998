/** What the sections with curves share. */
import type { AccuracyRow } from "../../analysis/accuracy_curve.ts";
import { type BandPoint, bands, type SeedCurve, seedCurves } from "../../analysis/curve.ts";
import { createTable, type Table } from "../../analysis/table.ts";
import { METRIC_NAMES } from "../../schema/run_record.ts";

/** Curves ready to draw. */
export interface DrawnCurves {
  readonly bands: readonly BandPoint[];
  readonly seeds: readonly SeedCurve[];
  /** Successive points that each drawn one is the mean of. */
  readonly block: number;
}

/** The curves of single runs, and over the seeds of each arm. */
export function drawnCurves<Row extends { readonly arm: string; readonly seed: number }>(
  table: Table<Row>,
  places: Parameters<typeof seedCurves<Row>>[1],
): DrawnCurves {
  const { curves, block } = seedCurves(table, places);
  return { bands: bands(curves), seeds: curves, block };
}

/** Evaluations of the run itself, without the ends of scorings and the stages before it. */
export function measuredOnly(accuracy: Table<AccuracyRow>): Table<AccuracyRow> {
  return accuracy.filter("d => d.measured && !d.earlier");
}

/** The bands as a table to download. */
export function bandTable(all: Readonly<Record<string, readonly BandPoint[]>>) {
  type Row = BandPoint & { readonly metric: string };
  return createTable<Row>(
    ["metric", "arm", "x", "mean", "low", "high", "n"],
    Object.entries(all).flatMap(([metric, points]) =>
      points.map((point) => ({ metric, ...point }))
    ),
  );
}

/** {@link bandTable} by metrics of the records, with the names these have in EasyR1's and verl's logs. */
export function metricTable(all: Readonly<Record<string, readonly BandPoint[]>>) {
  type Row = BandPoint & {
    readonly metric: string;
    readonly easyr1: string | null;
    readonly verl: string | null;
  };
  return createTable<Row>(
    ["metric", "easyr1", "verl", "arm", "x", "mean", "low", "high", "n"],
    Object.entries(all).flatMap(([metric, points]) => {
      const { easyr1 = null, verl = null } = METRIC_NAMES[metric] ?? {};
      return points.map((point) => ({ metric, easyr1, verl, ...point }));
    }),
  );
}

/** Smallest and largest value of curves and bands; `margin` is a share of their distance. */
export function extentOf(
  groups: readonly Pick<DrawnCurves, "bands" | "seeds">[],
  margin = 0.03,
): readonly [number, number] {
  let low = Infinity, high = -Infinity;
  const see = (value: number | null) => {
    if (value === null) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { bands, seeds } of groups) {
    for (const band of bands) [band.low, band.mean, band.high].forEach(see);
    for (const { points } of seeds) points.forEach(({ y }) => see(y));
  }
  if (low > high) return [0, 1];
  const space = (high - low) * margin || 0.01;
  return [low - space, high + space];
}
