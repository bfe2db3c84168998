import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { minMaxNormalized, outcomeVariance, variancePromotion } from "./scores.ts";

fc.configureGlobal({ seed: 1 });

const share = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("outcomeVariance() is 0 for a prompt always or never solved, and at most ¼, at ½", () => {
  deepEqual([0, 1].map(outcomeVariance), [0, 0]);
  equal(outcomeVariance(0.5), 0.25);
  fc.assert(fc.property(share, (p) => {
    const ovs = outcomeVariance(p);
    return ovs >= 0 && ovs <= 0.25;
  }));
});

Deno.test("outcomeVariance() from two rollouts is 0 or ¼", () => {
  deepEqual([0, 0.5, 1].map(outcomeVariance), [0, 0.25, 0]);
});

Deno.test("outcomeVariance() of N rollouts is low by (N − 1)/N on average", () => {
  const random = randomSource(1, "bias"), trials = 20_000;
  for (const [p, rollouts] of [[0.3, 2], [0.5, 8], [0.9, 4]] as const) {
    let sum = 0, squares = 0;
    for (let trial = 0; trial < trials; trial++) {
      let right = 0;
      for (let i = 0; i < rollouts; i++) if (random.next() < p) right++;
      const ovs = outcomeVariance(right / rollouts);
      sum += ovs;
      squares += ovs * ovs;
    }
    const mean = sum / trials;
    const bound = 4 * Math.sqrt((squares / trials - mean * mean) / trials);
    const expected = p * (1 - p) * (rollouts - 1) / rollouts;
    ok(Math.abs(mean - expected) < bound, `expected ${expected} ± ${bound}, got ${mean}`);
  }
});

Deno.test("variancePromotion() is α·OVS + β·TDS", () => {
  equal(variancePromotion(0.25, 0.5, { ovs: 0.8, tds: 0.2 }), 0.30000000000000004);
  equal(variancePromotion(0.25, 0.5, { ovs: 1, tds: 0 }), 0.25);
  equal(variancePromotion(0.25, 0.5, { ovs: 0, tds: 1 }), 0.5);
});

const scores = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((values) => Float32Array.from(values));

Deno.test("minMaxNormalized() takes the lowest to 0 and leaves the ranking unchanged", () => {
  fc.assert(fc.property(scores, (values) => {
    const normalized = minMaxNormalized(values);
    equal(normalized[values.indexOf(Math.min(...values))], 0);
    ok(normalized.every((value) => value >= 0 && value <= 1));
    for (let i = 1; i < values.length; i++) {
      const before = Math.sign(values[i]! - values[i - 1]!);
      const after = Math.sign(normalized[i]! - normalized[i - 1]!);
      ok(after === before || after === 0); // close neighbours may round to one value
    }
  }));
});

Deno.test("minMaxNormalized() of equal scores is all 0", () => {
  deepEqual(minMaxNormalized(Float32Array.of(0.2, 0.2)), Float32Array.of(0, 0));
});
