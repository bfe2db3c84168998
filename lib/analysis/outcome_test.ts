import { deepEqual, equal, ok } from "node:assert/strict";
import { refine } from "../schema/refine.ts";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { outcomesOf } from "./outcome.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";

const results = syntheticResults({ seeds: 2, steps: 40 });
/** The same records, from arms that end by a budget of tokens. */
const limited: ExperimentResults = {
  ...results,
  arms: results.arms.map((arm) => ({
    ...arm,
    config: refine(arm.config, { training: { tokenBudget: 100_000 } }),
  })),
};
const rolesOf = (of: ExperimentResults) => outcomesOf(of).map(({ key, role }) => `${key} ${role}`);

Deno.test("outcomesOf() judges accuracy at the last step, and at equal tokens where tokens are limited", () => {
  deepEqual(rolesOf(results), [
    "informativeGroups main",
    "gradNorm main",
    "finalAccuracy main",
    "clipFraction exploratory",
    "accuracyAtEqualRollouts exploratory",
    "areaUnderAccuracy exploratory",
  ]);
  deepEqual(rolesOf(limited), [
    "informativeGroups main",
    "gradNorm main",
    "accuracyAtEqualTokens main",
    "finalAccuracy exploratory",
    "clipFraction exploratory",
    "areaUnderAccuracy exploratory",
  ]);
});

Deno.test("accuracy at equal tokens is that of the last evaluation for the cheapest run, and earlier for others", () => {
  const outcome = outcomesOf(limited).find(({ key }) => key === "accuracyAtEqualTokens")!;
  const final = outcomesOf(limited).find(({ key }) => key === "finalAccuracy")!;
  const runs = limited.arms.flatMap(doneRuns);
  const same = runs.filter((run) => outcome.valueOf(run) === final.valueOf(run));
  equal(same.length, 1);
  ok(limited.arms[0]!.runs.includes(same[0]!), "uniform sampling spends nothing on scoring");
  ok(runs.every((run) => outcome.valueOf(run) !== null));
});

Deno.test("outcomesOf() tells prompts with and without a picture apart where a pool has one kind", () => {
  const oneKind: ExperimentResults = {
    ...results,
    arms: results.arms.map((arm) => ({
      ...arm,
      config: refine(arm.config, { dataset: { trainOn: "image" } }),
    })),
  };
  const keys = rolesOf(oneKind);
  ok(keys.includes("imageAccuracy exploratory") && keys.includes("textAccuracy exploratory"));
  const run = doneRuns(oneKind.arms[0]!)[0]!;
  const value = (key: string) => outcomesOf(oneKind).find((one) => one.key === key)!.valueOf(run)!;
  const last = run.records.filter((record) => record.kind === "evaluation").at(-1)!;
  const { image, text } = last.splits.validation!.modalities;
  equal(value("imageAccuracy"), image!.correct / image!.prompts);
  equal(value("textAccuracy"), text!.correct / text!.prompts);
});
