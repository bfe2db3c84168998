import { deepEqual, equal, ok } from "node:assert/strict";
import { detectableEffect } from "../core/power.ts";
import { standardDeviation } from "../core/statistics.ts";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { findBaselines } from "./baseline.ts";
import { detectableEffects, effectSize, seedsForEffect } from "./detectable.ts";
import { outcomesOf } from "./outcome.ts";

const results = syntheticResults({ seeds: 4, steps: 20 });
const rows = detectableEffects(results, findBaselines(results)!);
const row = rows.find(({ arm, outcome }) => arm === "VAS, λ = 1" && outcome.key === "gradNorm")!;
const share = rows.find(({ outcome }) => outcome.key === "finalAccuracy")!;

function near(got: number, expected: number): void {
  ok(Math.abs(got - expected) < 1e-12, `expected ${expected}, got ${got}`);
}

Deno.test("detectableEffects() has every outcome of every arm with a baseline", () => {
  equal(rows.length, 2 * outcomesOf(results).length);
  ok(rows.every(({ n, baseline }) => n === 4 && baseline === "random"));
});

Deno.test("detectableEffects() is the spread of the paired differences, times what n pairs can see", () => {
  const value = (arm: number, seed: number) => row.outcome.valueOf(results.arms[arm]!.runs[seed]!)!;
  const differences = [0, 1, 2, 3].map((seed) => value(2, seed) - value(0, seed));
  const { deviation, detectable, detectableCorrected, low, high } = row.noise!;
  near(deviation, standardDeviation(differences));
  near(detectable, deviation * detectableEffect(4));
  near(detectableCorrected, deviation * detectableEffect(4, 0.8, 0.975)); // two arms
  ok(low < deviation && deviation < high);
});

Deno.test("seedsForEffect() needs the seeds there are for the effect that is detectable now", () => {
  const { detectable } = row.noise!;
  const found = seedsForEffect(row, detectable / row.baselineMean!)!;
  equal(found.seeds, 4);
  ok(found.low <= 4 && found.high >= 4);
  equal(seedsForEffect(share, share.noise!.detectable)!.seeds, 4);
});

Deno.test("effectSize() is absolute for shares, of the baseline's mean for numbers", () => {
  equal(effectSize(share, 0.02), 0.02);
  near(effectSize(row, 0.02)!, 0.02 * row.baselineMean!);
});

Deno.test("seedsForEffect() is silent on no effect, and on shares larger than the baseline's", () => {
  equal(seedsForEffect(row, 0), null);
  const clip = rows.find(({ outcome }) => outcome.key === "clipFraction")!;
  equal(seedsForEffect(clip, 0.02), null);
  ok(seedsForEffect(clip, clip.baselineMean! / 2)!.seeds >= 2);
});

Deno.test("detectableEffects() knows no noise from one pair, and lists arms without any", () => {
  const failed = syntheticResults({ seeds: 1, steps: 10, lastStatus: "failed" });
  const few = detectableEffects(failed, findBaselines(failed)!);
  ok(few.every(({ noise }) => noise === null));
  deepEqual([...new Map(few.map(({ arm, n }) => [arm, n]))], [
    ["mixed, λ = 0.5", 1],
    ["VAS, λ = 1", 0],
  ]);
  equal(seedsForEffect(few[0]!, 0.02), null);
});
