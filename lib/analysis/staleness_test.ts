import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { readScorings } from "./scorings.ts";
import { disagreement, expiryOf, misplacedWeight, staleness } from "./staleness.ts";

const results = syntheticResults({ seeds: 2, steps: 45 });

Deno.test("misplacedWeight() is the share that lies elsewhere", () => {
  equal(misplacedWeight([1, 1, 2], [2, 2, 4]), 0);
  equal(misplacedWeight([1, 0], [0, 3]), 1);
  equal(misplacedWeight([1, 1, 2], [1, 1, 0]), 0.5);
  equal(misplacedWeight([0, 0], [1, 1]), 0); // all 0 is drawn from evenly
});

Deno.test("staleness() pairs all refreshes of a run by lag, the control at 0", async () => {
  const found = (await staleness(results.arms[2]!))!;
  // Refreshes at 0, 14, 28, 42.
  deepEqual(found.points.map(({ lag, pairs }) => [lag, pairs]), [[0, 4], [14, 3], [28, 2], [
    42,
    1,
  ]]);
  equal(found.refreshes, 4);
  deepEqual(found.seeds, [0, 1]);
  equal(found.points[0]!.corrected, null);
  ok(found.points.slice(1).every(({ rankCorrelation }) => rankCorrelation!.n === 2));
});

Deno.test("staleness() divides by what each end has with its own repetition", async () => {
  const arm = { ...results.arms[2]!, runs: results.arms[2]!.runs.slice(0, 1) };
  const found = (await staleness(arm))!.points.at(-1)!; // one pair: steps 0 and 42
  const scorings = await readScorings(arm);
  const at = (step: number, control: boolean) =>
    scorings.find((scoring) => scoring.step === step && scoring.control === control)!.scores;
  const pair = disagreement(at(0, false), at(42, false));
  const controls = [0, 42].map((step) => disagreement(at(step, false), at(step, true)));
  const [before, after] = controls.map(({ rankCorrelation }) => rankCorrelation);
  equal(found.rankCorrelation!.mean, pair.rankCorrelation);
  equal(found.corrected!.mean, pair.rankCorrelation / Math.sqrt(before! * after!));
  equal(found.excess!.mean, pair.misplaced - (controls[0]!.misplaced + controls[1]!.misplaced) / 2);
  equal(found.corrected!.low, null);
});

Deno.test("staleness() is null for an arm that scores never, or once", async () => {
  equal(await staleness(results.arms[0]!), null);
  const once = syntheticResults({ seeds: 1, steps: 10 });
  equal(await staleness(once.arms[2]!), null);
});

Deno.test("expiryOf() names the first lag under the level, and how certain it is", async () => {
  const some = (await staleness(results.arms[2]!))!;
  const point = (lag: number, mean: number, half: number) => ({
    ...some.points[1]!,
    lag,
    corrected: { mean, low: mean - half, high: mean + half, n: 3 },
  });
  const points = [point(7, 0.95, 0.05), point(14, 0.85, 0.1), point(21, 0.7, 0.05)];
  const of = (level: number) => expiryOf({ ...some, points }, level);
  deepEqual(of(0.8), { lag: 21, certain: true, goodUntil: 7, longest: 21 });
  deepEqual(of(0.72), { lag: 21, certain: false, goodUntil: 14, longest: 21 });
  deepEqual(of(0.5), { lag: null, certain: false, goodUntil: 21, longest: 21 });
  equal(expiryOf({ ...some, points: [{ ...points[0]!, corrected: null }] }, 0.8), null);
});
