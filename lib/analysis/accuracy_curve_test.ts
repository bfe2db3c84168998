import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { accuracyCurve, accuracyPoints } from "./accuracy_curve.ts";
import { interpolate } from "./curve.ts";

const results = syntheticResults({ seeds: 1, steps: 20 });
const [uniform, , vas] = results.arms.map(({ runs }) => runs[0]!);

Deno.test("accuracyCurve() over steps holds evaluations only", () => {
  deepEqual(accuracyCurve(vas!, "step").map(({ x }) => x), [0, 5, 10, 15, 20]);
});

Deno.test("accuracyCurve() stands still while prompts are scored: cost rises, the policy does not change", () => {
  const points = accuracyCurve(vas!, "rollouts"), scoring = 256 * 8;
  const start = points[0]!.y;
  equal(interpolate(points, scoring / 2), start);
  equal(interpolate(points, scoring), start);
  ok(interpolate(points, scoring + 5 * 256)! !== start);
});

Deno.test("accuracyPoints() counts training and scoring, and neither evaluations nor the control", () => {
  equal(accuracyPoints(uniform!).at(-1)!.rollouts, 20 * 256);
  equal(accuracyPoints(vas!).at(-1)!.rollouts, 20 * 256 + 2 * 256 * 8);
});

Deno.test("accuracyPoints() adds step and scoring seconds, not measuring", () => {
  const { seconds } = accuracyPoints(vas!).at(-1)!;
  ok(Math.abs(seconds - (20 * 0.22 + 2 * 1.5)) < 1e-9);
});

Deno.test("accuracyPoints() puts the stage before in front; over steps there are only the run's own", () => {
  const second = { records: vas!.records, previous: uniform! };
  const points = accuracyPoints({ ...second, records: [...second.records] });
  const first = accuracyPoints(uniform!);
  deepEqual(points.slice(0, first.length), first.map((point) => ({ ...point, earlier: true })));
  const own = points.filter(({ earlier }) => !earlier), alone = accuracyPoints(vas!);
  deepEqual(own.map(({ accuracy }) => accuracy), alone.map(({ accuracy }) => accuracy));
  const shift = first.at(-1)!.seconds;
  own.forEach(({ seconds }, i) => ok(Math.abs(seconds - shift - alone[i]!.seconds) < 1e-9));
  deepEqual(accuracyCurve(second, "step"), accuracyCurve(vas!, "step"));
});
