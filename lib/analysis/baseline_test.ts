import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { findBaselines } from "./baseline.ts";
import { compareArms } from "./comparison.ts";
import type { ArmResults, ExperimentResults } from "./results.ts";

const results = syntheticResults({ seeds: 2, steps: 10 });

/** Every arm at two numbers of steps, named as a crossed axis names them. */
const crossed: ExperimentResults = {
  ...results,
  arms: results.arms.flatMap((arm) =>
    [10, 20].map((steps) => ({
      ...arm,
      name: `${arm.name}, steps = ${steps}`,
      config: { ...arm.config, training: { ...arm.config.training, steps } },
    }))
  ),
};

const compared = (given: ExperimentResults, named?: string) => {
  const { of } = findBaselines(given, named)!;
  return given.arms.map((arm: ArmResults) => of(arm)?.name ?? null);
};

Deno.test("findBaselines() takes the first arm that samples uniformly, wherever it stands", () => {
  const arms = results.arms.toReversed();
  equal(findBaselines({ ...results, arms })!.first.name, "random");
  deepEqual(compared({ ...results, arms }), ["random", "random", null]);
});

Deno.test("findBaselines() compares within the level of a crossed axis", () => {
  deepEqual(compared(crossed), [
    null,
    null,
    "random, steps = 10",
    "random, steps = 20",
    "random, steps = 10",
    "random, steps = 20",
  ]);
  const comparisons = compareArms(crossed, findBaselines(crossed)!);
  ok(comparisons.length > 0);
  ok(comparisons.every(({ arm, baseline }) => arm.split("= ").at(-1) === baseline.split("= ")[1]));
});

Deno.test("findBaselines() compares uniform arms among each other where there are no others", () => {
  const arms = crossed.arms.slice(0, 2);
  deepEqual(compared({ ...crossed, arms }), [null, "random, steps = 10"]);
});

Deno.test("findBaselines() falls back to the first uniform arm on a level without one", () => {
  const arms = crossed.arms.filter(({ name }) => name !== "random, steps = 20");
  deepEqual(compared({ ...crossed, arms }), [null, ...new Array(4).fill("random, steps = 10")]);
});

Deno.test("findBaselines() keeps to a named arm, and ignores a name that no arm has", () => {
  deepEqual(compared(results, "VAS, λ = 1"), ["VAS, λ = 1", "VAS, λ = 1", null]);
  deepEqual(compared(results, "nobody"), compared(results));
  equal(findBaselines({ ...results, arms: [] }), null);
});
