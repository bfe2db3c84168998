import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { coldStartId, runId } from "../schema/identity.ts";
import { recipe } from "../schema/recipe.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { ablate, grid } from "./axes.ts";
import { type Case, cases } from "./case.ts";
import { describePlan } from "./describe_plan.ts";
import { type Experiment, quickVersion } from "./experiment.ts";
import { formatPlan } from "./format_plan.ts";
import { expand } from "./plan.ts";
import lambdaGrid from "./testdata/lambda_grid.ts";
import samplers from "./testdata/samplers.ts";
import vasAblation from "./testdata/vas_ablation.ts";

const base = recipe("mmr1_micro", { sampler: vas() });
const twoCases = cases({ "random": { sampler: random() }, "VAS": { sampler: vas() } });

Deno.test("expand() makes a run for every case and seed, with the ids that runId() gives", () => {
  const plan = expand({ name: "x", question: "why?", base, vary: twoCases, seeds: 2 });
  deepEqual([plan.name, plan.question, plan.seeds], ["x", "why?", [0, 1]]);
  deepEqual(plan.runs.map(({ label, seed }) => `${label} ${seed}`), [
    "random 0",
    "random 1",
    "VAS 0",
    "VAS 1",
  ]);
  for (const { id, config, seed, coldStart } of plan.runs) {
    equal(id, runId(config, seed));
    equal(coldStart, coldStartId(config));
  }
  deepEqual(plan.cells.map(({ runs }) => runs), [plan.runs.slice(0, 2), plan.runs.slice(2)]);
  deepEqual(plan.coldStarts.map(({ id }) => id), [coldStartId(base)]);
});

Deno.test("expand() finds equal settings once, within a plan and across experiments", () => {
  const { cells, runs } = expand({
    base,
    vary: cases({
      "a": {},
      "b": { training: { steps: base.training.steps } },
      "c": { training: { steps: 1 } },
    }),
    seeds: 2,
  });
  equal(runs.length, 4);
  deepEqual(cells[0]!.runs, cells[1]!.runs);
  const other = expand({ base, vary: cases({ "other name": { sampler: vas() } }), seeds: 1 });
  equal(other.runs[0]!.id, runs[0]!.id);
});

Deno.test("Table 4 is 18 rows, 15 settings, 45 runs", () => {
  const plan = expand(vasAblation);
  equal(plan.cells.length, 18);
  equal(plan.runs.length, 45);
  const rows = [
    "mixtureRatio = 0.5",
    "refreshInterval = 28",
    "scoringRollouts = 8",
    "weights = {ovs: 0.5, tds: 0.5}",
  ];
  const ids = rows.map((row) =>
    plan.cells.find(({ label }) => label === row)!.runs.map(({ id }) => id)
  );
  for (const same of ids) deepEqual(same, ids[0]);
});

Deno.test("the other two experiments of the same register expand", () => {
  deepEqual(expand(lambdaGrid).cells.map(({ factors }) => factors["sampler.mixtureRatio"]), [
    0,
    0.2,
    0.5,
    0.8,
    1,
  ]);
  const plan = expand(samplers);
  equal(plan.runs.length, 25);
  equal(plan.name, "samplers on a small pool");
});

Deno.test("expand() tells named cases apart by the fields that differ between them", () => {
  const { cells } = expand({
    base,
    vary: cases({
      "random": { sampler: random() },
      "mixed": { sampler: vas({ mixtureRatio: 0.5 }) },
      "VAS": { sampler: vas({ mixtureRatio: 1 }) },
    }),
    seeds: 1,
  });
  deepEqual(cells.map(({ factors }) => factors), [
    { "sampler.kind": "random" },
    { "sampler.kind": "vas", "sampler.mixtureRatio": 0.5 },
    { "sampler.kind": "vas", "sampler.mixtureRatio": 1 },
  ]);
});

Deno.test("expand() makes a cold start for each that is needed", () => {
  const plan = expand({
    base,
    vary: grid({ coldStart: { seed: [0, 1] }, training: { steps: [1, 2] } }),
    seeds: 2,
  });
  equal(plan.runs.length, 8);
  equal(plan.coldStarts.length, 2);
  deepEqual(
    new Set(plan.runs.map(({ coldStart }) => coldStart)),
    new Set(plan.coldStarts.map(({ id }) => id)),
  );
});

Deno.test("expand() refuses, with field and case", () => {
  const faults: readonly [Partial<Experiment>, RegExp | string][] = [
    [{ vary: [] }, /^vary: expected at least one case, .*, got none$/],
    [
      { vary: [...twoCases, ...twoCases] },
      'vary: expected a name of its own for each case, got "random" twice',
    ],
    [{ vary: grid({ training: { steps: [1, 1] } }) }, /got "steps = 1" twice$/],
    [
      { vary: grid({ sampler: { mixtureRatio: [0.5, 50] } }) },
      'sampler.mixtureRatio: expected a number in [0, 1], got 50 (case "mixtureRatio = 50")',
    ],
    [
      { base: { ...base, sampler: random() }, vary: grid({ sampler: { mixtureRatio: [1] } }) },
      'sampler.mixtureRatio: random has no such field; it has none (case "mixtureRatio = 1")',
    ],
    [
      { base: { ...base, training: { steps: 1, batchSize: 0.5, tokenBudget: null } } },
      /^training.batchSize: expected a whole number/,
    ],
    [{ seeds: 0 }, "seeds: expected a count in [1, 100000], got 0"],
    [{ seeds: 1.5 }, /^seeds: expected a count/],
    [{ seeds: [] }, "seeds: expected a count, or a list of seeds, got []"],
    [{ seeds: [1, -2] }, "seeds: expected whole numbers of at least 0, got -2"],
    [{ seeds: [3, 1, 3] }, "seeds: expected different seeds, got 3 more than once"],
  ];
  for (const [change, message] of faults) {
    throws(() => expand({ base, vary: twoCases, seeds: 1, ...change }), {
      name: "ConfigError",
      message,
    });
  }
});

Deno.test("expand() does not depend on the order of keys", () => {
  const reverse = <T extends object>(value: T) =>
    Object.fromEntries(Object.entries(value).reverse()) as T;
  const axes = fc.record({
    mixtureRatio: fc.uniqueArray(fc.constantFrom(0, 0.2, 0.5, 1), { minLength: 1 }),
    refreshInterval: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(axes, (sampler) => {
      const ids = (base: RunConfig, vary: readonly Case[]) =>
        new Set(expand({ base, vary, seeds: 2 }).runs.map(({ id }) => id));
      const backwards = reverse({ ...base, sampler: reverse(base.sampler) });
      deepEqual(ids(backwards, grid({ sampler: reverse(sampler) })), ids(base, grid({ sampler })));
      deepEqual(
        ids(backwards, ablate({ sampler: reverse(sampler) })),
        ids(base, ablate({ sampler })),
      );
    }),
    { seed: 1, numRuns: 25 },
  );
});

Deno.test("a grid of 10,000 runs expands, and is described and printed line by line", () => {
  const range = (length: number) => Array.from({ length }, (_, i) => i + 1);
  const vary = grid({ sampler: { refreshInterval: range(50) }, training: { steps: range(50) } });
  const plan = expand({ base, vary, seeds: 4 });
  equal(plan.runs.length, 10_000);
  equal(new Set(plan.runs.map(({ id }) => id)).size, 10_000);
  const history = { runs: [{ id: "0123456789abcdef", seed: 0, config: base, seconds: 15 }] };
  const text = formatPlan(describePlan(plan, new Map(), history));
  equal(text.split("\n").filter((line) => line.includes("  to do  ")).length, 10_001);
  ok(text.includes("refreshInterval = 50, steps = 50"));
});

Deno.test("expand() gives every seed a cold start of its own where seeds reach so far", () => {
  const experiment = {
    base,
    vary: cases({ "a": {}, "b": { training: { steps: 3 } } }),
    seeds: [4, 9],
  };
  equal(expand(experiment).coldStarts.length, 1);
  const { coldStarts, runs, cells, seedsReach } = expand({
    ...experiment,
    seedsReach: "coldStart",
  });
  deepEqual(coldStarts.map(({ identity }) => identity.coldStart.seed), [4, 9]);
  deepEqual(runs.map(({ seed, config }) => [seed, config.coldStart!.seed]), [
    [4, 4],
    [9, 9],
    [4, 4],
    [9, 9],
  ]);
  deepEqual(runs.map(({ coldStart }) => coldStart), [0, 1, 0, 1].map((i) => coldStarts[i]!.id));
  equal(cells[0]!.config.coldStart!.seed, base.coldStart!.seed);
  equal(seedsReach, "coldStart");
});

Deno.test("quickVersion() changes base and seeds and has a name of its own", () => {
  const experiment = { name: "x", base, vary: cases({ "a": {} }), seeds: 5 };
  throws(() => quickVersion(experiment), /--quick: x has no quick version/);
  const quick = quickVersion({
    ...experiment,
    quick: { seeds: [1], base: { training: { steps: 2 } } },
  });
  deepEqual([quick.name, quick.seeds, quick.base.training.steps], ["x.quick", [1], 2]);
});
