import { deepEqual, equal, throws } from "node:assert/strict";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { ablate, grid } from "./axes.ts";
import { cases } from "./case.ts";
import { expand } from "./plan.ts";

const base = recipe("mmr1_micro", { sampler: vas() });

Deno.test("grid() makes every combination, and factors keep their values", () => {
  const vary = grid({ sampler: { mixtureRatio: [0, 1] }, algorithm: { groupSize: [4, 8, 16] } });
  equal(vary.length, 6);
  deepEqual(vary[4], {
    label: "mixtureRatio = 1, groupSize = 8",
    patches: [{ sampler: { mixtureRatio: 1 }, algorithm: { groupSize: 8 } }],
    factors: { "sampler.mixtureRatio": 1, "algorithm.groupSize": 8 },
  });
});

Deno.test("grid() gives a fixed value to every case without naming it", () => {
  const vary = grid({ sampler: { mixtureRatio: [0, 1], refreshInterval: 7 } });
  deepEqual(vary.map(({ label }) => label), ["mixtureRatio = 0", "mixtureRatio = 1"]);
  const { cells } = expand({ base, vary, seeds: 1 });
  deepEqual(cells.map(({ config }) => config.sampler), [
    vas({ mixtureRatio: 0, refreshInterval: 7 }),
    vas({ mixtureRatio: 1, refreshInterval: 7 }),
  ]);
});

Deno.test("grid() takes components and lists as values", () => {
  const vary = grid({
    sampler: [random(), vas({ mixtureRatio: 0.5 }), vas({ mixtureRatio: 1 })],
    coldStart: { shortcutRates: [[0.1], [0.1, 0.3]] },
  });
  deepEqual(vary.map(({ label }) => label), [
    "sampler = random, shortcutRates = [0.1]",
    "sampler = random, shortcutRates = [0.1,0.3]",
    "sampler = vas(mixtureRatio: 0.5), shortcutRates = [0.1]",
    "sampler = vas(mixtureRatio: 0.5), shortcutRates = [0.1,0.3]",
    "sampler = vas(mixtureRatio: 1), shortcutRates = [0.1]",
    "sampler = vas(mixtureRatio: 1), shortcutRates = [0.1,0.3]",
  ]);
  const { cells } = expand({ base, vary, seeds: 1 });
  deepEqual(cells[3]!.config.coldStart!.shortcutRates, [0.1, 0.3]);
});

Deno.test("grid() names a whole stage by what tells it from the others", () => {
  const stage = (steps: number, seed: number) =>
    refine(base, { training: { steps }, dataset: { seed } });
  const labels = (previous: readonly (RunConfig | null)[]) =>
    grid({ previous }).map(({ label }) => label);
  deepEqual(labels([null, stage(5, 0)]), ["previous = null", "previous = {…}"]);
  deepEqual(labels([null, stage(5, 0), stage(6, 1)]), [
    "previous = null",
    "previous = {dataset: microMath(seed: 0), training: {steps: 5, batchSize: 32, tokenBudget: null}}",
    "previous = {dataset: microMath(seed: 1), training: {steps: 6, batchSize: 32, tokenBudget: null}}",
  ]);
});

Deno.test("axes that end in the same word are named by their path", () => {
  const vary = grid({ training: { steps: [1, 2] }, coldStart: { steps: [3] } });
  deepEqual(vary.map(({ label }) => label), [
    "training.steps = 1, coldStart.steps = 3",
    "training.steps = 2, coldStart.steps = 3",
  ]);
});

Deno.test("ablate() changes one field at a time", () => {
  const vary = ablate({
    sampler: { mixtureRatio: [0.2, 0.5], weights: [{ ovs: 1, tds: 0 }] },
    training: { steps: 10 },
  });
  deepEqual(vary.map(({ label, factors }) => [label, factors]), [
    ["mixtureRatio = 0.2", { "sampler.mixtureRatio": 0.2 }],
    ["mixtureRatio = 0.5", { "sampler.mixtureRatio": 0.5 }],
    ["weights = {ovs: 1, tds: 0}", { "sampler.weights": { ovs: 1, tds: 0 } }],
  ]);
  const { cells } = expand({ base, vary, seeds: 1 });
  deepEqual(cells.map(({ config }) => config.training.steps), [10, 10, 10]);
  deepEqual(cells[2]!.config.sampler, vas({ weights: { ovs: 1, tds: 0 } }));
});

Deno.test("grid() and ablate() refuse designs without values, and absurd ones", () => {
  throws(() => grid({}), {
    name: "ConfigError",
    message: /^grid: expected at least one list of values, .* got none$/,
  });
  throws(
    () => ablate({ training: { steps: 5 } }),
    /^ConfigError: ablate: expected at least one list/,
  );
  throws(() => grid({ sampler: { mixtureRatio: [] } }), {
    message: "sampler.mixtureRatio: expected values in this axis of grid, got none",
  });
  const steps = Array.from({ length: 1001 }, (_, i) => i);
  throws(() => grid({ training: { steps }, evaluation: { interval: steps } }), {
    message: "grid: expected at most 1000000 combinations, got 1002001",
  });
});

Deno.test("designs add up", () => {
  const vary = [
    ...cases({ "random": { sampler: random() } }),
    ...grid({ sampler: { mixtureRatio: [0.5, 1] } }),
  ];
  deepEqual(expand({ base, vary, seeds: 1 }).cells.map(({ label }) => label), [
    "random",
    "mixtureRatio = 0.5",
    "mixtureRatio = 1",
  ]);
});
