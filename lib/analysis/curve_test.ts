import { deepEqual, equal, ok } from "node:assert/strict";
import { bands, commonPlaces, interpolate, meanHeight, seedCurves } from "./curve.ts";
import { createTable } from "./table.ts";

interface Row {
  readonly arm: string;
  readonly seed: number;
  readonly x: number;
  readonly y: number;
}

const curve = (seed: number, ...points: readonly (readonly [number, number])[]) => ({
  arm: "a",
  seed,
  points: points.map(([x, y]) => ({ x, y })),
});

Deno.test("seedCurves() separates runs and takes means over blocks, the last one shorter", async () => {
  const rows: Row[] = [];
  for (const [arm, seed] of [["a", 0], ["a", 1], ["b", 0]] as const) {
    for (const x of [1, 2, 3]) rows.push({ arm, seed, x, y: 10 * x + seed });
  }
  const table = await createTable<Row>(["arm", "seed", "x", "y"], rows);
  const { curves, block } = seedCurves(table, { x: "x", y: "y", block: 2 });
  equal(block, 2);
  deepEqual(curves.map(({ arm, seed }) => [arm, seed]), [["a", 0], ["a", 1], ["b", 0]]);
  deepEqual(curves[1]!.points, [{ x: 1.5, y: 16 }, { x: 3, y: 31 }]);
});

Deno.test("seedCurves() thins long curves to at most 200 points without losing their mean", async () => {
  const rows = Array.from({ length: 1000 }, (_, x) => ({ arm: "a", seed: 0, x, y: x % 7 }));
  const table = await createTable<Row>(["arm", "seed", "x", "y"], rows);
  const { curves: [found], block } = seedCurves(table, { x: "x", y: "y" });
  equal(block, 5);
  equal(found!.points.length, 200);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  ok(Math.abs(mean(found!.points.map(({ y }) => y)) - mean(rows.map(({ y }) => y))) < 1e-12);
});

Deno.test("seedCurves() respects a filter", async () => {
  const rows = [0, 1, 2].map((x) => ({ arm: "a", seed: 0, x, y: x }));
  const table = (await createTable<Row>(["arm", "seed", "x", "y"], rows)).filter("d => d.x > 0");
  deepEqual(seedCurves<Row>(table, { x: "x", y: "y" }).curves[0]!.points, [
    { x: 1, y: 1 },
    { x: 2, y: 2 },
  ]);
});

Deno.test("bands() gives Student's t interval over seeds: 2 ± 4.3027·1/√3 for 1, 2, 3", () => {
  const [band] = bands([curve(0, [5, 1]), curve(1, [5, 2]), curve(2, [5, 3])]);
  equal(band!.mean, 2);
  equal(band!.n, 3);
  ok(Math.abs(band!.high! - (2 + 4.302652729911275 / Math.sqrt(3))) < 1e-6);
  ok(Math.abs(band!.low! + band!.high! - 4) < 1e-12);
});

Deno.test("bands() has no interval for one seed", () => {
  deepEqual(bands([curve(0, [5, 1])]), [{ arm: "a", x: 5, mean: 1, low: null, high: null, n: 1 }]);
});

Deno.test("commonPlaces() stays where every seed has been", () => {
  const places = commonPlaces([curve(0, [0, 0], [10, 1]), curve(1, [2, 0], [8, 1])]);
  equal(places[0], 2);
  equal(places.at(-1), 8);
  deepEqual(commonPlaces([curve(0, [0, 0], [1, 1]), curve(1, [2, 0], [3, 1])]), []);
});

Deno.test("interpolate() is linear inside and null outside", () => {
  const points = [{ x: 0, y: 0 }, { x: 10, y: 5 }];
  equal(interpolate(points, 4), 2);
  equal(interpolate(points, 10), 5);
  equal(interpolate(points, -1), null);
  equal(interpolate(points, 11), null);
});

Deno.test("meanHeight() of a constant is the constant, of a line its middle", () => {
  equal(meanHeight([{ x: 0, y: 3 }, { x: 9, y: 3 }], 1, 8), 3);
  equal(meanHeight([{ x: 0, y: 0 }, { x: 4, y: 8 }], 0, 4), 4);
  equal(meanHeight([{ x: 1, y: 0 }, { x: 4, y: 8 }], 0, 4), null);
});
