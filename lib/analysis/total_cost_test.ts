import { deepEqual, equal } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import type { RunData } from "../store/run_data.ts";
import { costTable } from "./cost.ts";
import { earlierStages } from "./results.ts";
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

Deno.test("totalCost() counts a stage once that several runs begin from, and what they add to its totals", () => {
  const [first, second, third] = results.arms.map(({ runs }) => runs[0]!);
  const stage = { ...first!, id: "stage" };
  const arm = (name: string, run: RunData) => ({ ...results.arms[0]!, name, runs: [run] });
  const staged = {
    ...results,
    arms: [
      arm("a", { ...second!, previous: stage }),
      arm("b", { ...third!, previous: stage }),
    ],
    coldStarts: [],
  };
  const alone = (run: RunData) => totalCost({ ...staged, arms: [arm("alone", run)] });
  const total = totalCost(staged), before = alone(stage);
  equal(total.runs, 3);
  // Stages go on counting: what each adds is its last total less that of the stage.
  equal(total.tokens, alone(second!).tokens + alone(third!).tokens - before.tokens);
  equal(total.rollouts, alone(second!).rollouts + alone(third!).rollouts - before.rollouts);
  deepEqual(earlierStages(staged).map(({ name, run }) => [name, run.id]), [[
    "a: stage 1",
    "stage",
  ]]);
  // A stage that is an arm of its own is no other run.
  const both = { ...staged, arms: [...staged.arms, arm("c", stage)] };
  deepEqual([earlierStages(both), totalCost(both)], [[], total]);
});
