import { equal, ok } from "node:assert/strict";
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
    "higher with “VAS, λ = 1” (+18.0 pp [+16.0, +20.0]); " +
      "no detectable difference at n = 3 with “mixed, λ = 0.5” (+1.0 pp [−2.0, +4.0])",
  );
});

Deno.test("describeOutcome() withholds a claim that Holm's correction takes back", () => {
  const text = describeOutcome([comparison("x", "a", "not after correction", [0.1, 0.01, 0.19])]);
  ok(text.includes("but not after Holm's correction: no claim"));
  ok(!text.includes("higher"));
});

Deno.test("describeOutcome() has no interval for one seed", () => {
  equal(
    describeOutcome([comparison("x", "a", "too few", [0.1, null, null])]),
    "too few seeds for an interval (n = 1) with “a” (+10.0 pp)",
  );
});

Deno.test("summarize() says what steps and rollouts say, each in its own clause", () => {
  const none = [0, -0.1, 0.1] as const;
  const text = summarize([
    comparison("informativeGroups", "a", "higher", [0.2, 0.1, 0.3]),
    comparison("informativeGroups", "b", "higher", [0.2, 0.1, 0.3]),
    comparison("areaUnderAccuracy", "a", "not detectable", none),
    comparison("areaUnderAccuracy", "b", "not detectable", none),
    comparison("accuracyAtEqualRollouts", "a", "lower", [-0.2, -0.3, -0.1]),
    comparison("accuracyAtEqualRollouts", "b", "not detectable", none),
  ], "random");
  equal(
    text,
    "Against random, the share of groups that carry a gradient was higher with every other sampler; " +
      "validation accuracy per step was not detectably different at n = 3 with any other sampler; " +
      "at equal rollouts, scoring included, it was lower with “a”, not detectably different at n = 3 with “b”.",
  );
});
