import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  improvementInterval,
  interquartileMean,
  performanceProfile,
  probabilityOfImprovement,
  stratifiedBootstrap,
} from "./bootstrap.ts";
import { randomSource } from "./random.ts";
import { mean } from "./statistics.ts";

function near(got: number, expected: number, tolerance = 1e-12): void {
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${got}`);
}

const random = randomSource(1, "test");
// [tasks][runs]: six runs against five on two tasks.
const A = [[0.50, 0.62, 0.58, 0.71, 0.55, 0.66], [0.31, 0.40, 0.28, 0.35, 0.44, 0.39]];
const B = [[0.48, 0.60, 0.52, 0.57, 0.55], [0.30, 0.40, 0.25, 0.41, 0.29]];
const THRESHOLDS = [0.3, 0.4, 0.5, 0.6, 0.7];

// Reference values: SciPy 1.17.1 (stats.trim_mean) and rliable 1.2.0 on NumPy 2.4.6, with 20,000 to 50,000
// repetitions.

Deno.test("interquartileMean() is SciPy's trim_mean at 0.25, also where n is no multiple of four", () => {
  const values = [9, 1, 4, 7, 100, 3, 8, 2, 5];
  const reference = [9, 5, 14 / 3, 5.5, 20 / 3, 5.75, 6.2, 5.5, 5.4];
  reference.forEach((expected, i) => near(interquartileMean(values.slice(0, i + 1)), expected));
  near(interquartileMean(A.flat()), 0.4766666666666666);
  ok(Number.isNaN(interquartileMean([])));
});

Deno.test("stratifiedBootstrap() gives rliable's interval for the interquartile mean", () => {
  const { value, low, high, n } = stratifiedBootstrap(A, interquartileMean, {
    random,
    repetitions: 10_000,
  });
  near(value, 0.4766666666666666);
  // Steps of the resampled means are about 0.002 wide there.
  near(low, 0.44, 0.005);
  near(high, 0.5166666666666667, 0.005);
  equal(n, 6);
});

Deno.test("stratifiedBootstrap() has the exact quantiles of all 27 resamples of three runs", () => {
  const runs = [0.1, 0.5, 0.6], means: number[] = [];
  for (const a of runs) for (const b of runs) for (const c of runs) means.push(mean([a, b, c]));
  means.sort((a, b) => a - b);
  const { low, high } = stratifiedBootstrap([runs], mean, { random, repetitions: 20_000 });
  near(low, means[0]!); // 1 of 27 is the smallest: 3.7 %, above 2.5 %
  near(high, means[26]!);
});

Deno.test("stratifiedBootstrap() resamples within tasks: a task's level is no spread", () => {
  const { low, high } = stratifiedBootstrap([[0, 0, 0], [1, 1, 1]], mean, { random });
  deepEqual([low, high], [0.5, 0.5]);
});

Deno.test("stratifiedBootstrap() of ten normal values covers their mean as often as measured before: too seldom", () => {
  const source = randomSource(5, "coverage"), trials = 400;
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const runs = Array.from({ length: 10 }, () => source.normal());
    const place = source.at(trial);
    const { low, high } = stratifiedBootstrap([runs], mean, { random: place, repetitions: 400 });
    if (low <= 0 && high >= 0) covered++;
  }
  const standardError = Math.sqrt(0.898 * 0.102 / trials);
  near(covered / trials, 0.898, 4 * standardError);
});

Deno.test("the same place gives the same interval, another place another one", () => {
  const interval = (place: string) =>
    stratifiedBootstrap(A, mean, { random: randomSource(1, place), repetitions: 200 });
  deepEqual(interval("a"), interval("a"));
  ok(interval("a").low !== interval("b").low);
});

Deno.test("probabilityOfImprovement() is U over the number of pairs, ties half, averaged over tasks", () => {
  near(probabilityOfImprovement(A, B), 0.6833333333333333);
  equal(probabilityOfImprovement([[2, 3]], [[1, 1]]), 1);
  equal(probabilityOfImprovement([[1, 2]], [[1, 2]]), 0.5);
  near(probabilityOfImprovement(A, B) + probabilityOfImprovement(B, A), 1);
});

Deno.test("improvementInterval() gives rliable's interval", () => {
  const { value, low, high, n } = improvementInterval(A, B, { random, repetitions: 10_000 });
  near(value, 0.6833333333333333);
  near(low, 0.43333333333333335, 0.02); // resampled shares come in steps of 1/60
  near(high, 0.9, 0.02);
  equal(n, 5);
});

Deno.test("performanceProfile() is the share above each threshold, with rliable's bands", () => {
  const profile = performanceProfile(A, THRESHOLDS, { random, repetitions: 4000 });
  const shares = [11, 7, 5, 3, 1].map((count) => count / 12);
  const low = [0.75, 0.5, 0.25, 1 / 12, 0], high = [1, 0.75, 0.5, 5 / 12, 0.25];
  profile.forEach((point, i) => {
    near(point.value, shares[i]!);
    near(point.low, low[i]!);
    near(point.high, high[i]!);
  });
});

Deno.test("performanceProfile() counts a score at the threshold as not above it", () => {
  deepEqual(
    performanceProfile([[0.5, 0.6]], [0.4, 0.5, 0.6], { random }).map(({ value }) => value),
    [1, 0.5, 0],
  );
});

Deno.test("one run per task has an estimate and no interval", () => {
  ok(Number.isNaN(stratifiedBootstrap([[1], [2, 3]], mean, { random }).low));
  ok(Number.isNaN(improvementInterval([[1]], [[2, 3]], { random }).high));
  const [point] = performanceProfile([[1]], [0], { random });
  deepEqual(point, { threshold: 0, value: 1, low: NaN, high: NaN, n: 1 });
});

Deno.test("scores without runs, of unequal tasks and falling thresholds are refused", () => {
  throws(
    () => stratifiedBootstrap([], mean, { random }),
    /expected runs on every task, got no task/,
  );
  throws(() => stratifiedBootstrap([[]], mean, { random }), /got a task without/);
  throws(() => probabilityOfImprovement(A, [[1]]), /tasks: expected 2 on both sides, got 1/);
  throws(
    () => performanceProfile(A, [0.5, 0.5], { random }),
    /expected rising values, got 0.5 at 1/,
  );
});
