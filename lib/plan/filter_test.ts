import { deepEqual, equal, throws } from "node:assert/strict";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { recipe } from "../schema/recipe.ts";
import { grid } from "./axes.ts";
import { cases } from "./case.ts";
import { filterPlan } from "./filter.ts";
import { expand } from "./plan.ts";

const plan = expand({
  base: recipe("mmr1_micro"),
  vary: cases({
    "random": { sampler: random() },
    "mixed, λ = 0.5": { sampler: vas({ mixtureRatio: 0.5 }) },
    "VAS, λ = 1": { sampler: vas({ mixtureRatio: 1 }), coldStart: { seed: 1 } },
  }),
  seeds: 2,
});
const kept = (...filters: string[]) =>
  filterPlan(plan, filters).runs.map(({ label, seed }) => `${label}/${seed}`);

Deno.test("filterPlan() compares fields", () => {
  deepEqual(kept("sampler.mixtureRatio>=0.5", "seed=0"), ["mixed, λ = 0.5/0", "VAS, λ = 1/0"]);
  deepEqual(kept("mixtureRatio <= 0.5"), ["mixed, λ = 0.5/0", "mixed, λ = 0.5/1"]);
  deepEqual(kept("sampler=random"), ["random/0", "random/1"]);
  deepEqual(kept("sampler.mixtureRatio=0.50", "seed>=1"), ["mixed, λ = 0.5/1"]);
  deepEqual(kept("sampler.diversity=inverseSelfBleu", "seed=1"), [
    "mixed, λ = 0.5/1",
    "VAS, λ = 1/1",
  ]);
});

Deno.test("filterPlan() finds text in names and ids", () => {
  deepEqual(kept("λ = 1"), ["VAS, λ = 1/0", "VAS, λ = 1/1"]);
  deepEqual(kept(plan.runs[3]!.id.slice(0, 12)), ["mixed, λ = 0.5/1"]);
  deepEqual(kept("no such text"), []);
});

Deno.test("filterPlan() keeps only the cells, seeds and cold starts of what is left", () => {
  const part = filterPlan(plan, ["VAS", "seed=1"]);
  deepEqual(part.cells.map(({ label, runs }) => [label, runs.length]), [["VAS, λ = 1", 1]]);
  deepEqual(part.seeds, [1]);
  equal(plan.coldStarts.length, 2);
  deepEqual(part.coldStarts.map(({ id }) => id), [part.runs[0]!.coldStart]);
  deepEqual(filterPlan(plan, []), plan);
});

Deno.test("filterPlan() finds a shared run by each of its names", () => {
  const shared = expand({
    base: recipe("mmr1_micro"),
    vary: [...cases({ "first": {}, "second": {} }), ...grid({ training: { steps: [1, 2] } })],
    seeds: 1,
  });
  deepEqual(filterPlan(shared, ["second"]).runs, [shared.runs[0]]);
  deepEqual(filterPlan(shared, ["training.steps = 1"]).runs.map(({ label }) => label), [
    "steps = 1",
  ]);
  deepEqual(filterPlan(shared, ["steps = 1"]).runs.map(({ label }) => label), ["steps = 1"]);
  throws(() => filterPlan(shared, ["steps >= 1"]), {
    message: "--filter: steps is ambiguous: write coldStart.steps or training.steps",
  });
});

Deno.test("filterPlan() refuses a field that no run has, and words where a number is needed", () => {
  throws(() => filterPlan(plan, ["sampler.mixtureRatoi=1"]), {
    name: "ConfigError",
    message:
      '--filter: no run has a field "sampler.mixtureRatoi"; did you mean "sampler.mixtureRatio"?',
  });
  throws(() => filterPlan(plan, ["sampler.mixtureRatio>=half"]), {
    message: '--filter: expected a number behind >=, got "half"',
  });
});
