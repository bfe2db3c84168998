import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { accuracyPoints, commonBudget } from "./accuracy_curve.ts";
import { costToReach, meanCostToReach } from "./threshold.ts";

const results = syntheticResults({ steps: 20 });
const [uniform, , vas] = results.arms;
const run = vas!.runs[0]!;
const measured = accuracyPoints(run).filter((point) => point.measured);

Deno.test("costToReach() is the cost at the first evaluation at or above the threshold", () => {
  const after10 = measured.find(({ step }) => step === 10)!;
  const earlier = measured.filter(({ step }) => step < 10).map(({ accuracy }) => accuracy);
  ok(Math.max(...earlier) < after10.accuracy); // synthetic accuracies rise that fast
  for (const axis of ["step", "rollouts", "tokens", "seconds"] as const) {
    deepEqual(costToReach(run, after10.accuracy, axis), { time: after10[axis], reached: true });
  }
});

Deno.test("costToReach() takes no interpolated point, and counts scoring", () => {
  const first = measured[0]!.accuracy, after5 = measured[1]!;
  // Just above the first accuracy: on the line between evaluations it would be reached at once.
  deepEqual(costToReach(run, first + 1e-6, "rollouts"), { time: after5.rollouts, reached: true });
  equal(after5.rollouts, 5 * 256 + 256 * 8);
});

Deno.test("costToReach() censors a run that does not get there at its last evaluation", () => {
  deepEqual(costToReach(run, 1, "step"), { time: 20, reached: false });
  equal(costToReach({ records: [] }, 0, "step"), null);
});

Deno.test("meanCostToReach() counts censored runs with the budget", () => {
  const budget = commonBudget(results, "rollouts")!; // of uniform sampling, which scores nothing
  equal(budget, 20 * 256);
  const never = meanCostToReach(uniform!, { threshold: 1, budget, axis: "rollouts" })!;
  deepEqual([never.value, never.reached, never.censored], [budget, 0, 3]);
  const at0 = meanCostToReach(uniform!, { threshold: 0, budget, axis: "rollouts" })!;
  deepEqual([at0.value, at0.reached], [0, 3]);
  // Reached by VAS only after twice the budget: censored at it.
  const late = meanCostToReach(vas!, { threshold: 0.6, budget: 2000, axis: "rollouts" })!;
  deepEqual([late.value, late.censored], [2000, 3]);
});
