import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { createDynamicLength, dynamicLength, lengthPenalty } from "./dynamic_length.ts";
import { makeInput } from "./testdata/inputs.ts";

fc.configureGlobal({ seed: 1 });

const near = (got: readonly number[], expected: readonly number[]) =>
  expected.forEach((value, i) =>
    ok(Math.abs(got[i]! - value) < 1e-9, `expected ${expected}, got ${got}`)
  );

const group = (accuracy: readonly number[], tokens: readonly number[]) =>
  accuracy.map((accuracy, i) => makeInput({ accuracy, tokens: tokens[i]!, maxTokens: 4096 }));

// verl/workers/reward/custom.py of VL-Cogito, run in Python: cos_length with L* = 750.
Deno.test("lengthPenalty() has VL-Cogito's values", () => {
  near(
    [0, 250, 500, 750, 1000, 1500, 2000].map((length) => lengthPenalty(length, 750, 0.5)),
    [-0.5, -0.375, -0.125, 0, -0.125, -0.5, -0.5],
  );
});

Deno.test("createDynamicLength() compares wrong responses with the mean of the right ones, or the shortest", () => {
  const rollouts = group([1, 0, 1, 0, 0], [500, 250, 1000, 1500, 750]);
  near(createDynamicLength(dynamicLength())(rollouts), [0, -0.375, 0, -0.5, 0]);
  const shortest = createDynamicLength(dynamicLength({ reference: "minimum" }));
  near(shortest(rollouts), [0, -0.25, 0, -0.5, -0.25]);
});

// r1v_length.py and aux.py of VL-Cogito, run in Python with tar_len = 750: half of the cosine.
Deno.test("createDynamicLength() leaves a group without a right response to its target, if there is one", () => {
  const lengths = [0, 250, 500, 750, 2000, 4096], rollouts = group(lengths.map(() => 0), lengths);
  const targeted = createDynamicLength(dynamicLength({ target: 750 }));
  near(targeted(rollouts), [-0.25, -0.1875, -0.0625, 0, 0, -0.25]);
  deepEqual(createDynamicLength(dynamicLength())(rollouts), lengths.map(() => 0));
});

Deno.test("createDynamicLength() costs right responses nothing, others at most the penalty, in any order", () => {
  const rollouts = fc.array(fc.tuple(fc.constantFrom(0, 0.5, 1), fc.nat(64)), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(fc.property(rollouts, fc.nat(7), (pairs, shift) => {
    const inputs = pairs.map(([accuracy, tokens]) =>
      makeInput({ accuracy, tokens, maxTokens: 64 })
    );
    const reward = createDynamicLength(dynamicLength({ penalty: 2, target: 32 }));
    const values = reward(inputs);
    values.forEach((value, i) =>
      ok(inputs[i]!.accuracy === 1 ? value === 0 : value >= -2 && value <= 0)
    );
    const turn = <T>(list: readonly T[]) => [...list.slice(shift), ...list.slice(0, shift)];
    near(reward(turn(inputs)), turn(values));
  }));
});
