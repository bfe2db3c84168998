/** Curves of several seeds on a common axis: their mean, and an interval for it. */
import { tInterval } from "../core/statistics.ts";
import { columnOf, type Table } from "./table.ts";

/** One point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What one run measured along the way; `x` rises. */
export interface SeedCurve {
  readonly arm: string;
  readonly seed: number;
  readonly points: readonly Point[];
}

/** Mean over seeds at one place, with a 95 % Student-t interval; without one for a single seed. */
export interface BandPoint {
  readonly arm: string;
  readonly x: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** Points a curve is drawn with at most; longer ones are drawn as means over blocks. */
export const POINTS_PER_CURVE = 200;

/** Rows of one run: tables hold runs one after the other. */
interface Segment {
  readonly arm: string;
  readonly seed: number;
  readonly start: number;
  readonly end: number;
}

function segmentsOf(arms: ArrayLike<string>, seeds: ArrayLike<number>): readonly Segment[] {
  const segments: Segment[] = [];
  for (let start = 0, i = 1; i <= arms.length; i++) {
    if (i < arms.length && arms[i] === arms[start] && seeds[i] === seeds[start]) continue;
    segments.push({ arm: arms[start]!, seed: seeds[start]!, start, end: i });
    start = i;
  }
  return segments;
}

/**
 * One curve per arm and seed, in the table's order; rows of a run stand together. Each point is the mean of
 * `block` successive ones, or of more where a curve would otherwise have over {@link POINTS_PER_CURVE} points.
 * NaN is a value that is not known: it is left out of means.
 */
export function seedCurves<Row extends { readonly arm: string; readonly seed: number }>(
  table: Table<Row>,
  { x, y, block = 1 }: {
    readonly x: keyof Row & string;
    readonly y: keyof Row & string;
    readonly block?: number;
  },
): { readonly curves: readonly SeedCurve[]; readonly block: number } {
  const segments = segmentsOf(columnOf(table, "arm"), columnOf(table, "seed"));
  const xs = columnOf(table, x) as ArrayLike<number>, ys = columnOf(table, y) as ArrayLike<number>;
  const longest = segments.reduce((most, { start, end }) => Math.max(most, end - start), 0);
  const size = Math.max(block, Math.ceil(longest / POINTS_PER_CURVE));
  const curves = segments.map(({ arm, seed, start, end }) => ({
    arm,
    seed,
    points: meansOf(xs, ys, start, end, size),
  }));
  return { curves, block: size };
}

function meansOf(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  from: number,
  to: number,
  size: number,
): readonly Point[] {
  const means: Point[] = [];
  for (let start = from; start < to; start += size) {
    const end = Math.min(to, start + size);
    let x = 0, y = 0, known = 0;
    for (let i = start; i < end; i++) {
      x += xs[i]!;
      if (Number.isNaN(ys[i]!)) continue;
      y += ys[i]!;
      known++;
    }
    if (known > 0) means.push({ x: x / (end - start), y: y / known });
  }
  return means;
}

/**
 * Means over blocks of `size` successive points, placed at the block's mean `x`; the last block may be shorter.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const points = [{ x: 1, y: 1 }, { x: 2, y: 3 }, { x: 3, y: 8 }];
 * deepEqual(blockMeans(points, 2), [{ x: 1.5, y: 2 }, { x: 3, y: 8 }]);
 * ```
 */
export function blockMeans(points: readonly Point[], size: number): readonly Point[] {
  return meansOf(points.map(({ x }) => x), points.map(({ y }) => y), 0, points.length, size);
}

/** The curve at `x`, linear between points; null outside of them. */
export function interpolate(points: readonly Point[], x: number): number | null {
  // By halving: long runs ask for thousands of places. `after` is the first point at or beyond `x`.
  let before = -1, after = points.length;
  while (after - before > 1) {
    const middle = (before + after) >> 1;
    if (points[middle]!.x >= x) after = middle;
    else before = middle;
  }
  const right = points[after];
  if (right === undefined) return null;
  if (right.x === x) return right.y;
  const left = points[after - 1];
  if (left === undefined) return null;
  return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x);
}

/** Places of a grid at least: enough for the flat stretches while prompts are scored. */
const GRID = 100;

/** Where all curves can be compared: their own places when these agree, else a grid over the common range. */
export function commonPlaces(curves: readonly SeedCurve[]): readonly number[] {
  const [first] = curves;
  if (first === undefined || curves.some(({ points }) => points.length === 0)) return [];
  const same = curves.every(({ points }) =>
    points.length === first.points.length &&
    points.every(({ x }, i) => x === first.points[i]!.x)
  );
  if (same) return first.points.map(({ x }) => x);
  const low = Math.max(...curves.map(({ points }) => points[0]!.x));
  const high = Math.min(...curves.map(({ points }) => points.at(-1)!.x));
  if (high < low) return [];
  const count = Math.max(GRID, Math.min(...curves.map(({ points }) => points.length)));
  return Array.from({ length: count }, (_, i) => low + (high - low) * i / (count - 1));
}

/** Mean and interval over the seeds of each arm. Seeds are only averaged where all of them have been. */
export function bands(curves: readonly SeedCurve[]): readonly BandPoint[] {
  return [...Map.groupBy(curves, ({ arm }) => arm)].flatMap(([arm, seeds]) =>
    commonPlaces(seeds).map((x) => {
      const values = seeds.map(({ points }) => interpolate(points, x)!);
      const { mean, low, high, n } = tInterval(values);
      const known = n > 1;
      return { arm, x, mean, low: known ? low : null, high: known ? high : null, n };
    })
  );
}

/**
 * Area under the curve by trapezoids over [from, to], divided by its width: the curve's mean height. Null where
 * the curve does not cover the range.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(meanHeight([{ x: 0, y: 0 }, { x: 1, y: 1 }, { x: 3, y: 1 }], 0, 2), 0.75);
 * ```
 */
export function meanHeight(points: readonly Point[], from: number, to: number): number | null {
  const first = interpolate(points, from), last = interpolate(points, to);
  if (first === null || last === null) return null;
  if (to === from) return first;
  const inside = points.filter(({ x }) => x > from && x < to);
  const path = [{ x: from, y: first }, ...inside, { x: to, y: last }];
  let area = 0;
  for (let i = 1; i < path.length; i++) {
    const a = path[i - 1]!, b = path[i]!;
    area += (b.x - a.x) * (a.y + b.y) / 2;
  }
  return area / (to - from);
}
