/** What the sections with curves share. */
import type { AccuracyRow } from "../../analysis/accuracy_curve.ts";
import {
  type BandPoint,
  bands,
  blockMeans,
  drawable,
  POINTS_PER_CURVE,
  type SeedCurve,
  seedCurves,
} from "../../analysis/curve.ts";
import { createTable, type Table } from "../../analysis/table.ts";

/** Curves ready to draw. */
export interface DrawnCurves {
  readonly bands: readonly BandPoint[];
  readonly seeds: readonly SeedCurve[];
  /** Successive points that each drawn one is the mean of. */
  readonly block: number;
}

/** Means over blocks of at least `block` points, then over seeds. */
export function drawnCurves<Row extends { readonly arm: string; readonly seed: number }>(
  table: Table<Row>,
  { x, y, block = 1 }: {
    readonly x: keyof Row & string;
    readonly y: keyof Row & string;
    readonly block?: number;
  },
): DrawnCurves {
  const raw = seedCurves(table, { x, y });
  const needed = drawable(raw, POINTS_PER_CURVE).block;
  const size = Math.max(block, needed);
  const seeds = raw.map((curve) => ({ ...curve, points: blockMeans(curve.points, size) }));
  return { bands: bands(seeds), seeds, block: size };
}

/** Evaluations only, without the ends of scorings. */
export function measuredOnly(accuracy: Table<AccuracyRow>): Table<AccuracyRow> {
  return accuracy.filter("d => d.measured");
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
