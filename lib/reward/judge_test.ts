import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { shortcutResponse, unboxed, workedResponse } from "../dataset/demonstration.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { encodeResponse } from "../policy/tokenizer.ts";
import { cosineLength } from "./cosine_length.ts";
import { dynamicLength } from "./dynamic_length.ts";
import { accuracyJudge, createJudge, type Score } from "./judge.ts";
import { overlong } from "./overlong.ts";
import { easyR1Rewards, lmmR1Rewards, mmEurekaRewards, mmr1Rewards } from "./presets.ts";
import { repetition } from "./repetition.ts";
import { parseResponse } from "./response.ts";
import { type RewardConfig, rewards } from "./reward_config.ts";
import type { RewardInput } from "./reward_function.ts";
import { tagCount } from "./tag_count.ts";
import { makeRollout } from "./testdata/inputs.ts";
import { stopProperly } from "./truncation.ts";

fc.configureGlobal({ seed: 1 });

const RIGHT = "<think>3 + 4</think><answer>\\boxed{7}</answer>";
const dataset = createMicroMath(
  microMath({ prompts: 500, validationPrompts: 50, benchmarkPrompts: 10, unsolvable: 0.5 }),
);

async function scoresOf(
  config: RewardConfig,
  rollouts: readonly RewardInput[],
  { groupSize = 1, maxTokens = 16 } = {},
): Promise<readonly Score[]> {
  return await (await createJudge(config, { maxTokens }))(rollouts, groupSize);
}

const answered = (prompt: Prompt, text: string): RewardInput => ({
  prompt,
  response: parseResponse(text, encodeResponse(text), false),
});

Deno.test("createJudge() weighs accuracy and format independently", async () => {
  const config = rewards({
    accuracy: { weight: 2, verifier: "exact" },
    format: { weight: 0.5, rule: "boxed" },
  });
  const texts = [RIGHT, `${RIGHT}?`, RIGHT.replace("7}", "8}"), "7"];
  const scores = await scoresOf(config, texts.map((text) => makeRollout({ text })));
  deepEqual(scores.map(({ accuracy, format, reward }) => [accuracy, format, reward]), [
    [1, 1, 2.5],
    [1, 0, 2],
    [0, 1, 0.5],
    [0, 0, 0],
  ]);
});

Deno.test("createJudge() finds the worked response right exactly where the key is the true one", async () => {
  const rollouts = dataset.train.map((prompt) => answered(prompt, workedResponse(prompt)));
  const scores = await scoresOf(rewards(), rollouts);
  scores.forEach(({ accuracy, format, reward }, i) => {
    const { id, solvable } = dataset.train[i]!, right = solvable ? 1 : 0;
    deepEqual({ accuracy, format, reward }, { accuracy: right, format: 1, reward: right + 1 }, id);
  });
});

Deno.test("createJudge() gives an unboxed response neither reward", async () => {
  const rollouts = dataset.validation.map((prompt) =>
    answered(prompt, unboxed(workedResponse(prompt)))
  );
  for (const { reward } of await scoresOf(rewards(), rollouts)) equal(reward, 0);
});

Deno.test("shortcutResponse() is right as often as it was told to be", async () => {
  const random = randomSource(0, "shortcuts"), draws = 2000, rate = 0.25;
  const rollouts = Array.from({ length: draws }, (_, i) => {
    const prompt = dataset.validation[i % dataset.validation.length]!;
    return answered(prompt, shortcutResponse(prompt, random, rate));
  });
  const scores = await scoresOf(rewards(), rollouts);
  const right = scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / draws;
  const error = Math.sqrt(rate * (1 - rate) / draws);
  ok(Math.abs(right - rate) < 4 * error, `${right} of ${rate} ± ${4 * error}`);
  for (const { format } of scores) equal(format, 1);
});

Deno.test("createJudge() names the terms switched on, in the settings' order, accuracy and format always", async () => {
  const [plain] = await scoresOf(rewards(), [makeRollout()]);
  deepEqual(Object.keys(plain!.components), ["accuracy", "format"]);
  const [all] = await scoresOf(ALL, [makeRollout()]);
  deepEqual(Object.keys(all!.components), [
    "accuracy",
    "format",
    "repetition",
    "cosineLength",
    "overlong",
    "dynamicLength",
    "tagCount",
    "truncation",
  ]);
});

const ALL = rewards({
  repetition: repetition({ ngram: 2 }),
  cosineLength: cosineLength(),
  overlong: overlong({ buffer: 4 }),
  dynamicLength: dynamicLength({ target: 8 }),
  tagCount: tagCount(),
  truncation: stopProperly(0.5),
});

/** Groups of 4, of texts that are right, wrong, and neither. */
const rolloutGroups = fc.array(
  fc.array(
    fc.record({
      text: fc.constantFrom(RIGHT, RIGHT.replace("7}", "8}"), "<think>7", "", `${RIGHT} ${RIGHT}`),
      tokens: fc.array(fc.nat(3), { maxLength: 16 }),
      isTruncated: fc.boolean(),
    }),
    { minLength: 4, maxLength: 4 },
  ),
  { minLength: 1, maxLength: 4 },
);

Deno.test("createJudge(): the reward is the sum of its components, each within its bounds", async () => {
  const bounds: Readonly<Record<string, readonly [number, number]>> = {
    accuracy: [0, 1],
    format: [0, 1],
    repetition: [-1, 0],
    cosineLength: [-1, 1],
    overlong: [-1, 0],
    dynamicLength: [-0.5, 0],
    tagCount: [0, 1],
  };
  await fc.assert(fc.asyncProperty(rolloutGroups, async (groups) => {
    const rollouts = groups.flat().map(makeRollout);
    const scores = await scoresOf(ALL, rollouts, { groupSize: 4 });
    scores.forEach(({ reward, components }, i) => {
      equal(Object.values(components).reduce((total, value) => total + value), reward);
      for (const [name, [low, high]] of Object.entries(bounds)) {
        ok(components[name]! >= low && components[name]! <= high, `${name} ${components[name]}`);
      }
      const others = reward - components.truncation!;
      const factor = rollouts[i]!.response.isTruncated ? 0.5 : 1;
      ok(Math.abs(reward - factor * others) < 1e-12);
    });
  }));
});

Deno.test("createJudge() keeps groups apart: the order of groups does not matter", async () => {
  await fc.assert(fc.asyncProperty(rolloutGroups, async (groups) => {
    const judged = async (groups: readonly (readonly RewardInput[])[]) =>
      await scoresOf(ALL, groups.flat(), { groupSize: 4 });
    const inputs = groups.map((group) => group.map(makeRollout));
    const forward = await judged(inputs), backward = await judged([...inputs].reverse());
    const reversed = inputs.map((_, g) => backward.slice(g * 4, g * 4 + 4)).reverse().flat();
    deepEqual(reversed, forward);
  }));
});

Deno.test("createJudge() is pure: the same again is the same, and nothing is changed", async () => {
  const rollouts = [[1, 1, 1], [2, 3]].map((tokens) => makeRollout({ text: RIGHT, tokens }));
  const before = structuredClone(rollouts);
  const judge = await createJudge(ALL, { maxTokens: 16 });
  deepEqual(await judge(rollouts, 2), await judge(rollouts, 2));
  deepEqual(rollouts, before);
});

Deno.test("stopProperly() scales what was cut off from 0 up, and replaces it below", async () => {
  const rollouts = [false, true].map((isTruncated) => makeRollout({ text: RIGHT, isTruncated }));
  const rewardsWith = async (coefficient: number) =>
    (await scoresOf(rewards({ truncation: stopProperly(coefficient) }), rollouts))
      .map(({ reward }) => reward);
  deepEqual(await rewardsWith(0.25), [2, 0.5]);
  deepEqual(await rewardsWith(0), [2, 0]);
  deepEqual(await rewardsWith(-1), [2, -1]);
});

Deno.test("accuracyJudge() rewards accuracy alone, by the settings' verifier", async () => {
  const judge = await accuracyJudge({ ...ALL, accuracy: { weight: 7, verifier: "exact" } });
  const [right, wrong] = await judge(
    [RIGHT, RIGHT.replace("7}", "8}")].map((text) => makeRollout({ text })),
    2,
  );
  deepEqual(right, { accuracy: 1, format: 1, reward: 1, components: { accuracy: 1, format: 0 } });
  deepEqual(wrong, { accuracy: 0, format: 1, reward: 0, components: { accuracy: 0, format: 0 } });
});

Deno.test("createJudge() refuses rows that are no whole groups", async () => {
  const judge = await createJudge(rewards(), { maxTokens: 16 });
  await rejects(judge([makeRollout()], 2), /Cannot judge 1 rollouts: expected whole groups of 2/);
  await rejects(judge([], 0), /whole groups of 0/);
  deepEqual(await judge([], 4), []);
});

// In this order: right, wrong, and right without any tag.
Deno.test("the published rewards weigh as their sources do", async () => {
  const rollouts = [
    makeRollout({ text: RIGHT }),
    makeRollout({ text: RIGHT.replace("7}", "8}") }),
    makeRollout({ text: "\\boxed{7}" }),
  ];
  const of = async (config: RewardConfig) =>
    (await scoresOf(config, rollouts)).map(({ reward }) => reward);
  deepEqual(await of(mmEurekaRewards()), [1.5, 0.5, 1]);
  deepEqual(await of(lmmR1Rewards()), [1.5, 0.5, 1]);
  deepEqual(await of(easyR1Rewards()), [1, 0.1, 0.9]);
  deepEqual(await of(mmr1Rewards()), [2, 1, 1]);
});

Deno.test("mmr1Rewards() keeps MMR1's faults: 13 is right where the key is 3", async () => {
  const rollouts = [makeRollout({ text: RIGHT.replace("7}", "13}"), answer: "3" })];
  const [upstream] = await scoresOf(mmr1Rewards(), rollouts);
  const [fixed] = await scoresOf(mmEurekaRewards(), rollouts);
  deepEqual([upstream!.accuracy, fixed!.accuracy], [1, 0]);
});

Deno.test("mmr1Rewards() can fall below 0: repetition is always punished", async () => {
  const [score] = await scoresOf(mmr1Rewards(), [makeRollout({ text: "a ".repeat(100) })]);
  deepEqual(score!.components, { accuracy: 0, format: 0, repetition: -0.5 * (1 - 1 / 61) });
});
