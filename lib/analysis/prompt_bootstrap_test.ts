import { quantileOf } from "../core/bootstrap.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { mean, standardDeviation } from "../core/statistics.ts";
import { promptBootstrap } from "./prompt_bootstrap.ts";

const VALUES = Array.from({ length: 100 }, (_, i) => (i * 37 % 100) / 100);
const meanOf = (picked: readonly number[]) => [mean(picked.map((i) => VALUES[i]!))];

Deno.test("promptBootstrap() gives a mean about the interval that its standard error does", () => {
  const [{ value, low, high, n }] = promptBootstrap(100, meanOf) as [{
    value: number;
    low: number;
    high: number;
    n: number;
  }];
  equal(n, 100);
  ok(Math.abs(value - 0.495) < 1e-12);
  const half = 1.96 * standardDeviation(VALUES) / 10;
  // The ends of 1,000 repetitions are uncertain by about a tenth of the half width.
  ok(Math.abs(value - low - half) < 0.15 * half && Math.abs(high - value - half) < 0.15 * half);
  deepEqual(promptBootstrap(100, meanOf), promptBootstrap(100, meanOf));
});

Deno.test("promptBootstrap() has no interval for one prompt, nor where most repetitions have no number", () => {
  const [alone] = promptBootstrap(1, () => [2]);
  deepEqual(alone, { value: 2, low: NaN, high: NaN, n: 1 });
  let calls = 0;
  const [rare] = promptBootstrap(10, () => [calls++ % 3 === 0 ? 1 : NaN]);
  ok(Number.isNaN(rare!.low) && rare!.value === 1);
  calls = 0;
  const [often] = promptBootstrap(10, () => [calls++ % 3 === 0 ? NaN : 1]);
  deepEqual([often!.low, often!.high], [1, 1]);
});

Deno.test("quantileOf() is linear between neighbours", () => {
  equal(quantileOf([0, 10, 20], 0.25), 5);
  equal(quantileOf([0, 10, 20], 1), 20);
});
