import { deepEqual, equal, throws } from "node:assert/strict";
import { ConfigError } from "../core/errors.ts";
import type { AdvantageConfig } from "../algorithm/advantage/advantage.ts";
import { gdpoAdvantage } from "../algorithm/advantage/gdpo.ts";
import { reinforcePlusPlusAdvantage } from "../algorithm/advantage/reinforce_plus_plus.ts";
import { dynamicSampling, screening } from "../algorithm/group_filter.ts";
import { adora } from "../algorithm/group_weight.ts";
import { kl } from "../algorithm/kl.ts";
import { gdpo, ppo, remax, rloo } from "../algorithm/presets.ts";
import { dynamicLength } from "../reward/dynamic_length.ts";
import { pretrained } from "../policy/pretrained.ts";
import { learnability } from "../sampler/learnability.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { checkRunConfig, createChecker } from "./check.ts";
import { COMPONENTS } from "./components.ts";
import { refine } from "./refine.ts";
import type { RunConfig } from "./run_config.ts";
import settings from "./testdata/settings.json" with { type: "json" };

const config = checkRunConfig(settings);

const SAMPLERS = Object.keys(COMPONENTS.sampler).map((kind) => JSON.stringify(kind)).join(", ");

/** Settings of a second and of a third stage. */
const second: RunConfig = { ...config, previous: config };
const third: RunConfig = { ...config, previous: second };

/** The same settings with the value at a path replaced, whatever its type. */
function withValue(path: string, value: unknown, settings: RunConfig = config): unknown {
  const copy = JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
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
    [
      "algorithm.objective.dualClip",
      1,
      "algorithm.objective.dualClip: expected a number above 1 or null, got 1",
    ],
    ["reward.format.weight", NaN, "reward.format.weight: expected a number, got NaN"],
    ["reward.format.weight", Infinity, "reward.format.weight: expected a number, got Infinity"],
    ["reward.format.weight", "1", 'reward.format.weight: expected a number, got "1"'],
    ["reward.format.weight", undefined, "reward.format.weight: expected a number, got nothing"],
    ["reward.format.weight", null, "reward.format.weight: expected a number, got null"],
    ["reward.overlong", 3, "reward.overlong: expected the fields buffer, factor or null, got 3"],
    [
      "reward.overlong",
      { buffer: 0, factor: 1 },
      "reward.overlong.buffer: expected a whole number of at least 1, got 0",
    ],
    [
      "reward.truncation",
      { kind: "scale", factor: 1 },
      'reward.truncation.kind: expected one of the kinds "scaled", "fixed", got "scale"; ' +
      'did you mean "scaled"?',
    ],
    [
      "evaluation.scoringControl",
      "yes",
      'evaluation.scoringControl: expected true or false, got "yes"',
    ],
    ["training", 3, "training: expected the fields steps, batchSize, tokenBudget, got 3"],
    [
      "dataset",
      [],
      'dataset: expected one of the kinds "microMath", "files", "mixture", got []',
    ],
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
      "policyGradients",
      'algorithm.kind: expected "policyGradient", got "policyGradients"; did you mean "policyGradient"?',
    ],
    [
      "algorithm.objective.kind",
      "gspoo",
      'algorithm.objective.kind: expected one of the kinds "ppoClip", "gspo", "cispo", "sapo", ' +
      '"gmpo", "reinforce", got "gspoo"; did you mean "gspo"?',
    ],
    [
      "algorithm.objective.clipRange",
      0.2,
      'algorithm.objective.clipRange: ppoClip has no such field; did you mean "clipRangeLow"? ' +
      "known fields are clipRangeLow, clipRangeHigh, dualClip",
    ],
    [
      "algorithm.kl.controller.kind",
      "adaptiv",
      'algorithm.kl.controller.kind: expected one of the kinds "fixed", "adaptive", got "adaptiv"; ' +
      'did you mean "adaptive"?',
    ],
    [
      "algorithm.aggregation",
      "token_mean",
      'algorithm.aggregation: expected one of "token-mean", "sequence-mean", "sequence-sum", ' +
      'got "token_mean"; did you mean "token-mean"?',
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
      'reward.acuracy: no such field; did you mean "accuracy"? known fields are accuracy, format, ' +
      "repetition, cosineLength, overlong, dynamicLength, tagCount, custom, remote, truncation",
    ],
  ];
  for (const [path, value, message] of faults) {
    throws(() => checkRunConfig(withValue(path, value)), { name: "ConfigError", message });
  }
  throws(() => checkRunConfig(3), { message: /^settings: expected the fields model, .*, got 3$/ });
});

Deno.test("checkRunConfig() names the field of an earlier stage by its path", () => {
  deepEqual(checkRunConfig(third), third);
  const faults: readonly [path: string, value: unknown, message: RegExp | string][] = [
    [
      "previous",
      3,
      /^previous: expected the fields model, dataset, .*, evaluation or null, got 3$/,
    ],
    [
      "previous.training.steps",
      -1,
      "previous.training.steps: expected a whole number of at least 0, got -1",
    ],
    [
      "previous.previous.training.step",
      1,
      /^previous\.previous\.training\.step: no such field; did you mean "steps"\?/,
    ],
    [
      "previous.algorithm.advantage.kind",
      "rlo",
      /^previous\.algorithm\.advantage\.kind: expected one of the kinds .*; did you mean "rloo"\?$/,
    ],
    ["previous.previous", undefined, /^previous\.previous: expected the fields .*, got nothing$/],
    [
      "previous.training.batchSize",
      30,
      /^previous\.training\.batchSize: expected a multiple of algorithm\.miniBatches/,
    ],
  ];
  for (const [path, value, message] of faults) {
    throws(() => checkRunConfig(withValue(path, value, third)), { name: "ConfigError", message });
  }
});

Deno.test("checkRunConfig() refuses stages that one policy cannot go through", () => {
  const shared =
    ", as in the stage that begins from it: all stages share model, cold start, token " +
    "limit and held-out prompts, ";
  const faults: readonly [path: string, value: unknown, field: string, problem: string][] = [
    ["previous.model.layers", 2, "previous.model.layers", `expected 3${shared}got 2`],
    ["previous.coldStart.seed", 1, "previous.coldStart.seed", `expected 0${shared}got 1`],
    [
      "coldStart.shortcutRates",
      [0.5],
      "previous.coldStart.shortcutRates",
      `expected [0.5]${shared}got [0.05,0.35,0.65]`,
    ],
    ["decoding.maxTokens", 12, "previous.decoding.maxTokens", `expected 12${shared}got 16`],
    [
      "previous.dataset.validationPrompts",
      100,
      "previous.dataset.validationPrompts",
      `expected 512${shared}got 100`,
    ],
    [
      "previous.previous.dataset.seed",
      5,
      "previous.previous.dataset.seed",
      `expected 0${shared}got 5`,
    ],
  ];
  for (const [path, value, field, problem] of faults) {
    const stages = path.startsWith("previous.previous") ? third : second;
    throws(() => checkRunConfig(withValue(path, value, stages)), {
      name: "ConfigError",
      field,
      problem,
    });
  }
  const free = refine(second, {
    previous: {
      dataset: { prompts: 10, trainOn: "text", unsolvable: 0.1 },
      sampler: random(),
      algorithm: rloo({ groupSize: 4 }),
      training: { steps: 5, batchSize: 8 },
      decoding: { temperature: 0.5 },
      evaluation: { interval: 1, temperature: 1 },
    },
  });
  deepEqual(checkRunConfig(free), free);
  const budgets = (earlier: number | null, later: number | null) =>
    refine(second, {
      training: { tokenBudget: later },
      previous: { training: { tokenBudget: earlier } },
    });
  checkRunConfig(budgets(100, 200));
  checkRunConfig(budgets(100, null));
  throws(() => checkRunConfig(budgets(200, 200)), {
    field: "previous.training.tokenBudget",
    problem:
      "expected less than 200, the budget of the stage that begins from it, which pays for " +
      "both, got 200",
  });
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
  throws(() => checkRunConfig(withValue("decoding.maxTokens", 17)), {
    field: "decoding.maxTokens",
    problem: "expected at most 16, the longest response of a transformer, got 17",
  });
  throws(() => checkRunConfig({ ...config, coldStart: null }), {
    field: "coldStart",
    problem: "expected the supervised stage that a transformer begins with, got null",
  });
  throws(() => checkRunConfig({ ...config, model: pretrained("some/model") }), {
    field: "coldStart",
    problem: /^expected null for a pretrained model, which starts as it is, got \{/,
  });
  const elsewhere = { ...config, model: pretrained("some/model"), coldStart: null };
  const long = refine(elsewhere, { decoding: { maxTokens: 2048 } });
  deepEqual(checkRunConfig(long), long);
  throws(() => checkRunConfig(withValue("evaluation.generations", 513)), {
    field: "evaluation.generations",
    problem: "expected at most dataset.validationPrompts (512), got 513",
  });
  throws(
    () =>
      checkRunConfig(withValue("evaluation.checkpoints", { interval: null, limit: 2, best: true })),
    {
      field: "evaluation.checkpoints.limit",
      problem:
        "expected null without checkpoints.interval, for it says how many of those policies " +
        "stay, got 2",
    },
  );
  throws(() => checkRunConfig(withValue("reward.overlong", { buffer: 17, factor: 1 })), {
    field: "reward.overlong.buffer",
    problem: "expected at most decoding.maxTokens (16), got 17",
  });
  deepEqual(checkRunConfig(withValue("sampler.mixtureRatio", 1 / 32)).training.batchSize, 32);
  deepEqual(checkRunConfig(withValue("sampler.mixtureRatio", 0)).training.batchSize, 32);
});

Deno.test("checkRunConfig() wants two rollouts of a prompt where they are compared", () => {
  const alone = (advantage: AdvantageConfig) =>
    checkRunConfig(refine(config, { algorithm: { advantage, groupSize: 1 } }));
  for (const advantage of Object.values(COMPONENTS["algorithm.advantage"])) {
    const compares = !["remax", "gae", "reinforcePlusPlus"].includes(advantage.kind);
    if (!compares) alone(advantage);
    else {
      throws(() => alone(advantage), {
        field: "algorithm.groupSize",
        problem:
          `expected at least 2, since the advantage ${advantage.kind} compares the rollouts ` +
          "of a group, got 1",
      });
    }
  }
  throws(() => alone(reinforcePlusPlusAdvantage({ groupBaseline: true })), ConfigError);
});

Deno.test("checkRunConfig() refuses KL in the reward, and weights of no term, with GDPO", () => {
  throws(
    () => checkRunConfig(refine(config, { algorithm: gdpo({ kl: kl({ place: "reward" }) }) })),
    { field: "algorithm.kl.place", problem: /^expected "loss" or no KL .*, got "reward"$/ },
  );
  const weighted = (weights: Record<string, number>) =>
    refine(config, { algorithm: gdpo({ advantage: gdpoAdvantage({ weights }) }) });
  checkRunConfig(weighted({ accuracy: 2, format: 0 }));
  throws(() => checkRunConfig(weighted({ accuracy: 2, overlong: 1 })), {
    field: "algorithm.advantage.weights.overlong",
    problem: "expected one of the reward's terms, accuracy, format, got a weight of another",
  });
});

Deno.test("every component by name is in range at its place", () => {
  const long: RunConfig = {
    ...config,
    model: pretrained("some/model"),
    coldStart: null,
    decoding: { temperature: 1, maxTokens: 20_480 },
  };
  for (const [path, named] of Object.entries(COMPONENTS)) {
    for (const [name, component] of Object.entries(named)) {
      // Published lengths are those of published models.
      const settings = path.startsWith("reward") ? long : config;
      const set = withValue(path, component, settings);
      deepEqual(checkRunConfig(set), set, `${path} = ${name}`);
    }
  }
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
    { ...config, previous: withValue("training.steps", -1) },
    { ...config, previous: withValue("model.layers", 2) },
  ] as RunConfig[];
  for (const one of wrong) {
    let message = "";
    throws(() => checkRunConfig(one), (error: Error) => ((message = error.message), true));
    throws(() => check(one), { message });
  }
  check({ ...config, training: { steps: 1, batchSize: 4, tokenBudget: null } });
});

Deno.test("checkRunConfig() refuses what would be accepted and never be what its name says", () => {
  const faults: readonly [Parameters<typeof refine>[1], RegExp][] = [
    [
      { algorithm: ppo({ groupSize: 1 }), filter: dynamicSampling() },
      /^filter: expected no filter by a band .* for groups of one rollout/,
    ],
    [
      { algorithm: { groupWeight: adora({ lengthLimit: 4094 }) } },
      /^algorithm.groupWeight.lengthLimit: expected at most decoding.maxTokens \(16\), or null/,
    ],
    [
      { algorithm: remax(), reward: { dynamicLength: dynamicLength() } },
      /^reward.dynamicLength: expected null with the advantage remax/,
    ],
  ];
  for (const [patch, message] of faults) {
    throws(() => checkRunConfig(refine(config, patch)), { message });
  }
});
