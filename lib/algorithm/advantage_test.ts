import { deepEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { groupAdvantage } from "./advantage.ts";

fc.configureGlobal({ seed: 1 });

function near(got: Float32Array, expected: readonly number[], tolerance = 1e-6): void {
  deepEqual(got.length, expected.length);
  got.forEach((value, i) =>
    ok(Math.abs(value - expected[i]!) <= tolerance, `[${i}]: expected ${expected[i]}, got ${value}`)
  );
}

Deno.test("groupAdvantage() has EasyR1's values", () => {
  near(groupAdvantage(Float32Array.of(1, 0, 0, 0), "standardized"), [
    1.499997,
    -0.499999,
    -0.499999,
    -0.499999,
  ]);
  near(groupAdvantage(Float32Array.of(1, 1, 0, 0), "standardized"), [
    0.866024,
    0.866024,
    -0.866024,
    -0.866024,
  ]);
  near(groupAdvantage(Float32Array.of(2, 1, 1, 0), "standardized"), [1.224743, 0, 0, -1.224743]);
  near(groupAdvantage(Float32Array.of(1, 0, 0, 0), "centered"), [0.75, -0.25, -0.25, -0.25]);
});

/** Rewards as format + accuracy gives them, and others. */
const rewards = fc.array(
  fc.oneof(fc.constantFrom(0, 1, 2), fc.float({ min: -2, max: 2, noNaN: true })),
  {
    minLength: 2,
    maxLength: 16,
  },
).map((values) => Float32Array.from(values.map(Math.fround)));
const kinds = fc.constantFrom("standardized", "centered");

Deno.test("groupAdvantage() is 0 for a group of equal rewards, whatever the reward", () => {
  // 0.1 is not a binary fraction: the mean of seven differs from it in the last bit.
  fc.assert(fc.property(
    fc.oneof(fc.constant(Math.fround(0.1)), fc.float({ noNaN: true, noDefaultInfinity: true })),
    fc.integer({ min: 1, max: 16 }),
    kinds,
    (reward, size, kind) =>
      groupAdvantage(new Float32Array(size).fill(reward), kind).every((value) => value === 0),
  ));
});

Deno.test("groupAdvantage() sums to 0 and keeps the order of rewards", () => {
  fc.assert(fc.property(rewards, kinds, (values, kind) => {
    const advantages = groupAdvantage(values, kind);
    const scale = advantages.reduce((a, b) => a + Math.abs(b), 1);
    ok(Math.abs(advantages.reduce((a, b) => a + b, 0)) < 1e-5 * scale);
    for (let i = 1; i < values.length; i++) {
      if (values[i]! > values[i - 1]!) ok(advantages[i]! >= advantages[i - 1]!);
    }
  }));
});

Deno.test("groupAdvantage() standardized is the same for a·r + b, a > 0", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 16 }),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: -4, max: 4 }),
    (values, a, b) => {
      const moved = Float32Array.from(values, (value) => a * value + b);
      near(groupAdvantage(moved, "standardized"), [
        ...groupAdvantage(Float32Array.from(values), "standardized"),
      ], 1e-4); // 1e-6 in the denominator tells the two apart
    },
  ));
});

Deno.test("groupAdvantage() refuses rewards that are not numbers", () => {
  throws(() => groupAdvantage(Float32Array.of(1, NaN), "centered"), /expected finite numbers/);
});
