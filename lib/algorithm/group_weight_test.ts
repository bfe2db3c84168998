import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  accuracyCosine,
  type AccuracyWeight,
  adora,
  type GroupWeightConfig,
  type GroupWeightInputs,
  groupWeights,
  groupWeightSchema,
} from "./group_weight.ts";

fc.configureGlobal({ seed: 1 });

/** One group of [reward, length] pairs, where "cut" marks those that ended at the limit. */
function group(...rollouts: readonly (readonly [number, number, "cut"?])[]): GroupWeightInputs {
  return {
    groupSize: rollouts.length,
    rewards: Float32Array.from(rollouts, ([reward]) => reward),
    accuracy: Float32Array.from(rollouts, ([reward]) => Number(reward > 0.5)),
    lengths: Int32Array.from(rollouts, ([, length]) => length),
    truncated: rollouts.map(([, , cut]) => cut !== undefined),
  };
}

/** One group of eight with this share of right rollouts. */
const withAccuracy = (accuracy: number) =>
  group(...Array.from({ length: 8 }, (_, i) => [Number(i < 8 * accuracy), 10] as const));

const weight = (config: GroupWeightConfig, inputs: GroupWeightInputs) =>
  groupWeights(config, inputs)[0]!;

Deno.test("groupWeights() adora damps groups whose right rollouts are all short", () => {
  const near = (got: number, expected: number) => ok(Math.abs(got - expected) < 1e-7, `${got}`);
  // The longest right one is 30, the mean wrong one 25 or 35. Format alone (0.5) is wrong.
  equal(weight(adora(), group([1.5, 30], [1, 5], [0.5, 20], [0, 30])), 1);
  near(weight(adora(), group([1.5, 30], [1, 5], [0.5, 40], [0, 30])), 0.1);
  // Not longer is damped: equal lengths.
  near(weight(adora({ damping: 0.25 }), group([1, 30], [0, 30])), 0.25);
  // Without a right one nothing is damped; without a wrong one everything.
  equal(weight(adora(), group([0, 30], [0.5, 10])), 1);
  near(weight(adora(), group([1, 30], [1, 10])), 0.1);
});

Deno.test("groupWeights() adora leaves wrong rollouts that were cut off out of the mean", () => {
  const inputs = group([1, 30], [0, 20], [0, 64, "cut"]);
  equal(weight(adora(), inputs), 1);
  // By length instead: 64 tokens and more, as MM-EUREKA's 4094 of 4096.
  equal(weight(adora({ lengthLimit: 64 }), inputs), 1);
  ok(weight(adora({ lengthLimit: 65 }), inputs) < 1); // 64 counts: the mean is 42
  ok(weight(adora({ lengthLimit: 20 }), inputs) < 1); // none is left
  // A right one that was cut off still counts.
  equal(weight(adora(), group([1, 64, "cut"], [0, 20])), 1);
});

Deno.test("groupWeights() accuracyCosine has VL-Cogito's table", () => {
  const table: Readonly<Record<AccuracyWeight["stage"], readonly number[]>> = {
    //          0     1/8     1/4    1/2  3/4     1
    easy: [0, 0.3827, 0.7071, 1, 1, 1],
    medium: [0, 0.3827, 0.7071, 1, 0.7071, 0],
    hard: [0.25, 1, 1, 1, 0.7071, 0],
    easyOnly: [0, 0, 0, 1, 1, 1],
    mediumOnly: [0, 0, 1, 1, 1, 0],
    hardOnly: [0, 1, 1, 1, 0, 0],
  };
  for (const stage of Object.keys(table) as AccuracyWeight["stage"][]) {
    [0, 0.125, 0.25, 0.5, 0.75, 1].forEach((accuracy, i) => {
      const got = weight(accuracyCosine({ stage }), withAccuracy(accuracy));
      ok(Math.abs(got - table[stage][i]!) < 5e-5, `${stage} at ${accuracy}: got ${got}`);
    });
    // Exactly nothing where the table says 0.
    for (const accuracy of [0, 1]) {
      if (table[stage][accuracy === 0 ? 0 : 5] === 0) {
        equal(weight(accuracyCosine({ stage }), withAccuracy(accuracy)), 0);
      }
    }
  }
});

Deno.test("groupWeights() weighs every group by itself, none in full", () => {
  const anyGroup = fc.array(
    fc.record({
      reward: fc.constantFrom(0, 0.5, 1, 1.5),
      length: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 4, maxLength: 4 },
  );
  fc.assert(fc.property(fc.array(anyGroup, { minLength: 1, maxLength: 4 }), (groups) => {
    const pairs = groups.map((members) =>
      members.map(({ reward, length }) => [reward, length] as const)
    );
    const batch = { ...group(...pairs.flat()), groupSize: 4 };
    for (const config of [adora(), accuracyCosine({ stage: "hard" })]) {
      deepEqual(
        groupWeights(config, batch),
        Float32Array.from(pairs, (members) => weight(config, group(...members))),
      );
    }
    deepEqual(groupWeights({ kind: "none" }, batch), new Float32Array(groups.length).fill(1));
  }));
});

Deno.test("groupWeightSchema takes what the constructors make, and no other stage", () => {
  for (const config of [adora(), adora({ lengthLimit: 4094 }), accuracyCosine()]) {
    deepEqual(groupWeightSchema.parse(config), config);
  }
  throws(() => groupWeightSchema.parse({ ...accuracyCosine(), stage: "s_3" }));
});
