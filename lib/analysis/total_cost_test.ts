import { deepEqual, equal } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { costTable } from "./cost.ts";
import { rowsOf } from "./table.ts";
import { totalCost } from "./total_cost.ts";

const results = syntheticResults({ seeds: 2, steps: 15 });

Deno.test("totalCost() adds up what the runs cost, for every purpose", async () => {
  const rows = rowsOf(await costTable(results));
  const sum = (of: (row: typeof rows[number]) => number) =>
    rows.reduce((total, row) => total + of(row), 0);
  const { runs, rollouts, tokens } = totalCost({ ...results, coldStarts: [] });
  equal(runs, 6);
  equal(
    rollouts,
    sum((row) => row.trainingRollouts + row.scoringRollouts + row.validationRollouts),
  );
  equal(tokens, sum((row) => row.trainingTokens + row.scoringTokens + row.validationTokens));
});

Deno.test("totalCost() counts a run in two arms once, and the cold starts' time", () => {
  const twice = { ...results, arms: [...results.arms, { ...results.arms[0]!, name: "again" }] };
  deepEqual(totalCost(twice), totalCost(results));
  const [start] = results.coldStarts;
  const seconds = start!.records.reduce(
    (sum, record) => sum + ("seconds" in record ? record.seconds.total : 0),
    0,
  );
  const without = totalCost({ ...results, coldStarts: [] }).seconds;
  equal(totalCost(results).seconds.toFixed(6), (without + seconds).toFixed(6));
});
