import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomSource } from "./random.ts";
import { tInterval, variance } from "./statistics.ts";
import { kaplanMeier, restrictedMean } from "./survival.ts";

function near(got: number, expected: number, tolerance = 1e-12): void {
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${got}`);
}

const reached = (time: number) => ({ time, reached: true });
const lost = (time: number) => ({ time, reached: false });
const RUNS = [
  reached(2),
  reached(3),
  lost(3),
  reached(5),
  lost(7),
  reached(8),
  lost(8),
  lost(10),
];

// Reference values: lifelines 0.30.3 (KaplanMeierFitter, restricted_mean_survival_time); standard errors by
// Greenwood's formula in NumPy 2.4.6, because lifelines returns the variance of min(T, τ), not of its mean.

Deno.test("kaplanMeier() has lifelines' curve and counts", () => {
  const curve = kaplanMeier(RUNS);
  deepEqual(curve.map(({ time, atRisk, events, censored }) => [time, atRisk, events, censored]), [
    [2, 8, 1, 0],
    [3, 7, 1, 1],
    [5, 5, 1, 0],
    [7, 4, 0, 1],
    [8, 3, 1, 1],
    [10, 1, 0, 1],
  ]);
  [0.875, 0.75, 0.6, 0.6, 0.4, 0.4].forEach((s, i) => near(curve[i]!.survival, s));
  deepEqual(kaplanMeier([]), []);
});

Deno.test("restrictedMean() is the area under lifelines' curve, with Greenwood's standard error", () => {
  const expected = [
    [6, 4.975, 0.5667419417789976, 3],
    [8, 6.175, 0.9149843870642979, 4],
    [10, 6.975, 1.2127325501095607, 4],
  ] as const;
  for (const [horizon, value, standardError, events] of expected) {
    const found = restrictedMean(RUNS, horizon);
    near(found.value, value);
    near(found.standardError, standardError);
    deepEqual([found.reached, found.censored, found.n], [events, 8 - events, 8]);
  }
});

Deno.test("restrictedMean() of runs watched to the horizon is the t interval of min(T, τ)", () => {
  const times = [4, 9, 6, 12, 7, 30], horizon = 20;
  const runs = times.map((time) => time < horizon ? reached(time) : lost(horizon));
  const plain = tInterval(times.map((time) => Math.min(time, horizon)));
  const { value, low, high } = restrictedMean(runs, horizon);
  near(value, plain.mean);
  near(low, plain.low);
  near(high, plain.high);
});

Deno.test("restrictedMean() of runs that all reach has the standard error of their mean", () => {
  const times = [1, 2, 2, 5];
  const { value, standardError } = restrictedMean(times.map(reached), 6);
  equal(value, 2.5);
  near(standardError, Math.sqrt(variance(times) / 4));
});

Deno.test("restrictedMean() counts runs that never reach; dropping them would flatter", () => {
  const some = [reached(2), reached(3)];
  ok(restrictedMean([...some, lost(10)], 10).value > restrictedMean(some, 10).value);
  deepEqual(restrictedMean([lost(10), lost(10)], 10), {
    value: 10,
    standardError: NaN,
    low: NaN,
    high: NaN,
    n: 2,
    horizon: 10,
    reached: 0,
    censored: 2,
  });
});

Deno.test("restrictedMean() cuts later events off, and its interval to [0, τ]", () => {
  const { value, high, reached: events } = restrictedMean([reached(1), reached(50)], 10);
  deepEqual([value, high, events], [5.5, 10, 1]);
});

Deno.test("restrictedMean() with half of the runs censored at random covers the truth about as often as it says", () => {
  const random = randomSource(2, "censored"), horizon = 1, trials = 2000;
  const exponential = () => -Math.log(1 - random.next());
  const truth = 1 - Math.exp(-horizon);
  let covered = 0, used = 0;
  for (let trial = 0; trial < trials; trial++) {
    const runs = Array.from({ length: 20 }, () => {
      const event = exponential(), end = 0.2 + 2 * random.next();
      return event <= end ? reached(event) : lost(end);
    });
    const last = Math.max(...runs.map(({ time }) => time));
    if (last < horizon) continue;
    used++;
    const { low, high } = restrictedMean(runs, horizon);
    if (low <= truth && high >= truth) covered++;
  }
  // 20 runs, skewed times: within 2 points of the nominal level besides the noise of counting.
  near(covered / used, 0.95, 0.02 + 4 * Math.sqrt(0.95 * 0.05 / used));
});

Deno.test("restrictedMean() and kaplanMeier() refuse what means nothing", () => {
  throws(() => restrictedMean([], 1), /durations: expected at least one, got none/);
  throws(() => restrictedMean(RUNS, 0), /horizon: expected a number > 0, got 0/);
  throws(() => restrictedMean(RUNS, 11), /horizon: expected at most 10, where the last run was/);
  throws(() => kaplanMeier([lost(-1)]), /expected times ≥ 0, got -1/);
});
