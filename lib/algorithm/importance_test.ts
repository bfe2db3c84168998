import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { importanceWeights } from "./importance.ts";

const logProbs = fc.array(fc.double({ min: -30, max: 0, noNaN: true }), {
  minLength: 1,
  maxLength: 20,
});

Deno.test("importanceWeights() is the ratio of probabilities up to the cap", () => {
  const recomputed = Float32Array.from([0.5, 0.2, 0.9, 1e-30], Math.log);
  const rollout = Float32Array.from([0.5, 0.4, 0.1, 1], Math.log);
  const weights = importanceWeights(recomputed, rollout, 2);
  [1, 0.5, 2, Math.exp(-20)].forEach((expected, i) => {
    ok(Math.abs(weights[i]! - expected) <= 1e-6 * Math.max(expected, 1e-9), `${weights[i]}`);
  });
});

Deno.test("importanceWeights() is 1 where both agree, and never above the cap", () => {
  fc.assert(
    fc.property(logProbs, fc.double({ min: 1, max: 10, noNaN: true }), (values, cap) => {
      const data = Float32Array.from(values);
      deepEqual(importanceWeights(data, data, cap), new Float32Array(data.length).fill(1));
      const other = data.map((value) => value - 3);
      for (const weight of importanceWeights(data, other, cap)) {
        equal(weight <= Math.fround(cap), true);
      }
    }),
    { seed: 1 },
  );
});
