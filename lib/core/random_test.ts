import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { RandomSource, randomSource } from "./random.ts";

fc.configureGlobal({ seed: 1 });

const take = (source: RandomSource, count = 4) =>
  Array.from({ length: count }, () => source.next());

Deno.test("randomSource() gives equal streams for equal places, whatever was drawn elsewhere", () => {
  const root = randomSource(1, "run");
  const first = take(root.at("rollout", 3, 0));
  take(root, 100);
  take(root.at("rollout", 2), 7);
  deepEqual(take(root.at("rollout", 3, 0)), first);
  deepEqual(take(randomSource(1, "run", "rollout", 3, 0)), first);
  deepEqual(take(root.at("rollout").at(3).at(0)), first);
});

Deno.test("randomSource() gives the numbers it always gave: runs stay reproducible", () => {
  deepEqual(take(randomSource(1, "golden"), 3), GOLDEN);
});
const GOLDEN = [0.653862875585404, 0.05098648422329288, 0.4546646911067901];

Deno.test("randomSource() gives different streams for different seeds and places", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.tuple(fc.nat(), fc.constantFrom("draw", "rollout"), fc.nat({ max: 1000 })), {
      minLength: 2,
      maxLength: 50,
      selector: (place) => place.join("/"),
    }),
    (places) => {
      const firsts = places.map(([seed, ...place]) => randomSource(seed, ...place).next());
      equal(new Set(firsts).size, places.length);
    },
  ));
});

Deno.test("RandomSource.at() streams of neighbouring steps are unrelated", () => {
  // Correlation of the first numbers of steps t and t + 1 over many steps.
  const steps = 20_000;
  const firsts = Array.from(
    { length: steps + 1 },
    (_, step) => randomSource(1, "draw", step).next() - 0.5,
  );
  let product = 0;
  for (let step = 0; step < steps; step++) product += firsts[step]! * firsts[step + 1]!;
  const correlation = 12 * product / steps; // the variance of a uniform number is 1/12
  ok(Math.abs(correlation) < 4 / Math.sqrt(steps), `correlation ${correlation}`);
});

Deno.test("RandomSource.numbers() is next() many times, and the stream goes on behind them", () => {
  for (const count of [0, 1, 100]) {
    const many = randomSource(1, "many"), single = randomSource(1, "many");
    deepEqual([...many.numbers(count)], take(single, count));
    deepEqual(take(many), take(single));
  }
});

Deno.test("RandomSource.next() is uniform in [0, 1), by a chi-square test", () => {
  const random = randomSource(2, "uniform"), draws = 100_000, bins = 100;
  const counts = new Int32Array(bins);
  for (let i = 0; i < draws; i++) {
    const value = random.next();
    ok(value >= 0 && value < 1);
    counts[Math.floor(value * bins)]!++;
  }
  const expected = draws / bins;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const z = (chiSquare - (bins - 1)) / Math.sqrt(2 * (bins - 1));
  ok(Math.abs(z) < 4, `z ${z}`);
});

Deno.test("RandomSource.next() has 53 bits: it tells 10⁸ prompts apart", () => {
  const random = randomSource(3, "bits");
  // Were there only 32 bits, value·2³² would always be whole.
  const fractions = take(random, 100).map((value) => value * 2 ** 32 % 1);
  ok(fractions.filter((fraction) => fraction !== 0).length > 95);
});

Deno.test("RandomSource.integer() is each number below its bound equally often", () => {
  const random = randomSource(4, "integer"), draws = 20_000, below = 6;
  const counts = new Int32Array(below);
  for (let i = 0; i < draws; i++) counts[random.integer(below)]!++;
  const bound = 4 * Math.sqrt(draws * (1 / below) * (1 - 1 / below));
  for (const count of counts) ok(Math.abs(count - draws / below) < bound);
});

Deno.test("RandomSource.normal() has mean 0, variance 1 and the normal's fourth moment", () => {
  const random = randomSource(5, "normal"), draws = 50_000;
  const moments = [0, 0, 0, 0, 0];
  for (let i = 0; i < draws; i++) {
    const x = random.normal();
    ok(Number.isFinite(x));
    moments.forEach((_, k) => moments[k]! += x ** k / draws);
  }
  // Variances of x, x² and x⁴ are 1, 2 and 96.
  ok(Math.abs(moments[1]!) < 4 * Math.sqrt(1 / draws));
  ok(Math.abs(moments[2]! - 1) < 4 * Math.sqrt(2 / draws));
  ok(Math.abs(moments[4]! - 3) < 4 * Math.sqrt(96 / draws));
});

Deno.test("RandomSource.pick() takes an element, and refuses an empty list", () => {
  const random = randomSource(6, "pick");
  deepEqual([...new Set(Array.from({ length: 50 }, () => random.pick(["a", "b"])))].sort(), [
    "a",
    "b",
  ]);
  throws(() => random.pick([]), /empty list/);
});

Deno.test("RandomSource.shuffled() is a permutation, every order equally likely, and leaves its input", () => {
  const items = [1, 2, 3], draws = 12_000, random = randomSource(7, "shuffle");
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const order = random.shuffled(items).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  equal(counts.size, 6);
  const bound = 4 * Math.sqrt(draws * (1 / 6) * (5 / 6));
  for (const count of counts.values()) ok(Math.abs(count - draws / 6) < bound);
  deepEqual(items, [1, 2, 3]);
});

Deno.test("RandomSource.uniforms() stays below 1 in single precision", () => {
  const values = randomSource(8, "floats").uniforms(100_000);
  ok(values.every((value) => value >= 0 && value < 1));
  notEqual(values[0], values[1]);
  // 4 standard errors of a mean of uniform numbers.
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  ok(Math.abs(mean - 0.5) < 4 / Math.sqrt(12 * values.length));
});
