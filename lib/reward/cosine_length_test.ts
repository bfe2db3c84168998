import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { cosineLength, createCosineLength } from "./cosine_length.ts";
import { makeInput } from "./testdata/inputs.ts";

fc.configureGlobal({ seed: 1 });

const near = (got: number, expected: number) =>
  ok(Math.abs(got - expected) < 1e-12, `expected ${expected}, got ${got}`);

// get_cosine_scaled_reward of open-r1 with max_len 100, run in Python.
Deno.test("createCosineLength() has open-r1's values up to the limit", () => {
  const reward = createCosineLength(cosineLength());
  const values = [1, 0.9267766952966369, 0.75, 0.5732233047033631, 0.5];
  [0, 25, 50, 75, 100].forEach((tokens, i) => {
    near(reward(makeInput({ tokens, maxTokens: 100, accuracy: 1 })), values[i]!);
    near(reward(makeInput({ tokens, maxTokens: 100, accuracy: 0 })), -values[i]!);
  });
});

Deno.test("createCosineLength() ends at the limit, where upstream swings back", () => {
  const reward = createCosineLength(cosineLength());
  near(reward(makeInput({ tokens: 120, maxTokens: 100 })), 0.5); // open-r1: 0.548
});

Deno.test("createCosineLength() takes partial credit for wrong", () => {
  const reward = createCosineLength(cosineLength());
  equal(reward(makeInput({ tokens: 0, accuracy: 0.5 })), -1);
});

Deno.test("createCosineLength() stays between its ends; length costs right answers and spares wrong ones", () => {
  const reward = createCosineLength(cosineLength());
  fc.assert(fc.property(fc.nat(40), fc.nat(40), (a, b) => {
    const [short, long] = a < b ? [a, b] : [b, a];
    const at = (tokens: number, accuracy: number) =>
      reward(makeInput({ tokens, accuracy, maxTokens: 32 }));
    ok(at(short, 1) >= at(long, 1) && at(short, 0) <= at(long, 0));
    ok(at(long, 1) >= 0.5 && at(short, 1) <= 1 && at(short, 0) >= -1 && at(long, 0) <= -0.5);
  }));
});
