import { deepEqual, equal, throws } from "node:assert/strict";
import { ConfigError } from "../core/errors.ts";
import { screening } from "../algorithm/group_filter.ts";
import { learnability } from "../sampler/learnability.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { checkRunConfig, createChecker } from "./check.ts";
import { COMPONENTS } from "./components.ts";
import type { RunConfig } from "./run_config.ts";
import settings from "./testdata/settings.json" with { type: "json" };

const config = checkRunConfig(settings);

const SAMPLERS =
  '"random", "vas", "learnability", "mopps", "greso", "replay", "adaRft", "easyToHard"';

/** The same settings with the value at a path replaced, whatever its type. */
function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(config) as unknown as Record<string, unknown>;
  const keys = path.split(".");
  let here = copy;
  for (const key of keys.slice(0, -1)) here = here[key] as Record<string, unknown>;
  if (value === undefined) delete here[keys.at(-1)!];
  else here[keys.at(-1)!] = value;
  return copy;
}

Deno.test("checkRunConfig() accepts complete settings and returns them", () => {
  deepEqual(checkRunConfig(config), config);
  deepEqual(
    checkRunConfig({ ...config, sampler: random() }),
    { ...config, sampler: { kind: "random" } },
  );
  for (const sampler of Object.values(COMPONENTS.sampler)) {
    deepEqual(checkRunConfig({ ...config, sampler }).sampler, sampler);
  }
});

Deno.test("checkRunConfig() names the field, what was expected and what came", () => {
  const faults: readonly [path: string, value: unknown, message: string][] = [
    ["sampler.mixtureRatio", 50, "sampler.mixtureRatio: expected a number in [0, 1], got 50"],
    ["sampler.momentum", 1, "sampler.momentum: expected a number in [0, 1), got 1"],
    [
      "sampler.refreshInterval",
      0,
      "sampler.refreshInterval: expected a whole number of at least 1, got 0",
    ],
    ["model.layers", 2.5, "model.layers: expected a whole number in [1, 64], got 2.5"],
    ["optimizer.learningRate", 0, "optimizer.learningRate: expected a number in (0, 1], got 0"],
    ["algorithm.dualClip", 1, "algorithm.dualClip: expected a number above 1 or null, got 1"],
    ["reward.format", NaN, "reward.format: expected a number, got NaN"],
    ["reward.format", Infinity, "reward.format: expected a number, got Infinity"],
    ["reward.format", "1", 'reward.format: expected a number, got "1"'],
    ["reward.format", undefined, "reward.format: expected a number, got nothing"],
    ["reward.format", null, "reward.format: expected a number, got null"],
    [
      "evaluation.scoringControl",
      "yes",
      'evaluation.scoringControl: expected true or false, got "yes"',
    ],
    ["training", 3, "training: expected the fields steps, batchSize, tokenBudget, got 3"],
    ["dataset", [], "dataset: expected the fields of microMath, got []"],
    ["sampler", 3, `sampler: expected one of the kinds ${SAMPLERS}, got 3`],
    [
      "sampler",
      { kind: "vass" },
      `sampler.kind: expected one of the kinds ${SAMPLERS}, got "vass"; did you mean "vas"?`,
    ],
    [
      "sampler.kind",
      undefined,
      `sampler.kind: expected one of the kinds ${SAMPLERS}, got nothing`,
    ],
    [
      "algorithm.kind",
      "grpoo",
      'algorithm.kind: expected "grpo", got "grpoo"; did you mean "grpo"?',
    ],
    [
      "algorithm.aggregation",
      "token_mean",
      'algorithm.aggregation: expected one of "token-mean", "sequence-mean", got "token_mean"; ' +
      'did you mean "token-mean"?',
    ],
    [
      "sampler.weights",
      { ovs: 0, tds: 0 },
      'sampler.weights: expected at least one weight above 0, got {"ovs":0,"tds":0}',
    ],
    ["sampler.weights.ovs", "a", 'sampler.weights.ovs: expected a number of at least 0, got "a"'],
    ["model.width", 65, "model.width: expected a multiple of heads, got 65"],
    [
      "coldStart.shortcutRates",
      [],
      "coldStart.shortcutRates: expected a list of at least 1, got []",
    ],
    [
      "coldStart.shortcutRates",
      [0.1, 2],
      "coldStart.shortcutRates.1: expected a number in [0, 1], got 2",
    ],
    [
      "coldStart.shortcutRates",
      0.1,
      "coldStart.shortcutRates: expected a list, each item a number in [0, 1], got 0.1",
    ],
    [
      "reward.acuracy",
      1,
      'reward.acuracy: no such field; did you mean "accuracy"? known fields are format, accuracy',
    ],
  ];
  for (const [path, value, message] of faults) {
    throws(() => checkRunConfig(withValue(path, value)), { name: "ConfigError", message });
  }
  throws(() => checkRunConfig(3), { message: /^settings: expected the fields model, .*, got 3$/ });
});

Deno.test("checkRunConfig() names an unknown field rather than the field it was meant to be", () => {
  const { mixtureRatio: _, ...rest } = vas();
  const sampler = { ...rest, mixtureRatios: 0.5 };
  throws(() => checkRunConfig({ ...config, sampler }), (error: ConfigError) => {
    equal(error.field, "sampler.mixtureRatios");
    equal(error.problem.startsWith('vas has no such field; did you mean "mixtureRatio"?'), true);
    equal(error.problem.endsWith("(and 1 more to correct: sampler.mixtureRatio)"), true);
    return true;
  });
});

Deno.test("checkRunConfig() counts what else is to correct, and prefixes where", () => {
  const wrong = withValue("training", { steps: -1, batchSize: 0, tokenBudget: null });
  throws(() => checkRunConfig(wrong, "recipes/x.yaml"), {
    field: "recipes/x.yaml: training.steps",
    problem:
      "expected a whole number of at least 0, got -1 (and 1 more to correct: training.batchSize)",
  });
});

Deno.test("checkRunConfig() refuses fields that do not fit together", () => {
  throws(() => checkRunConfig(withValue("training.batchSize", 30)), {
    field: "training.batchSize",
    problem: "expected a multiple of algorithm.miniBatches (4), since groups stay whole, got 30",
  });
  throws(() => checkRunConfig(withValue("coldStart.shortcutRates", [0, 0, 0, 0])), {
    field: "coldStart.shortcutRates",
    problem: "expected at most 3 rates, one for each level, got 4",
  });
  // ⌊λB⌋ = ⌊0.03 · 32⌋ = 0: VAS that never looks at a score.
  throws(() => checkRunConfig(withValue("sampler.mixtureRatio", 0.03)), {
    field: "sampler.mixtureRatio",
  });
  throws(() => checkRunConfig({ ...config, filter: screening({ screeningRollouts: 8 }) }), {
    field: "filter.screeningRollouts",
    problem:
      "expected less than algorithm.groupSize (8), so that there is a rest of the group to " +
      "continue with, got 8",
  });
  throws(
    () =>
      checkRunConfig(withValue("evaluation.probe", { prompts: 9999, rollouts: 64, stepSizes: [] })),
    { field: "evaluation.probe.prompts" },
  );
  throws(() => checkRunConfig({ ...config, sampler: learnability({ candidates: 2000 }) }), {
    field: "sampler.candidates",
    problem: "expected at most dataset.prompts (1024), got 2000",
  });
  throws(() => checkRunConfig({ ...config, sampler: learnability({ bufferShare: 0.03 }) }), {
    field: "sampler.bufferShare",
  });
  throws(() => checkRunConfig({ ...config, sampler: learnability({ bufferSize: 300 }) }), {
    field: "sampler",
    problem: /^expected bufferSize ≤ candidates, got \{/,
  });
  deepEqual(checkRunConfig(withValue("sampler.mixtureRatio", 1 / 32)).training.batchSize, 32);
  deepEqual(checkRunConfig(withValue("sampler.mixtureRatio", 0)).training.batchSize, 32);
});

Deno.test("createChecker() refuses what checkRunConfig() refuses, also after sections it knows", () => {
  const check = createChecker();
  check(config);
  const wrong = [
    withValue("sampler.mixtureRatio", 2),
    { ...config, training: { steps: 1, batchSize: 30, tokenBudget: null } },
    { ...config, extra: {} },
    withValue("reward", undefined),
    // A section that is sound as another one.
    { ...config, decoding: config.training },
  ] as RunConfig[];
  for (const one of wrong) {
    let message = "";
    throws(() => checkRunConfig(one), (error: Error) => ((message = error.message), true));
    throws(() => check(one), { message });
  }
  check({ ...config, training: { steps: 1, batchSize: 4, tokenBudget: null } });
});
