import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Comparison, Verdict } from "../../analysis/comparison.ts";
import { answerSentence, describeOutcome, summarize } from "./answer.ts";

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

Deno.test("describeOutcome() names the largest of many differences, and counts the rest with their range", () => {
  const many = Array.from({ length: 18 }, (_, i) => {
    const difference = i / 100 - 0.05, verdict = i > 12 ? "higher" : "not detectable";
    return comparison("x", `arm ${i}`, verdict, [difference, difference - 0.06, difference + 0.06]);
  });
  equal(
    describeOutcome(many),
    "higher with 5 of 18 arms, the most with “arm 17” (+12.0 pp [+6.0, +18.0], n = 3), “arm 16” " +
      "(+11.0 pp [+5.0, +17.0], n = 3) and “arm 15” (+10.0 pp [+4.0, +16.0], n = 3); not detectably " +
      "different with 13 of 18 arms (from −5.0 pp to +7.0 pp, intervals up to ±6.0 pp, n = 3)",
  );
});

Deno.test("describeOutcome() names every arm of a short clause among many arms", () => {
  const many = Array.from({ length: 9 }, (_, i) => {
    const [verdict, d] = i === 4 ? ["lower", -0.2] as const : ["too few", 0.01] as const;
    return comparison("x", `arm ${i}`, verdict, [d, i === 4 ? -0.3 : null, i === 4 ? -0.1 : null]);
  });
  equal(
    describeOutcome(many),
    "lower with “arm 4” (−20.0 pp [−30.0, −10.0], n = 3); not known for lack of seeds with 8 of 9 arms " +
      "(from +1.0 pp to +1.0 pp, no interval, n = 1)",
  );
});

Deno.test("answerSentence() is one sentence over the main outcomes, with intervals and n", () => {
  equal(
    answerSentence([
      comparison("gradNorm", "a", "higher", [0.2, 0.1, 0.3]),
      comparison("finalAccuracy", "a", "not detectable", [0, -0.1, 0.1]),
      comparison("informativeGroups", "a", "higher", [0.2, 0.1, 0.3]),
      comparison("informativeGroups", "b", "not detectable", [0.01, -0.05, 0.07]),
    ]),
    "Against random, the share of groups that carry a gradient was higher with “a” " +
      "(+20.0 pp [+10.0, +30.0], n = 3), not detectably different with “b” (+1.0 pp [−5.0, +7.0], n = 3); " +
      "validation accuracy at the end was not detectably different with “a” (0.0 pp [−10.0, +10.0], n = 3).",
  );
  equal(answerSentence([]), null);
});

Deno.test("answerSentence() speaks of all main outcomes where the headline has none", () => {
  match(
    answerSentence([comparison("gradNorm", "a", "higher", [0.2, 0.1, 0.3])])!,
    /^Against random, gradNorm was higher with “a”/,
  );
});
