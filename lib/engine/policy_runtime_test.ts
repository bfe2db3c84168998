import { deepEqual, ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { initialParameters, policyShape } from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { shiftedInputs } from "./prompt_tensors.ts";
import { largestDivisor } from "./response_runs.ts";
import type { Rollouts } from "./rollouts.ts";

const SHAPE = policyShape(transformer("micro"), 12);
const POOL =
  createMicroMath(microMath({ prompts: 40, validationPrompts: 8, benchmarkPrompts: 8 })).train;
const runtime = await onnxRuntime({ threads: 1 });
const PARAMETERS = initialParameters(SHAPE, randomSource(1, "initial"));

/** Which cells hold a token, end-of-sequence included. */
const isSampled = ({ tokens, lengths, count }: Rollouts): boolean[] =>
  Array.from(tokens, (_, i) => {
    const width = tokens.length / count;
    return i % width < lengths[Math.floor(i / width)]!;
  });

Deno.test("PolicyRuntime.generate() and .logProbs() agree on the sampled tokens to 1e-5", async () => {
  const policy = new PolicyRuntime(runtime, SHAPE);
  const parameters = await policy.parameters(PARAMETERS);
  let early = 0;
  for (const [groupSize, temperature] of [[4, 1], [1, 0.6]] as const) {
    const prompts = POOL.slice(0, 8);
    const random = randomSource(2, "rollout");
    const rollouts = await policy.generate(parameters, prompts, groupSize, temperature, random);
    const again = await policy.logProbs(parameters, prompts, rollouts, temperature);
    const sampled = isSampled(rollouts);
    const worst = Math.max(
      ...again.map((value, i) => Math.abs(value - (sampled[i]! ? rollouts.logProbs[i]! : 0))),
    );
    ok(worst < 1e-5, `largest difference ${worst}`);
    early += sampled.filter((token) => !token).length;
    ok(rollouts.tokens.some((token) => token !== rollouts.tokens[0]));
  }
  ok(early > 0, "some responses end early");
  await policy.release();
});

Deno.test("PolicyRuntime.logDistributions() are distributions, and .logProbs() at the sampled tokens", async () => {
  const policy = new PolicyRuntime(runtime, SHAPE);
  const parameters = await policy.parameters(PARAMETERS);
  const prompts = POOL.slice(0, 6);
  const rollouts = await policy.generate(parameters, prompts, 4, 0.8, randomSource(6, "rollout"));
  const all = await policy.logDistributions(parameters, prompts, rollouts, 0.8);
  const chosen = await policy.logProbs(parameters, prompts, rollouts, 0.8);
  const size = VOCABULARY.length;
  deepEqual(all.length, rollouts.tokens.length * size);
  const sampled = isSampled(rollouts);
  rollouts.tokens.forEach((token, i) => {
    if (!sampled[i]!) return;
    const row = all.subarray(i * size, (i + 1) * size);
    ok(Math.abs(row.reduce((sum, x) => sum + Math.exp(x), 0) - 1) < 1e-5);
    ok(Math.abs(row[token]! - chosen[i]!) < 1e-6, `token ${i}`);
  });
  await policy.release();
});

Deno.test("PolicyRuntime.generate() draws each row from its own stream, however the work is cut", async () => {
  const policy = new PolicyRuntime(runtime, SHAPE);
  const parameters = await policy.parameters(PARAMETERS);
  const random = randomSource(4, "rollout");
  const all = await policy.generate(parameters, POOL, 8, 1, random); // 320 rows: more than one run
  const few = await policy.generate(parameters, POOL.slice(0, 3), 8, 1, random);
  deepEqual(all.tokens.slice(0, few.tokens.length), few.tokens);
  deepEqual(all.count, 320);
  await policy.release();
});

Deno.test("PolicyRuntime.generate() gives the same bits in a new process's place", async () => {
  const run = async () => {
    const policy = new PolicyRuntime(await onnxRuntime({ threads: 1 }), SHAPE);
    const random = randomSource(7, "rollout");
    const rollouts = await policy.generate(
      await policy.parameters(PARAMETERS),
      POOL.slice(0, 4),
      8,
      1,
      random,
    );
    await policy.release();
    return rollouts;
  };
  const [a, b] = [await run(), await run()];
  deepEqual([a.tokens, a.logProbs], [b.tokens, b.logProbs]);
});

Deno.test("PolicyRuntime.generate() samples tokens as often as their probability says", async () => {
  // One prompt, many rollouts: the first token's frequencies against its log-probabilities.
  const policy = new PolicyRuntime(runtime, SHAPE);
  const random = randomSource(9, "rollout");
  const parameters = await policy.parameters(PARAMETERS);
  const counts = new Map<number, number>(), chance = new Map<number, number>();
  const n = 2048;
  const prompts = Array(n / 8).fill(POOL[0]!);
  const rollouts = await policy.generate(parameters, prompts, 8, 1, random);
  for (let row = 0; row < n; row++) {
    const token = rollouts.tokens[row * SHAPE.responseTokens]!;
    counts.set(token, (counts.get(token) ?? 0) + 1);
    chance.set(token, Math.exp(rollouts.logProbs[row * SHAPE.responseTokens]!));
  }
  for (const [token, count] of counts) {
    const p = chance.get(token)!, error = Math.sqrt(p * (1 - p) / n);
    ok(
      Math.abs(count / n - p) < 4.5 * error,
      `token ${token}: share ${count / n}, probability ${p}`,
    );
  }
  await policy.release();
});

Deno.test("shiftedInputs() puts the end-of-sequence token in front of every row", () => {
  deepEqual(shiftedInputs(Int32Array.of(5, 6, 7, 8, 9, 10), 3), Int32Array.of(1, 5, 6, 1, 8, 9));
});

Deno.test("largestDivisor() finds the largest divisor up to a limit", () => {
  deepEqual([largestDivisor(12, 5), largestDivisor(7, 5), largestDivisor(8, 100)], [4, 1, 8]);
});
