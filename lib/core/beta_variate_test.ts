import { equal, ok, throws } from "node:assert/strict";
import { betaVariate, gammaVariate } from "./beta_variate.ts";
import { randomSource } from "./random.ts";

const DRAWS = 40_000;

/** Checks mean and variance of many draws within 4 standard errors, the latter's from the draws themselves. */
function checkMoments(draw: () => number, mean: number, variance: number): void {
  const values = Float64Array.from({ length: DRAWS }, draw);
  const of = (term: (value: number) => number) =>
    values.reduce((sum, value) => sum + term(value), 0) / DRAWS;
  const gotMean = of((value) => value), meanError = Math.sqrt(variance / DRAWS);
  ok(Math.abs(gotMean - mean) < 4 * meanError, `mean: expected ${mean}, got ${gotMean}`);
  const square = (value: number) => (value - mean) ** 2;
  const gotVariance = of(square);
  const error = Math.sqrt(of((value) => (square(value) - gotVariance) ** 2) / DRAWS);
  ok(
    Math.abs(gotVariance - variance) < 4 * error,
    `variance: expected ${variance}, got ${gotVariance}`,
  );
}

for (const shape of [0.3, 1, 2.5, 40]) {
  Deno.test(`gammaVariate() of shape ${shape} has mean and variance ${shape}`, () => {
    const random = randomSource(1, "gamma", shape);
    checkMoments(() => gammaVariate(shape, random), shape, shape);
  });
}

for (const [a, b] of [[1, 1], [5, 2], [0.5, 0.5], [9, 1]] as const) {
  Deno.test(`betaVariate() of ${a} and ${b} has the mean and variance of its distribution`, () => {
    const random = randomSource(1, "beta", a, b);
    const sum = a + b;
    checkMoments(() => betaVariate(a, b, random), a / sum, a * b / (sum ** 2 * (sum + 1)));
  });
}

Deno.test("betaVariate(1, 1) is uniform: a tenth of the draws in every tenth", () => {
  const random = randomSource(2, "beta"), counts = new Int32Array(10);
  for (let i = 0; i < DRAWS; i++) counts[Math.floor(10 * betaVariate(1, 1, random))]!++;
  const bound = 4 * Math.sqrt(DRAWS * 0.1 * 0.9);
  ok(counts.every((count) => Math.abs(count - DRAWS / 10) < bound), String(counts));
});

Deno.test("betaVariate() of tiny parameters is 0 or 1, and never NaN", () => {
  const random = randomSource(3, "beta");
  let ones = 0;
  for (let i = 0; i < 2000; i++) {
    const value = betaVariate(3e-4, 1e-4, random);
    ok(value >= 0 && value <= 1);
    if (value > 0.5) ones++;
  }
  ok(Math.abs(ones / 2000 - 0.75) < 4 * Math.sqrt(0.75 * 0.25 / 2000), `${ones} of 2000`);
});

Deno.test("gammaVariate() depends on the place only, and refuses shapes that are not above 0", () => {
  equal(gammaVariate(2, randomSource(1, "x")), gammaVariate(2, randomSource(1, "x")));
  throws(() => gammaVariate(0, randomSource(1)), {
    name: "RangeError",
    message: "expected a shape above 0, got 0",
  });
  throws(() => betaVariate(1, NaN, randomSource(1)), /got NaN/);
});
