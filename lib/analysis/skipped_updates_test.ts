import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { findBaselines } from "./baseline.ts";
import { compareArms } from "./comparison.ts";
import { seedCurves } from "./curve.ts";
import { outcomesOf } from "./outcome.ts";
import { skippedUpdates } from "./skipped_updates.ts";
import { stepTable } from "./step_table.ts";

const EMPTY = {
  gradNorm: null,
  gradNormMax: null,
  policyLoss: null,
  clipFraction: null,
  klReference: null,
  entropy: null,
};

const clean = syntheticResults({ seeds: 2, steps: 10 });

/** In the first arm's first run, step 2 loses one update of four, and steps 3 and 4 lose all. */
const results = {
  ...clean,
  arms: clean.arms.map((arm, a) => ({
    ...arm,
    runs: arm.runs.map((run, seed) => ({
      ...run,
      records: a > 0 || seed > 0 ? run.records : run.records.map((record) => {
        if (record.kind !== "step" || record.step < 2 || record.step > 4) return record;
        return record.step === 2
          ? { ...record, skippedUpdates: 1 }
          : { ...record, ...EMPTY, skippedUpdates: 4 };
      }),
    })),
  })),
};

Deno.test("skippedUpdates() counts updates left out and the steps they belong to", () => {
  deepEqual(skippedUpdates(clean), []);
  const [found, ...others] = skippedUpdates(results);
  deepEqual(others, []);
  const { id, ...counts } = found!;
  equal(id, results.arms[0]!.runs[0]!.id);
  deepEqual(counts, {
    arm: "random",
    seed: 0,
    skipped: 9,
    updates: 40,
    steps: 3,
    emptySteps: 2,
  });
});

Deno.test("steps without any update are left out of means, of outcomes and of curves", async () => {
  const gradNorm = outcomesOf(results).find(({ key }) => key === "gradNorm")!;
  const run = results.arms[0]!.runs[0]!;
  const known = run.records.flatMap((record) =>
    record.kind === "step" && record.gradNorm !== null ? [record.gradNorm] : []
  );
  equal(known.length, 8);
  equal(gradNorm.valueOf(run), known.reduce((sum, value) => sum + value, 0) / 8);
  const comparisons = compareArms(results, findBaselines(results)!);
  ok(comparisons.every(({ difference }) => Number.isFinite(difference)));

  const { curves } = seedCurves(await stepTable(results), { x: "step", y: "gradNorm", block: 2 });
  deepEqual(curves[0]!.points.map(({ x }) => x), [1.5, 5.5, 7.5, 9.5]);
  ok(curves[0]!.points.every(({ y }) => Number.isFinite(y)));
});
