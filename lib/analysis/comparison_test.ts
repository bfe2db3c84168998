import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { findBaselines } from "./baseline.ts";
import { compareArms, verdictOf } from "./comparison.ts";
import { outcomesOf } from "./outcome.ts";

const results = syntheticResults({ steps: 30 });
const baselines = findBaselines(results)!;

Deno.test("compareArms() gives every outcome of every other arm, paired by seed", () => {
  const comparisons = compareArms(results, baselines);
  equal(comparisons.length, 2 * outcomesOf(results).length);
  ok(comparisons.every(({ n }) => n === 3));
  const found = comparisons.find(({ arm, outcome }) =>
    arm === "VAS, λ = 1" && outcome.key === "gradNorm"
  )!;
  const value = (arm: number, seed: number) =>
    found.outcome.valueOf(results.arms[arm]!.runs[seed]!)!;
  const expected = [0, 1, 2].map((seed) => value(2, seed) - value(0, seed));
  ok(Math.abs(found.difference - expected.reduce((a, b) => a + b) / 3) < 1e-12);
  equal(found.verdict, "higher"); // the synthetic arms differ by 0.4, with little noise
});

Deno.test("compareArms() leaves runs out that are not done, with their partner", () => {
  const failed = syntheticResults({ steps: 10, lastStatus: "failed" });
  const counts = new Map(
    compareArms(failed, findBaselines(failed)!).map(({ arm, n }) => [arm, n]),
  );
  deepEqual([...counts], [["mixed, λ = 0.5", 3], ["VAS, λ = 1", 2]]);
});

Deno.test("compareArms() claims nothing from one seed", () => {
  const single = syntheticResults({ seeds: 1, steps: 10 });
  const comparisons = compareArms(single, findBaselines(single)!);
  ok(comparisons.length > 0);
  ok(
    comparisons.every(({ verdict, low, p }) => verdict === "too few" && low === null && p === null),
  );
});

Deno.test("compareArms() corrects the main outcomes across arms, and the exploratory ones not", () => {
  const together = compareArms(results, baselines);
  const alone = results.arms.slice(1).flatMap((arm) =>
    compareArms({ ...results, arms: [results.arms[0]!, arm] }, baselines)
  );
  const ps = (list: typeof together, key: string) =>
    list.filter(({ outcome }) => outcome.key === key).map(({ p }) => p!).sort((a, b) => a - b);
  const [smallest, largest] = ps(alone, "gradNorm");
  deepEqual(ps(together, "gradNorm"), [2 * smallest!, Math.max(2 * smallest!, largest!)]);
  deepEqual(ps(together, "areaUnderAccuracy"), ps(alone, "areaUnderAccuracy"));
});

Deno.test("verdictOf() needs an interval without 0, and for main outcomes a corrected p below 0.05", () => {
  const verdict = (low: number | null, high: number | null, p: number, main = true) =>
    verdictOf({ low, high, p, main });
  equal(verdict(0.1, 0.3, 0.01), "higher");
  equal(verdict(-0.3, -0.1, 0.01), "lower");
  equal(verdict(-0.1, 0.3, 0.2), "not detectable");
  equal(verdict(0, 0.3, 0.05), "not detectable");
  equal(verdict(0.1, 0.3, 0.06), "not after correction");
  equal(verdict(0.1, 0.3, 0.06, false), "higher");
  equal(verdict(null, null, 1), "too few");
});
