import { deepEqual, equal, ok } from "node:assert/strict";
import { mean, pairedInterval, welch } from "../core/statistics.ts";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { type ComparedExperiment, compareExperiments } from "./experiment_comparison.ts";
import type { ArmResults, ExperimentResults } from "./results.ts";

const results = syntheticResults({ seeds: 3, steps: 15 });
const [random, mixed, vas] = results.arms as [ArmResults, ArmResults, ArmResults];

const experiment = (
  name: string,
  arms: readonly ArmResults[],
  store = "runs",
): ComparedExperiment => ({
  name,
  store,
  results: { ...results, arms } satisfies ExperimentResults,
});

/** The arm with other runs: every id and the informative share changed, seeds shifted. */
function changed(arm: ArmResults, { shift = 0, by = -0.1, name = arm.name } = {}): ArmResults {
  const config = { ...arm.config, training: { ...arm.config.training, steps: 99 } };
  const runs = arm.runs.map((run) => ({
    ...run,
    id: `${run.id}x`,
    config,
    seed: run.seed + shift,
    records: run.records.map((record) =>
      record.kind === "step"
        ? { ...record, informativeGroups: record.informativeGroups + by * (1 + run.seed / 10) }
        : record
    ),
  }));
  return { name, config, runs };
}

const share = (arm: ArmResults) =>
  arm.runs.map(({ records }) =>
    mean(records.flatMap((record) => record.kind === "step" ? record.informativeGroups : []))
  );

const rowsOf = (comparison: ReturnType<typeof compareExperiments>, key: string) =>
  comparison.outcomes.filter(({ outcome }) => outcome.key === key);

Deno.test("compareExperiments() pairs runs of the same seed, the second less the first", () => {
  const other = changed(vas);
  const comparison = compareExperiments(experiment("a", [vas]), experiment("b", [other]));
  const [row] = rowsOf(comparison, "informativeGroups");
  const expected = pairedInterval(share(other), share(vas));
  equal(row!.method, "paired");
  const { n, difference, low, high, p, verdict } = row!.comparison!;
  deepEqual([n, low, high, p], [3, expected.low, expected.high, expected.p]);
  ok(Math.abs(difference - -0.11) < 1e-9, `${difference}`); // mean of −0.1 times 1, 1.1 and 1.2
  equal(verdict, "lower");
});

Deno.test("compareExperiments() is Welch's where no seeds are shared", () => {
  const other = changed(vas, { shift: 10 });
  const comparison = compareExperiments(experiment("a", [vas]), experiment("b", [other]));
  const [row] = rowsOf(comparison, "informativeGroups");
  const { low, high } = welch(share(other), share(vas));
  equal(row!.method, "Welch");
  deepEqual([row!.comparison!.n, row!.comparison!.low, row!.comparison!.high], [6, low, high]);
});

Deno.test("compareExperiments() has a difference without interval for one seed, and no verdict", () => {
  const one = (arm: ArmResults) => ({ ...arm, runs: arm.runs.slice(0, 1) });
  for (const shift of [0, 10]) {
    const other = one(changed(vas, { shift }));
    const comparison = compareExperiments(experiment("a", [one(vas)]), experiment("b", [other]));
    const { low, high, verdict, difference } = rowsOf(comparison, "informativeGroups")[0]!
      .comparison!;
    deepEqual([low, high, verdict], [null, null, "too few"]);
    ok(Math.abs(difference - -0.1) < 1e-9);
  }
});

Deno.test("compareExperiments() says where both sides are the same runs, and compares nothing there", () => {
  const comparison = compareExperiments(
    experiment("a", [random, mixed]),
    experiment("b", [changed(random), { ...mixed, name: "renamed" }]),
  );
  deepEqual(comparison.pairs.map(({ name, sameRuns }) => [name, sameRuns]), [
    ["random", []],
    ["mixed, λ = 0.5 / renamed", [0, 1, 2]],
  ]);
  const rows = rowsOf(comparison, "gradNorm");
  deepEqual(rows.map(({ method, comparison }) => [method, comparison === null]), [
    ["paired", false],
    ["same runs", true],
  ]);
});

Deno.test("compareExperiments() does not take the runs of two stores for the same", () => {
  const comparison = compareExperiments(
    experiment("a", [vas]),
    experiment("b", [vas], "elsewhere"),
  );
  deepEqual(comparison.pairs[0]!.sameRuns, []);
  const { low, high, verdict } = rowsOf(comparison, "finalAccuracy")[0]!.comparison!;
  deepEqual([low, high, verdict], [0, 0, "not detectable"]);
});

Deno.test("compareExperiments() pairs by name before settings, keeps arms of one side, and never matches two", () => {
  const comparison = compareExperiments(
    experiment("a", [random, vas]),
    experiment("b", [{ ...vas, name: "random" }, changed(mixed)]),
  );
  deepEqual(comparison.pairs.map(({ name, a, b }) => [name, a?.name, b?.name]), [
    ["random", "random", "random"],
    ["VAS, λ = 1", "VAS, λ = 1", undefined],
    ["mixed, λ = 0.5", undefined, "mixed, λ = 0.5"],
  ]);
  const alone = rowsOf(comparison, "gradNorm")[1]!;
  deepEqual([alone.a?.n, alone.b, alone.method, alone.comparison], [3, null, null, null]);
});

Deno.test("compareExperiments() compares the only arm of each, whatever it is called", () => {
  const other = changed(vas, { name: "longer" });
  const { pairs } = compareExperiments(experiment("a", [vas]), experiment("b", [other]));
  deepEqual(pairs.map(({ name }) => name), ["VAS, λ = 1 / longer"]);
});

Deno.test("compareExperiments() lists differing settings, one that all arms share once", () => {
  const { settings } = compareExperiments(
    experiment("a", [random, vas]),
    experiment("b", [changed(random), changed(vas)]),
  );
  deepEqual(settings, [{
    path: "training.steps",
    a: JSON.stringify(random.config.training.steps),
    b: "99",
    arms: ["random", "VAS, λ = 1"],
  }]);
});

Deno.test("compareExperiments() corrects main outcomes across arms, and exploratory ones not", () => {
  const both = compareExperiments(
    experiment("a", [random, vas]),
    experiment("b", [changed(random), changed(vas, { by: 0.001 })]),
  );
  const alone = compareExperiments(
    experiment("a", [vas]),
    experiment("b", [changed(vas, { by: 0.001 })]),
  );
  const p = (comparison: typeof both, key: string) =>
    rowsOf(comparison, key).find(({ arm }) => arm === "VAS, λ = 1")!.comparison!.p!;
  const pRandom = rowsOf(both, "informativeGroups")[0]!.comparison!.p!;
  const least = Math.min(pRandom, p(alone, "informativeGroups"));
  equal(
    p(both, "informativeGroups"),
    least === pRandom ? p(alone, "informativeGroups") : 2 * p(alone, "informativeGroups"),
  );
  ok(least < 0.05);
});
