import { deepEqual, equal, ok } from "node:assert/strict";
import type { Comparison, Verdict } from "../../analysis/comparison.ts";
import { describeOutcome, summarize } from "./answer.ts";

function comparison(
  key: string,
  arm: string,
  verdict: Verdict,
  [difference, low, high]: readonly [number, number | null, number | null],
): Comparison {
  const outcome = {
    key,
    label: key,
    method: "",
    unit: "share",
    role: "main",
    valueOf: () => null,
  } as const;
  const n = verdict === "too few" ? 1 : 3;
  return {
    outcome,
    arm,
    baseline: "random",
    n,
    armMean: 0.6,
    baselineMean: 0.5,
    difference,
    low,
    high,
    p: 0.01,
    verdict,
  };
}

Deno.test("describeOutcome() claims a difference only where the verdict does, with its interval", () => {
  const text = describeOutcome([
    comparison("x", "mixed, λ = 0.5", "not detectable", [0.01, -0.02, 0.04]),
    comparison("x", "VAS, λ = 1", "higher", [0.18, 0.16, 0.2]),
  ]);
  equal(
    text,
    "higher with “VAS, λ = 1” (+18.0 pp [+16.0, +20.0], n = 3); " +
      "not detectably different with “mixed, λ = 0.5” (+1.0 pp [−2.0, +4.0], n = 3)",
  );
});

Deno.test("describeOutcome() withholds a claim that Holm's correction takes back", () => {
  const text = describeOutcome([comparison("x", "a", "not after correction", [0.1, 0.01, 0.19])]);
  ok(text.includes("Holm's correction takes it back"));
  ok(!text.includes("higher"));
});

Deno.test("describeOutcome() has no interval for one seed", () => {
  equal(
    describeOutcome([comparison("x", "a", "too few", [0.1, null, null])]),
    "not known for lack of seeds with “a” (+10.0 pp, no interval, n = 1)",
  );
});

Deno.test("summarize() judges main outcomes, and marks the clause on equal rollouts as exploratory", () => {
  const none = [0, -0.1, 0.1] as const;
  const sentences = summarize([
    comparison("accuracyAtEqualRollouts", "a", "lower", [-0.2, -0.3, -0.1]),
    comparison("areaUnderAccuracy", "a", "higher", [0.2, 0.1, 0.3]),
    comparison("finalAccuracy", "a", "not detectable", none),
    comparison("informativeGroups", "a", "higher", [0.2, 0.1, 0.3]),
    comparison("informativeGroups", "b", "higher", [0.1, 0.05, 0.15]),
  ]);
  deepEqual(sentences, [
    "The share of groups that carry a gradient was higher with “a” (+20.0 pp [+10.0, +30.0], n = 3) " +
    "and “b” (+10.0 pp [+5.0, +15.0], n = 3).",
    "Validation accuracy at the end was not detectably different with “a” (0.0 pp [−10.0, +10.0], n = 3).",
    "Exploratory, not corrected: at equal rollouts, scoring included, validation accuracy was " +
    "lower with “a” (−20.0 pp [−30.0, −10.0], n = 3).",
  ]);
});
