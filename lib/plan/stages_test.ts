/** Training in stages, as plans see it. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { pretrained } from "../policy/pretrained.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { coldStartId, runId } from "../schema/identity.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { grid } from "./axes.ts";
import { cases } from "./case.ts";
import { describePlan, type RunState } from "./describe_plan.ts";
import { quickVersion } from "./experiment.ts";
import { filterPlan } from "./filter.ts";
import { formatPlan } from "./format_plan.ts";
import { overrideExperiment } from "./override.ts";
import { expand, type Plan } from "./plan.ts";

const base = recipe("mmr1_micro", { dataset: { trainOn: "image" } });
const text = refine(base, { dataset: { trainOn: "text" }, training: { steps: 30 } });
const twoStages = expand({
  name: "two stages",
  base,
  vary: cases({
    "pictures": {},
    "text, then pictures": { previous: text },
    "text, then pictures by VAS": { previous: text, sampler: vas() },
  }),
  seeds: 2,
});

/** Label, seed and label of what it begins from. */
function chains({ runs }: Plan): string[] {
  const labels = new Map(runs.map(({ id, label }) => [id, label]));
  return runs.map(({ label, seed, previous }) =>
    `${label}/${seed}${previous === null ? "" : ` < ${labels.get(previous)}`}`
  );
}

Deno.test("expand() adds the stages that runs begin from, once for all that share them", () => {
  deepEqual(chains(twoStages), [
    "pictures/0",
    "pictures/1",
    "text, then pictures: stage 1/0",
    "text, then pictures/0 < text, then pictures: stage 1",
    "text, then pictures: stage 1/1",
    "text, then pictures/1 < text, then pictures: stage 1",
    "text, then pictures by VAS/0 < text, then pictures: stage 1",
    "text, then pictures by VAS/1 < text, then pictures: stage 1",
  ]);
  for (const { config, id, previous, seed, coldStart } of twoStages.runs) {
    equal(id, runId(config, seed));
    equal(previous, config.previous === null ? null : runId(config.previous, seed));
    equal(coldStart, coldStartId(base));
  }
  equal(twoStages.coldStarts.length, 1);
  deepEqual(twoStages.cells.map(({ runs }) => runs.length), [2, 2, 2]);
  deepEqual(twoStages.selected, new Set(twoStages.runs.map(({ id }) => id)));
});

Deno.test("expand() takes an arm's run for a stage that is one, in whatever order they are named", () => {
  const arms = { "text alone": text, "text, then pictures": { previous: text } };
  for (const names of [Object.keys(arms), Object.keys(arms).reverse()]) {
    const vary = cases(
      Object.fromEntries(names.map((name) => [name, arms[name as keyof typeof arms]])),
    );
    deepEqual(chains(expand({ base, vary, seeds: 1 })), [
      "text alone/0",
      "text, then pictures/0 < text alone",
    ]);
  }
});

Deno.test("expand() numbers stages from the first, and shares the first of a diamond", () => {
  const left = refine(base, { previous: text, sampler: vas() });
  const right = refine(base, { previous: structuredClone(text) });
  const plan = expand({
    base,
    vary: cases({ "left": { previous: left }, "right": { previous: right } }),
    seeds: 1,
  });
  deepEqual(chains(plan), [
    "left: stage 1/0",
    "left: stage 2/0 < left: stage 1",
    "left/0 < left: stage 2",
    "right: stage 2/0 < left: stage 1",
    "right/0 < right: stage 2",
  ]);
});

Deno.test("a seed that reaches the cold start reaches that of the first stage", () => {
  const third = { previous: refine(base, { previous: text, sampler: vas() }) };
  const plan = expand({
    base,
    vary: cases({ "three": third, "two": { previous: text } }),
    seeds: [4, 9],
    seedsReach: "coldStart",
  });
  equal(plan.runs.length, 2 * 4);
  deepEqual(plan.coldStarts.map(({ identity }) => identity.coldStart.seed), [4, 9]);
  for (const { config, seed, id, coldStart } of plan.runs) {
    for (let stage: RunConfig | null = config; stage !== null; stage = stage.previous) {
      equal(stage.coldStart?.seed, seed);
    }
    equal(id, runId(config, seed));
    equal(coldStart, plan.coldStarts[seed === 4 ? 0 : 1]!.id);
  }
});

Deno.test("expand() refuses stages that do not go together, with field and case", () => {
  const wide = refine(text, { model: { layers: 2 } });
  throws(() => expand({ base, vary: cases({ "wide": { previous: wide } }), seeds: 1 }), {
    name: "ConfigError",
    message: /^previous\.model\.layers: expected 3, as in the stage .* got 2 \(case "wide"\)$/,
  });
});

Deno.test("a grid may vary the stage before", () => {
  const { cells } = expand({
    base: { ...base, previous: text },
    vary: grid({ previous: { training: { steps: [10, 20] } }, sampler: [random(), vas()] }),
    seeds: 1,
  });
  deepEqual(cells.map(({ label, config }) => [label, config.previous?.training.steps]), [
    ["steps = 10, sampler = random", 10],
    ["steps = 10, sampler = vas", 10],
    ["steps = 20, sampler = random", 20],
    ["steps = 20, sampler = vas", 20],
  ]);
});

Deno.test("factors tell a run without a stage before it from runs with one, and those by what differs", () => {
  const longer = refine(text, { training: { steps: 40 } });
  const { cells } = expand({
    base,
    vary: cases({ "direct": {}, "short": { previous: text }, "long": { previous: longer } }),
    seeds: 1,
  });
  deepEqual(cells.map(({ factors }) => factors), [
    { "previous": null },
    { "previous.training.steps": 30 },
    { "previous.training.steps": 40 },
  ]);
});

Deno.test("filterPlan() keeps the stages that selected runs begin from, and says which are selected", () => {
  const part = filterPlan(twoStages, ["by VAS", "seed=1"]);
  deepEqual(chains(part), [
    "text, then pictures: stage 1/1",
    "text, then pictures by VAS/1 < text, then pictures: stage 1",
  ]);
  deepEqual([...part.selected], [part.runs[1]!.id]);
  deepEqual([part.cells.length, part.seeds, part.coldStarts.length], [1, [1], 1]);

  const stages = filterPlan(twoStages, ["stage 1"]);
  deepEqual(chains(stages), ["text, then pictures: stage 1/0", "text, then pictures: stage 1/1"]);
  deepEqual([stages.cells.length, stages.selected.size, stages.coldStarts.length], [0, 2, 1]);
  const byField = filterPlan(twoStages, ["dataset.trainOn=text"]);
  deepEqual(byField.runs, stages.runs);
  const byId = filterPlan(twoStages, [stages.runs[0]!.id]);
  deepEqual(byId.runs, [stages.runs[0]]);
});

Deno.test("filterPlan() means the run by a short name, and the stage before it by its path", () => {
  const labels = (filter: string) =>
    filterPlan(twoStages, [filter, "seed=0"]).cells.map(({ label }) => label);
  deepEqual(labels("trainOn=image"), [
    "pictures",
    "text, then pictures",
    "text, then pictures by VAS",
  ]);
  deepEqual(labels("previous.dataset.trainOn=text"), [
    "text, then pictures",
    "text, then pictures by VAS",
  ]);
  deepEqual(labels("previous=null"), ["pictures"]);
  deepEqual(labels("objective=ppoClip").length, 3);
});

Deno.test("describePlan() says what a run begins from, and counts stages as runs", () => {
  const { runs, totals, cases } = describePlan(twoStages, new Map());
  equal(cases, 3);
  deepEqual(totals.statuses, { "to do": 8 });
  equal(totals.shared, 0);
  deepEqual(runs.slice(2, 4).map((run) => [run.label, run.cases, run.previous, run.coldStart]), [
    ["text, then pictures: stage 1", [], null, coldStartId(base)],
    ["text, then pictures", ["text, then pictures"], runs[2]!.id, coldStartId(base)],
  ]);
  const [stage, child] = [runs[2]!.seconds!, runs[3]!.seconds!];
  ok(Math.abs(totals.chainSeconds - (stage + runs[6]!.seconds!)) < 1e-9);
  ok(totals.chainSeconds >= stage + child);
});

Deno.test("describePlan() names the failed stage that keeps a run from being begun", () => {
  const [, , stage0, child0, stage1, child1] = twoStages.runs;
  const coldStart = `cold_start-${twoStages.coldStarts[0]!.id}`;
  const why = (states: readonly (readonly [string, RunState["status"]])[]) => {
    const { runs } = describePlan(
      twoStages,
      new Map(states.map(([name, status]) => [name, { status }])),
    );
    return runs.map(({ why }) => why);
  };
  const failed = why([[coldStart, "done"], [stage0!.id, "failed"], [stage1!.id, "done"]]);
  equal(failed[3], `begins from run ${stage0!.id}, which failed`);
  equal(failed[6], `begins from run ${stage0!.id}, which failed`);
  equal(failed[5], "never run");
  equal(child1!.previous, stage1!.id);
  const cold = why([[coldStart, "failed"], [stage1!.id, "done"]]);
  equal(cold[0], `begins from cold start ${twoStages.coldStarts[0]!.id}, which failed`);
  equal(cold[3], cold[0]);
  equal(cold[5], "never run");
  equal(child0!.previous, stage0!.id);
});

Deno.test("describePlan() tells a run with a stage from one without in a word", () => {
  const near = { id: "near", seed: 0, config: base, seconds: null };
  const { runs } = describePlan(twoStages, new Map(), { runs: [near] });
  equal(runs[3]!.why, "never run; nearest is near: previous null → {…}");
  const paper = refine(base, { model: pretrained("some/model"), coldStart: null });
  const other = expand({ base: paper, vary: cases({ "paper": {} }), seeds: 1 });
  equal(
    describePlan(other, new Map(), { runs: [near] }).runs[0]!.why,
    "never run; nearest is near: model.kind transformer → pretrained, coldStart {…} → null",
  );
});

Deno.test("formatPlan() prints under each run what begins from it", () => {
  const third = { previous: refine(base, { previous: text, sampler: vas() }) };
  const plan = expand({
    name: "x",
    base,
    vary: cases({ "direct": {}, "two": { previous: text }, "three": third }),
    seeds: 1,
  });
  const lines = formatPlan(describePlan(plan, new Map())).split("\n");
  equal(lines[0], "x: 5 runs (3 cases, 1 seed; 2 for others to begin from), 1 cold start");
  deepEqual(
    lines.slice(-5).map((line) => /^[0-9a-f]{16} {2}( *\S.*?)(?= {2,}\S)/.exec(line)![1]),
    ["direct", "two: stage 1", "└ two", "└ three: stage 2", "  └ three"],
  );
});

Deno.test("formatPlan() gives a chain of stages its own time, however many processes there are", () => {
  const timed = (jobs: number, plan: Plan) => {
    const description = describePlan(plan, new Map(), {
      runs: [{ id: "a", seed: 0, config: text, seconds: 3600 }],
      coldStarts: [{ identity: plan.coldStarts[0]!.identity, seconds: 1 }],
    });
    return /time: about (\S+ \w+)/.exec(formatPlan(description, { jobs }))![1];
  };
  const chain = expand({
    base: text,
    vary: cases({ "chain": { previous: text } }),
    seeds: 1,
  });
  equal(timed(8, chain), "2.0 h");
});

Deno.test("a plan for a pretrained model is printed, without times it cannot know", () => {
  const paper = refine(base, { model: pretrained("some/model"), coldStart: null });
  const experiment = {
    name: "paper",
    base: paper,
    vary: cases({
      "direct": {},
      "staged": { previous: refine(paper, { training: { steps: 2 } }) },
    }),
    seeds: 1,
  };
  const plan = expand(experiment);
  deepEqual(plan.coldStarts, []);
  deepEqual(plan.runs.map(({ coldStart }) => coldStart), [null, null, null]);
  const description = describePlan(plan, new Map());
  deepEqual(description.runs.map(({ seconds }) => seconds), [null, null, null]);
  deepEqual(JSON.parse(JSON.stringify(description)), description);
  const lines = formatPlan(description);
  match(lines, /^time: not known for 3 runs of a pretrained model, which no engine here trains$/m);
  equal(/time: about|cold start {2}/.test(lines), false);
  throws(() => expand({ ...experiment, seedsReach: "coldStart" }), {
    message: 'seedsReach: expected "run" for a pretrained model, which has no cold start, ' +
      'got "coldStart"',
  });
});

Deno.test("overrideExperiment() and quickVersion() change what stages share in all of them", () => {
  const third = { previous: refine(base, { previous: text, sampler: vas() }) };
  const experiment = { name: "x", base, vary: cases({ "direct": {}, "three": third }), seeds: 1 };
  const set = [
    "model.layers=2",
    "coldStart.steps=100",
    "decoding.maxTokens=12",
    "dataset.validationPrompts=64",
    "training.steps=7",
  ];
  const stages = ({ runs }: Plan) =>
    runs.map(({ config: { model, coldStart, decoding, dataset, training } }) => [
      model.kind === "transformer" && model.layers,
      coldStart?.steps,
      decoding.maxTokens,
      dataset.kind === "microMath" && [dataset.trainOn, dataset.validationPrompts],
      training.steps,
    ]);
  deepEqual(stages(expand(overrideExperiment(experiment, { set }))), [
    [2, 100, 12, ["image", 64], 7],
    [2, 100, 12, ["text", 64], 30],
    [2, 100, 12, ["image", 64], base.training.steps],
    [2, 100, 12, ["image", 64], 7],
  ]);
  const crossed = expand(overrideExperiment(experiment, { set: ["coldStart.seed=1,2"] }));
  equal(crossed.coldStarts.length, 2);
  equal(crossed.runs.length, 2 * 4);
  const quick = expand(
    quickVersion({ ...experiment, quick: { seeds: 1, base: { coldStart: { steps: 9 } } } }),
  );
  deepEqual(quick.coldStarts.map(({ identity }) => identity.coldStart.steps), [9]);
});

Deno.test("overrideExperiment() leaves a stage alone that disagreed before", () => {
  const odd = refine(text, { coldStart: { steps: 50 } });
  const experiment = { base, vary: cases({ "odd": { previous: odd } }), seeds: 1 };
  throws(() => expand(overrideExperiment(experiment, { set: ["coldStart.steps=100"] })), {
    message: /^previous\.coldStart\.steps: expected 100, .* got 50 \(case "odd"\)$/,
  });
});

Deno.test("planning a grid of 10,000 runs on one first stage adds that stage once per seed", () => {
  const range = (length: number) => Array.from({ length }, (_, i) => i + 1);
  const vary = grid({ optimizer: { warmupUpdates: range(50) }, training: { steps: range(50) } });
  const plan = expand({ base: { ...base, previous: text }, vary, seeds: 4 });
  equal(plan.runs.length, 10_004);
  equal(new Set(plan.runs.map(({ previous }) => previous)).size, 5);
});
