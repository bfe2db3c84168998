import { deepEqual, equal, ok } from "node:assert/strict";
import tables from "../../reports/paper/tables.json" with { type: "json" };
import { stageResults } from "../report/testdata/synthetic_designs.ts";
import { stageTable } from "./stages.ts";

const near = (actual: number | undefined, expected: number) =>
  ok(Math.abs(actual! - expected) < 1e-9, `${actual}, expected ${expected}`);

Deno.test("stageTable() follows each seed from its own untrained policy to the end", () => {
  const { rows, coldStarts, seeds } = stageTable(stageResults(), tables.table3)!;
  deepEqual(rows.map(({ stage, arm }) => [stage, arm]), [
    ["base", null],
    ["coldStart", null],
    ["grpo", "+ GRPO"],
    ["vas", "+ VAS"],
  ]);
  equal(coldStarts, 4);
  deepEqual(seeds, [0, 1, 2, 3]);
  deepEqual(rows.map(({ average }) => average.n), [4, 4, 4, 4]);
  near(rows[0]!.average.mean, 0.0215);
  near(rows[1]!.gain!.average.mean, 0.4 - 0.02 + 0.009 * 1.5);
  near(rows[2]!.gain!.average.mean, 0.1);
  near(rows[3]!.gain!.splits.logic!.mean, 0.02);
  deepEqual(rows.map(({ paper }) => paper!.values.at(-1)), [48.7, 48.7, 51.8, 52.9]);
});

Deno.test("stageTable() counts a cold start that seeds share once", () => {
  const { rows, coldStarts } = stageTable(stageResults({ shared: true }), tables.table3)!;
  equal(coldStarts, 1);
  deepEqual(rows.map(({ average }) => average.n), [1, 1, 4, 4]);
  equal(rows[0]!.average.low, null);
  deepEqual([rows[1]!.gain!.average.n, rows[1]!.gain!.average.p], [1, null]);
  equal(rows[2]!.gain!.average.n, 4); // runs differ although they start alike
});

Deno.test("stageTable() shows the stages there are, and is null below two", () => {
  const results = stageResults();
  const grpoOnly = stageTable({ ...results, arms: results.arms.slice(0, 1) }, tables.table3)!;
  deepEqual(grpoOnly.rows.map(({ stage }) => stage), ["base", "coldStart", "grpo"]);
  equal(stageTable({ ...results, arms: [], coldStarts: [] }, tables.table3), null);
});
