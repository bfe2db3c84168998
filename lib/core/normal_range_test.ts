import { ok, throws } from "node:assert/strict";
import { expectedNormalRange, normalRangeCdf, normalRangeQuantile } from "./normal_range.ts";
import { randomSource } from "./random.ts";

function near(actual: number, expected: number, tolerance: number): void {
  ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected} ± ${tolerance}`);
}

Deno.test("expectedNormalRange() agrees with the published constants d₂ of control charts", () => {
  for (
    const [count, d2] of [[2, 1.128], [3, 1.693], [5, 2.326], [10, 3.078], [15, 3.472]] as const
  ) {
    near(expectedNormalRange(count), d2, 5.1e-4);
  }
});

Deno.test("normalRangeQuantile() agrees with tables of the studentised range, infinite degrees", () => {
  for (const [count, q] of [[2, 2.772], [3, 3.314], [10, 4.474], [15, 4.796]] as const) {
    near(normalRangeQuantile(0.95, count), q, 6e-4);
  }
  near(normalRangeCdf(normalRangeQuantile(0.5, 7), 7), 0.5, 1e-9);
});

Deno.test("normalRangeCdf() is the share that a simulation finds", () => {
  const random = randomSource(1, "range"), trials = 4000, count = 15, range = 3.5;
  let below = 0;
  for (let t = 0; t < trials; t++) {
    const drawn = Array.from({ length: count }, () => random.normal());
    if (Math.max(...drawn) - Math.min(...drawn) <= range) below++;
  }
  const expected = normalRangeCdf(range, count);
  near(below / trials, expected, 4 * Math.sqrt(expected * (1 - expected) / trials));
});

Deno.test("a range needs two numbers, a quantile a level inside (0, 1)", () => {
  throws(() => expectedNormalRange(1), /expected a whole number ≥ 2, got 1/);
  throws(() => normalRangeQuantile(1, 5), /expected a number in \(0, 1\), got 1/);
});
