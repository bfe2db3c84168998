import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { detectableEffect, deviationFactors, seedsNeeded } from "./power.ts";
import { randomSource } from "./random.ts";
import { pairedInterval } from "./statistics.ts";

function near(got: number, expected: number, tolerance = 1e-9): void {
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${got}`);
}

Deno.test("seedsNeeded() is what the noncentral t distribution asks for", () => {
  // statsmodels 0.15.0, TTestPower.
  const exact: readonly (readonly [effect: number, power: number, n: number])[] = [
    [0.1, 0.9, 1053],
    [0.2, 0.8, 199],
    [0.5, 0.8, 34],
    [1, 0.8, 10],
    [1, 0.9, 13],
    [2, 0.8, 5],
  ];
  for (const [effect, power, n] of exact) equal(seedsNeeded(effect, power), n);
});

Deno.test("detectableEffect() is a little below the noncentral t's, by as much as its comment says", () => {
  // statsmodels 0.15.0, TTestPower.solve_power.
  const exact = [
    [2, 11.549889754978167, 0.14],
    [3, 3.264043552819638, 0.055],
    [5, 1.6819970833232674, 0.012],
    [10, 0.9960019107624178, 0.002],
    [30, 0.5292357045238948, 0.001],
  ] as const;
  for (const [n, effect, share] of exact) near(detectableEffect(n), effect, share * effect);
  // SciPy 1.17.1: (t.ppf(.975, 4) + t.ppf(.8, 4)) / √5
  near(detectableEffect(5), 1.6624761500272074);
  ok(Number.isNaN(detectableEffect(1)));
});

Deno.test("detectableEffect() and seedsNeeded() are each other's inverse", () => {
  for (const power of [0.7, 0.8, 0.95]) {
    for (const level of [0.95, 0.99]) {
      for (let n = 2; n < 60; n++) {
        equal(seedsNeeded(detectableEffect(n, power, level), power, level), n);
      }
    }
  }
});

Deno.test("a paired t-test finds the detectable effect about as often as its power says", () => {
  const random = randomSource(4, "power"), n = 6, trials = 4000, effect = detectableEffect(n);
  let found = 0;
  for (let trial = 0; trial < trials; trial++) {
    const differences = Array.from({ length: n }, () => effect + random.normal());
    if (pairedInterval(differences, differences.map(() => 0)).p < 0.05) found++;
  }
  // The approximation is within 1 % of the exact effect there, which is about 1 point of power.
  near(found / trials, 0.8, 0.01 + 4 * Math.sqrt(0.8 * 0.2 / trials));
});

Deno.test("deviationFactors() are SciPy's chi-square quantiles", () => {
  const reference = [
    [2, 0.4461491849207089, 31.91015934964397],
    [3, 0.5206582666988174, 6.2847346964853825],
    [10, 0.6878352067489997, 1.8256101825195739],
    [30, 0.7964069327626354, 1.3443151792404469],
  ] as const;
  for (const [n, low, high] of reference) {
    const factors = deviationFactors(n);
    near(factors[0], low);
    near(factors[1], high, 1e-8 * high);
  }
  deepEqual(deviationFactors(1), [NaN, NaN]);
});

Deno.test("what is no effect and no power is refused", () => {
  throws(() => seedsNeeded(0), /effect: expected a number > 0, got 0/);
  throws(() => detectableEffect(5, 0.5), /power: expected a number in \(0.5, 1\), got 0.5/);
});
