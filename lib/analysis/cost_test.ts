import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { benchmarkResults } from "./benchmark.ts";
import { costTable, meanCosts } from "./cost.ts";
import { compareSettings } from "./setting.ts";
import { rowsOf } from "./table.ts";

const results = syntheticResults({ seeds: 2, steps: 20 });

Deno.test("costTable() has what each run generated, by purpose", async () => {
  const rows = rowsOf(await costTable(results));
  equal(rows.length, 6);
  const { trainingRollouts, scoringRollouts, validationRollouts } = rows[5]!;
  equal(trainingRollouts, 20 * 256);
  equal(scoringRollouts, 2 * 256 * 8); // refreshes at 0 and 14
  equal(validationRollouts, 5 * 384 + 2 * 256 * 8); // evaluations, and the control
});

Deno.test("costTable() separates seconds of scoring from those of its control", async () => {
  const { scoringSeconds, measuringSeconds } = rowsOf(await costTable(results))[5]!;
  ok(Math.abs(scoringSeconds - 2 * 1.5) < 1e-9);
  ok(Math.abs(measuringSeconds - (2 * 1.5 + 5 * 0.4)) < 1e-9);
});

Deno.test("meanCosts() averages over the seeds of an arm", async () => {
  const means = await meanCosts(await costTable(results));
  deepEqual(means.map(({ arm, n }) => [arm, n]), results.arms.map(({ name }) => [name, 2]));
  equal(means[0]!.trainingTokens, 20 * 256 * 9 + 0.5); // seeds add 0 and 1
});

Deno.test("compareSettings() separates what differs from what is shared", () => {
  const { common, differing } = compareSettings(results.arms);
  const paths = differing.map(({ path }) => path);
  ok(paths.includes("sampler.kind") && paths.includes("sampler.mixtureRatio"));
  ok(paths.every((path) => path.startsWith("sampler.")));
  deepEqual(differing.find(({ path }) => path === "sampler.mixtureRatio")!.values, [
    null,
    "0.5",
    "1",
  ]);
  ok(common.some(({ path, value }) => path === "training.batchSize" && Number(value) > 0));
});

Deno.test("benchmarkResults() pairs first and last, and averages over benchmarks without validation", () => {
  const rows = benchmarkResults(results.arms[0]!);
  deepEqual(rows.map(({ split }) => split), [
    "validation",
    "verse",
    "vista",
    "vision",
    "logic",
    "chart",
    "average",
  ]);
  const average = rows.at(-1)!, benchmarks = rows.slice(1, 6);
  const expected = benchmarks.reduce((sum, { last }) => sum + last[1]!, 0) / 5;
  ok(Math.abs(average.last[1]! - expected) < 1e-12);
});
