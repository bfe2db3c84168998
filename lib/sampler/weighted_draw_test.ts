import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { WeightedDraw } from "./weighted_draw.ts";

fc.configureGlobal({ seed: 1 });

/** Draws many and checks each share to be within 4 standard errors of its probability. */
function checkShares(draw: WeightedDraw, weights: ArrayLike<number>, draws = 20_000): void {
  const total = Array.from(weights).reduce((a, b) => a + b, 0);
  const random = randomSource(1, "shares");
  const counts = new Int32Array(weights.length);
  for (let i = 0; i < draws; i++) counts[draw.pick(random.next())]!++;
  counts.forEach((count, i) => {
    const p = weights[i]! / total;
    const bound = 4 * Math.sqrt(p * (1 - p) / draws);
    ok(
      Math.abs(count / draws - p) <= bound,
      `${i}: expected ${p} ± ${bound}, got ${count / draws}`,
    );
  });
}

Deno.test("WeightedDraw draws in proportion to the weights", () => {
  const weights = Float32Array.of(0.25, 0, 0.1875, 1, 0.01, 3);
  checkShares(new WeightedDraw(weights), weights);
});

Deno.test("WeightedDraw draws in proportion across many blocks, by a chi-square test", () => {
  const random = randomSource(2, "weights"), prompts = 1000, draws = 200_000;
  const weights = Float32Array.from({ length: prompts }, () => 0.1 + random.next());
  const draw = new WeightedDraw(weights);
  const counts = new Int32Array(prompts);
  for (let i = 0; i < draws; i++) counts[draw.pick(random.next())]!++;
  const chiSquare = counts.reduce((sum, count, i) => {
    const expected = draws * weights[i]! / draw.total;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  // Mean and standard deviation of chi-square with 999 degrees of freedom; both tails count.
  const z = (chiSquare - (prompts - 1)) / Math.sqrt(2 * (prompts - 1));
  ok(Math.abs(z) < 4, `chi-square ${chiSquare}, z ${z}`);
});

Deno.test("WeightedDraw is uniform where all weights are equal, or all 0", () => {
  for (const weight of [0, 0.3]) {
    checkShares(new WeightedDraw(new Float32Array(7).fill(weight)), new Array(7).fill(1));
  }
});

Deno.test("WeightedDraw.pick() returns the index whose stretch of the total the number falls on", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 300 })
      .filter((weights) => weights.some((weight) => weight > 0)),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (weights, uniform) => {
      const draw = new WeightedDraw(Float32Array.from(weights));
      const picked = draw.pick(uniform);
      const before = weights.slice(0, picked).reduce((a, b) => a + b, 0);
      const at = uniform * draw.total; // whole weights: all sums are exact
      ok(before <= at && at < before + weights[picked]!);
    },
  ));
});

Deno.test("WeightedDraw.pick() never returns an index of weight 0, even where rounding bites", () => {
  // Normal numbers only: native code that shares the thread may have it treat denormal ones as 0.
  const weight = fc.float({ min: 2 ** -126, max: Math.fround(1e30), noNaN: true });
  fc.assert(fc.property(
    fc.array(fc.oneof(fc.constant(0), weight), {
      minLength: 1,
      maxLength: 300,
    }).filter((weights) => weights.some((weight) => weight > 0)),
    (weights) => {
      const draw = new WeightedDraw(Float32Array.from(weights));
      for (const uniform of [0, 0.5, 1 - 2 ** -53]) ok(weights[draw.pick(uniform)]! > 0);
    },
  ));
});

Deno.test("WeightedDraw after set() equals one built anew, to the bit", () => {
  const random = randomSource(3, "set"), prompts = 777;
  const weights = Float32Array.from({ length: prompts }, () => random.next());
  const changed = new WeightedDraw(weights.slice());
  for (let i = 0; i < 500; i++) {
    const index = random.integer(prompts);
    weights[index] = random.next() < 0.2 ? 0 : 10 * random.next();
    changed.set(index, weights[index]!);
  }
  const fresh = new WeightedDraw(weights);
  equal(changed.total, fresh.total);
  for (let i = 0; i < 1000; i++) {
    const uniform = random.next();
    equal(changed.pick(uniform), fresh.pick(uniform));
  }
});

Deno.test("WeightedDraw.picks() is pick() of each number, on pools of one level and of several", () => {
  for (const prompts of [5, 70_000, 1_100_000]) { // the last has more sums of 16 than are cumulated
    const random = randomSource(4, "picks", prompts);
    const draw = new WeightedDraw(Float32Array.from({ length: prompts }, () => random.next()));
    const uniforms = random.numbers(500);
    deepEqual(draw.picks(uniforms), Int32Array.from(uniforms, (uniform) => draw.pick(uniform)));
    const shares = draw.picks(random.numbers(20_000)).reduce((sum, i) => sum + i / prompts, 0);
    ok(Math.abs(shares / 20_000 - (prompts - 1) / prompts / 2) < (prompts === 5 ? 0.1 : 0.01));
  }
});

Deno.test("WeightedDraw reaches both ends of a pool beyond 2²⁴ prompts", () => {
  const prompts = 2 ** 24 + 100;
  const draw = new WeightedDraw(new Float32Array(prompts).fill(1));
  equal(draw.total, prompts);
  // In single precision, sums stop growing at 2²⁴ and every index from there on is lost.
  for (const index of [0, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, prompts - 1]) {
    equal(draw.pick((index + 0.5) / prompts), index);
  }
});

Deno.test("WeightedDraw refuses weights that are negative or not finite, and says which", () => {
  throws(() => new WeightedDraw(Float32Array.of(1, -1)), {
    name: "RangeError",
    message: "weight 1: expected a finite number ≥ 0, got -1",
  });
  throws(() => new WeightedDraw(Float32Array.of(NaN)), /weight 0: .* got NaN/);
  throws(() => new WeightedDraw(Float32Array.of(Infinity)), /weight 0: .* got Infinity/);
  throws(() => new WeightedDraw(new Float32Array(0)), /at least one weight/);
  const draw = new WeightedDraw(Float32Array.of(1, 2));
  throws(() => draw.set(1, -2), /weight 1: .* got -2/);
  throws(() => draw.set(1, 1e39), /weight 1/); // beyond single precision
  throws(() => draw.set(2, 1), /expected an index below 2, got 2/);
  equal(draw.total, 3);
});
