import { deepEqual, equal, ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import type { HeldOut } from "../dataset/prompt.ts";
import { initialParameters, policyShape } from "../policy/parameters.ts";
import { transformer } from "../policy/transformer.ts";
import type { Judge } from "../reward/judge.ts";
import type { EvaluationRecord, GalleryRollout } from "../schema/run_record.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { GenerationCounter } from "./counter.ts";
import { evaluate } from "./evaluate.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { sampledResult } from "./sampled_result.ts";

const SHAPE = policyShape(transformer("micro", { layers: 1, width: 16, heads: 2 }), 8);
const policy = new PolicyRuntime(await onnxRuntime({ threads: 1 }), SHAPE);
const parameters = await policy.parameters(initialParameters(SHAPE, randomSource(1, "initial")));
const heldOut: HeldOut = createMicroMath(
  microMath({ prompts: 4, validationPrompts: 20, benchmarkPrompts: 5 }),
);

/** An untrained policy is never right: here it is when its first token is an even one. */
const judge: Judge = (rollouts) =>
  Promise.resolve(rollouts.map(({ response: { tokens } }) => {
    const accuracy = Number(tokens[0]! % 2 === 0);
    return { accuracy, format: 1, reward: accuracy, components: { accuracy, format: 0 } };
  }));

async function evaluated(
  { samples = 1, temperature = 1, generations = 0, benchmarks = false, seed = 3, from = heldOut },
) {
  const counter = new GenerationCounter();
  const settings = { step: 7, temperature, samples, generations, benchmarks };
  const random = randomSource(seed, "evaluation");
  return await evaluate(policy, parameters, judge, from, settings, random, counter);
}
const validation = (record: EvaluationRecord) => record.splits.validation!;
const groupsOf = (rollouts: readonly GalleryRollout[]) => [
  ...Map.groupBy(rollouts, ({ promptId }) => promptId).values(),
];

Deno.test("evaluate() with one response counts right prompts, and says nothing of several", async () => {
  const { record, gallery } = await evaluated({});
  const { prompts, correct, accuracy, sampled, modalities, sources } = validation(record);
  equal(gallery, null);
  equal(sampled, null);
  deepEqual([prompts, accuracy], [20, correct / 20]);
  ok(Number.isInteger(correct) && correct > 0 && correct < 20, `${correct}`);
  const images = heldOut.validation.filter(({ image }) => image !== null).length;
  deepEqual([modalities.image!.prompts, modalities.text!.prompts], [images, 20 - images]);
  equal(modalities.image!.correct + modalities.text!.correct, correct);
  deepEqual(sources, { microMath: { prompts: 20, correct } });
  equal(record.rollouts.validation, 20);
});

Deno.test("evaluate() with several responses agrees with a count of those it keeps", async () => {
  const one = await evaluated({ generations: 20 });
  const { record, gallery } = await evaluated({ samples: 4, generations: 20 });
  const groups = groupsOf(gallery!.rollouts);
  const rights = groups.map((group) =>
    group.reduce((sum, { accuracyReward }) => sum + accuracyReward, 0)
  );
  const { correct, sampled, families } = validation(record);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const near = (value: number, expected: number) => ok(Math.abs(value - expected) < 1e-12);
  near(correct, mean(rights) / 4 * 20);
  near(Object.values(families).reduce((sum, slice) => sum + slice.correct, 0), correct);
  near(sampled!.passAtK["1"]!, correct / 20);
  // Of the 6 pairs among 4 responses, (4 − c)(3 − c)/2 have no right one, and c(c − 1)/2 two.
  near(sampled!.passAtK["2"]!, mean(rights.map((c) => 1 - (4 - c) * (3 - c) / 12)));
  near(sampled!.worstAtK["2"]!, mean(rights.map((c) => c * (c - 1) / 12)));
  near(sampled!.passAtK["4"]!, mean(rights.map((c) => Number(c > 0))));
  deepEqual(Object.keys(sampled!.majorityAtK), ["1", "2", "4"]);
  equal(record.rollouts.validation, 80);
  // The first response to each prompt is the one it has alone.
  deepEqual(groups.map(([first]) => first), one.gallery!.rollouts);
});

Deno.test("evaluate() keeps every response to the first validation prompts", async () => {
  const { gallery } = await evaluated({ samples: 3, generations: 2, benchmarks: true });
  deepEqual([gallery!.kind, gallery!.split, gallery!.step], ["gallery", "validation", 7]);
  const ids = heldOut.validation.slice(0, 2).map(({ id }) => id);
  deepEqual(gallery!.rollouts.map(({ promptId }) => promptId), ids.flatMap((id) => [id, id, id]));
  const [shown] = gallery!.rollouts;
  deepEqual(Object.keys(shown!.components), ["accuracy", "format"]);
  equal(shown!.advantage, null);
  equal((await evaluated({ generations: 1000 })).gallery!.rollouts.length, 20);
});

Deno.test("evaluate() at temperature 0 gives one response, whatever the random numbers", async () => {
  const { gallery } = await evaluated({ temperature: 0, samples: 2, generations: 20 });
  for (const [a, b] of groupsOf(gallery!.rollouts)) deepEqual(a, b);
  const other = await evaluated({ temperature: 0, samples: 2, generations: 20, seed: 4 });
  deepEqual(other.gallery, gallery);
  const cold = await evaluated({ temperature: 1e-4, samples: 2, generations: 20 });
  deepEqual(cold.gallery, gallery);
  const warm = await evaluated({ samples: 2, generations: 20 });
  ok(groupsOf(warm.gallery!.rollouts).some(([a, b]) => a!.response !== b!.response));
});

Deno.test("evaluate() leaves out splits without prompts", async () => {
  const names = Object.keys(heldOut.benchmarks);
  const { record } = await evaluated({ benchmarks: true });
  deepEqual(Object.keys(record.splits), ["validation", ...names]);
  const from = { ...heldOut, benchmarks: { ...heldOut.benchmarks, verse: [] } };
  const fewer = await evaluated({ benchmarks: true, from });
  deepEqual(Object.keys(fewer.record.splits), ["validation", ...names.slice(1)]);
});

Deno.test("sampledResult() takes wrong answers by their spelling, and no partial credit for right", () => {
  const answer = (text: string) => `<think>x</think><answer>${text}</answer>`;
  const texts = [
    ...["\\boxed{1/2}", "\\boxed{0.5}", "\\boxed{3}", "\\boxed{ 3 }"], // 2 right, 2 wrong alike
    ...["\\boxed{4}", "\\boxed{5}", "5", ""], // a box or not, the same 5
  ].map((text) => text === "" ? "no answer" : answer(text));
  const accuracy = Float32Array.of(1, 1, 0, 0, 0.5, 0, 0, 0);
  const result = sampledResult({ accuracy, texts }, 4, randomSource(0, "test"));
  equal(result.samples, 4);
  // Second prompt: nothing right. First: of 4 votes two against two.
  deepEqual(result.passAtK, { 1: 0.25, 2: (1 - 1 / 6) / 2, 4: 0.5 });
  deepEqual(result.worstAtK, { 1: 0.25, 2: 1 / 12, 4: 0 });
  deepEqual(result.majorityAtK, { 1: 0.25, 2: 0.25, 4: 0.25 });
});
