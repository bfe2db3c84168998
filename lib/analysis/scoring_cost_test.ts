import { deepEqual, equal, ok } from "node:assert/strict";
import { costResults } from "../report/testdata/synthetic_designs.ts";
import { scoringCost } from "./scoring_cost.ts";

const near = (actual: number | undefined, expected: number) =>
  ok(Math.abs(actual! - expected) < 1e-9, `${actual}, expected ${expected}`);

Deno.test("scoringCost() looks at every run when it had generated what the cheapest did", () => {
  const { budget, random, base, rows } = scoringCost(costResults())!;
  equal(budget, 1000); // ten steps of 100 tokens, no scoring
  deepEqual([random, base], ["random", "T = 14, N = 8"]);
  const [uniform, full, , few] = rows;
  [0, 0.4, 0.2, 0.2].forEach((share, i) => near(rows[i]!.scoringShare, share));
  [10, 6, 8, 8].forEach((steps, i) => near(rows[i]!.steps, steps));
  near(uniform!.accuracy.mean, 0.5 + 0.001);
  near(full!.accuracy.mean, 0.4 + 0.012 * 6 + 0.001); // six steps are left of the budget
  near(full!.toRandom!.mean, -0.028);
  near(few!.toRandom!.mean, -0.004);
  near(few!.toBase!.mean, 0.024);
  equal(few!.toRandom!.n, 3);
  deepEqual([uniform!.toRandom, full!.toBase], [null, null]);
});

Deno.test("scoringCost() counts tokens by purpose, and areas from the first token on", () => {
  const { rows: [uniform, full] } = scoringCost(costResults())!;
  deepEqual([full!.trainingTokens, full!.scoringTokens], [1000, 400]);
  near(uniform!.area.mean, 0.45 + 0.001);
  // 400 tokens at .4, then a line up to step 6.
  near(full!.area.mean, (400 * 0.4 + 600 * (0.4 + 0.012 * 3)) / 1000 + 0.001);
  near(full!.finalAccuracy.mean, 0.52 + 0.001);
});

Deno.test("scoringCost() takes the base that is named, and goes without uniform sampling", () => {
  equal(scoringCost(costResults(), "T = 28, N = 8")!.base, "T = 28, N = 8");
  const results = costResults();
  const found = scoringCost({ ...results, arms: results.arms.slice(1) })!;
  equal(found.random, null);
  equal(found.budget, 1200);
  ok(found.rows.every(({ toRandom }) => toRandom === null));
  equal(scoringCost({ ...results, arms: [] }), null);
});
