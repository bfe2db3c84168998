import { deepEqual, equal, throws } from "node:assert/strict";
import { onlineFilter } from "../algorithm/group_filter.ts";
import { kl } from "../algorithm/kl.ts";
import { cispoObjective } from "../algorithm/objective/cispo.ts";
import { gspo } from "../algorithm/presets.ts";
import { overlong } from "../reward/overlong.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { recipe } from "../schema/recipe.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { grid } from "./axes.ts";
import { cases } from "./case.ts";
import type { Experiment } from "./experiment.ts";
import { applySet, overrideExperiment, parseSeeds } from "./override.ts";
import { expand } from "./plan.ts";

const base = recipe("mmr1_micro", { sampler: vas({ mixtureRatio: 0.2 }) });
const experiment: Experiment = {
  base,
  vary: cases({ "random": { sampler: random() }, "VAS": { sampler: vas({ mixtureRatio: 1 }) } }),
  seeds: 3,
};
const labels = (changed: Experiment) => expand(changed).cells.map(({ label }) => label);

Deno.test("applySet() sets numbers, words, booleans, null and lists", () => {
  equal(applySet(base, "sampler.mixtureRatio=0.3").sampler.kind, "vas");
  deepEqual(applySet(base, "sampler.mixtureRatio=0.3").sampler, vas({ mixtureRatio: 0.3 }));
  equal(applySet(base, "optimizer.learningRate=1e-4").optimizer.learningRate, 1e-4);
  equal(applySet(base, " training.steps = 5 ").training.steps, 5);
  equal(
    applySet(base, "algorithm.aggregation=sequence-mean").algorithm.aggregation,
    "sequence-mean",
  );
  equal(applySet(base, "evaluation.scoringControl=false").evaluation.scoringControl, false);
  equal(applySet(base, "training.tokenBudget=null").training.tokenBudget, null);
  deepEqual(applySet(base, "coldStart.shortcutRates=[0.1, 0.2]").coldStart!.shortcutRates, [
    0.1,
    0.2,
  ]);
  deepEqual(
    applySet(base, "sampler.weights={ovs: 1}").sampler,
    vas({ mixtureRatio: 0.2, weights: { ovs: 1 } }),
  );
});

Deno.test("applySet() takes a component by its kind, with its defaults", () => {
  deepEqual(applySet(base, "sampler=random").sampler, random());
  deepEqual(applySet(applySet(base, "sampler=random"), "sampler=vas").sampler, vas());
  throws(() => applySet(base, "sampler=ranodm"), {
    message: /^sampler: expected one of random, .*, got "ranodm"; did you mean "random"\?$/,
  });
  throws(
    () => applySet(base, "coldStart=supervise"),
    /coldStart: expected fields one by one, as in --set coldStart.steps=…, got "supervise"/,
  );
  throws(() => applySet(base, "sampler.kind=random"), {
    message: "sampler.kind: expected the component to choose, as in --set sampler=vas",
  });
});

Deno.test("applySet() takes published algorithms, rewards and filters, and components inside them", () => {
  deepEqual(applySet(base, "algorithm=gspo").algorithm, gspo());
  deepEqual(applySet(base, "reward=mmEureka").reward.format, { weight: 0.5, rule: "mm-eureka" });
  deepEqual(applySet(base, "filter=onlineFilter").filter, onlineFilter());
  const { algorithm } = applySet(base, "algorithm.objective=cispo");
  deepEqual(algorithm.objective, cispoObjective());
  deepEqual(algorithm.advantage, base.algorithm.advantage);
  equal(applySet(base, "algorithm.advantage=rloo").algorithm.advantage.kind, "rloo");
  equal(applySet(base, "algorithm.groupWeight=adora").algorithm.groupWeight.kind, "adora");
  deepEqual(applySet(base, "reward.overlong=default").reward.overlong, overlong());
  deepEqual(
    applySet(base, "reward.overlong={buffer: 4, factor: 0.5}").reward.overlong,
    overlong({ buffer: 4, factor: 0.5 }),
  );
  const without = applySet(base, "algorithm.kl=null");
  deepEqual(applySet(without, "algorithm.kl=default").algorithm.kl, kl());
  const faults: readonly [base: RunConfig, assignment: string, message: RegExp | string][] = [
    [
      base,
      "algorithm=gsop",
      /^algorithm: expected one of grpo, .*, gdpo, got "gsop"; did you mean "gspo"\?$/,
    ],
    [base, "algorithm.objective=cipso", /^algorithm\.objective: .*; did you mean "cispo"\?$/],
    [base, "algorithm.objektive=cispo", /^algorithm\.objektive: .* did you mean "objective"\?/],
    [base, "reward.overlong=dapo", 'reward.overlong: expected one of default, got "dapo"'],
    [
      base,
      "algorithm.objective.temperaturePositive=1",
      "algorithm.objective.temperaturePositive: ppoClip, which the base has, has no such field, but " +
      "sapo has: choose it first with --set algorithm.objective=sapo",
    ],
    [
      without,
      "algorithm.kl.coefficient=0.1",
      "algorithm.kl: null in the base, so that there is no field to change: choose it first with " +
      "--set algorithm.kl=default",
    ],
    [
      base,
      "previous.training.steps=5",
      "previous: null in the base, so that there is no field to change",
    ],
  ];
  for (const [base, assignment, message] of faults) {
    throws(() => applySet(base, assignment), { name: "ConfigError", message });
  }
  const staged = { ...base, previous: base };
  equal(applySet(staged, "previous.training.steps=5").previous?.training.steps, 5);
  equal(applySet(staged, "previous.algorithm=gspo").previous?.algorithm.objective.kind, "gspo");
  equal(applySet(staged, "previous=null").previous, null);
});

Deno.test("applySet() says which kind has a field that the base's kind lacks", () => {
  const uniform = applySet(base, "sampler=random");
  throws(() => applySet(uniform, "sampler.mixtureRatio=1"), {
    message: "sampler.mixtureRatio: random, which the base has, has no such field, but vas has: " +
      "choose it first with --set sampler=vas",
  });
  throws(() => applySet(uniform, "sampler.mixtureRatios=1"), {
    message:
      "sampler.mixtureRatios: neither random, which the base has, nor vas has such a field; " +
      'did you mean "mixtureRatio"?',
  });
  throws(() => applySet(uniform, "sampler.zebra=1"), {
    message: "sampler.zebra: random has no such field; it has none",
  });
});

Deno.test("applySet() refuses what it cannot read, with the closest path", () => {
  const faults: readonly [assignment: string, message: RegExp][] = [
    [
      "sampler.mixtureRatios=1",
      /^sampler.mixtureRatios: vas has no such field; did you mean "mixtureRatio"\?/,
    ],
    ["sampel.mixtureRatio=1", /^sampel: no such field; did you mean "sampler"\?/],
    ["sampler.weights.ovss=1", /^sampler.weights.ovss: no such field; did you mean "ovs"\?/],
    ["training.steps.first=1", /^training.steps.first: no such field; it has none$/],
    ["coldStart.shortcutRates.0=1", /^coldStart.shortcutRates.0: no such field/],
    ["__proto__.x=1", /^__proto__: no such field/],
    ["training.=1", /^training.: no such field/],
    [
      "training.steps",
      /^--set: expected path=value, such as training.steps=10, got "training.steps"$/,
    ],
    ["=5", /^--set: expected path=value/],
    ["training.steps=", /^training.steps: expected a value behind =, got nothing$/],
    ["training.steps=1,2", /^training.steps: expected one value, got 2$/],
    ["training.steps=1,,2", /^training.steps: expected a value between commas, got "1,,2"$/],
    ["training.steps={a: ", /^training.steps: expected a value as YAML writes it, got "{a:"$/],
  ];
  for (const [assignment, message] of faults) {
    throws(() => applySet(base, assignment), { name: "ConfigError", message });
  }
});

Deno.test("overrideExperiment() changes the base of every case", () => {
  const { cells, seeds } = expand(
    overrideExperiment(experiment, {
      set: ["training.steps=5", "algorithm.groupSize=4"],
      seeds: "2,9",
    }),
  );
  deepEqual(cells.map(({ config }) => [config.training.steps, config.algorithm.groupSize]), [
    [5, 4],
    [5, 4],
  ]);
  deepEqual(seeds, [2, 9]);
  deepEqual(expand(experiment).seeds, [0, 1, 2]);
});

Deno.test("overrideExperiment() crosses the cases with a list of values", () => {
  deepEqual(labels(overrideExperiment(experiment, { set: ["training.steps=5,10"] })), [
    "random, steps = 5",
    "random, steps = 10",
    "VAS, steps = 5",
    "VAS, steps = 10",
  ]);
  const vary = grid({ sampler: { mixtureRatio: [0.5, 1] } });
  const crossed = overrideExperiment({ base, vary, seeds: 1 }, { set: ["training.steps=[5, 10]"] });
  deepEqual(expand(crossed).cells.map(({ factors }) => factors), [
    { "training.steps": 5, "sampler.mixtureRatio": 0.5 },
    { "training.steps": 10, "sampler.mixtureRatio": 0.5 },
    { "training.steps": 5, "sampler.mixtureRatio": 1 },
    { "training.steps": 10, "sampler.mixtureRatio": 1 },
  ]);
  const alone = { base, vary: cases({ "base": {} }), seeds: 1 };
  deepEqual(
    expand(overrideExperiment(alone, { set: ["sampler=random,vas"] })).cells.map(({ config }) =>
      config.sampler.kind
    ),
    ["random", "vas"],
  );
});

Deno.test("overrideExperiment() refuses an assignment that every case undoes", () => {
  throws(() => overrideExperiment(experiment, { set: ["sampler.mixtureRatio=0.3"] }), {
    message:
      "sampler.mixtureRatio: --set has no effect here, for every case of the experiment sets it itself",
  });
  throws(
    () => overrideExperiment(experiment, { set: ["sampler.mixtureRatio=0.3,0.4"] }),
    /no effect/,
  );
});

Deno.test("values from the command line are checked with the runs", () => {
  throws(() => expand(overrideExperiment(experiment, { set: ["training.steps=many"] })), {
    message: 'training.steps: expected a whole number of at least 0, got "many" (case "random")',
  });
});

Deno.test("parseSeeds() refuses what is neither count, range nor list", () => {
  deepEqual(parseSeeds("4,"), [4]);
  for (
    const text of ["", "0", "x", "-1", "1.5", "3..1", "1..", "1,,2", "2,2", "0..999999", "1e3"]
  ) {
    throws(() => parseSeeds(text), { name: "ConfigError", message: /^--seeds: expected/ });
  }
});
