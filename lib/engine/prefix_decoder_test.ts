import { deepEqual, equal, ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { initialParameters, parameterCount, policyShape } from "../policy/parameters.ts";
import { EOS } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { hostTensor } from "../tensor/program.ts";
import { GroupDecoder } from "./group_decoder.ts";
import { paddedRows, placeChildren, PrefixDecoder } from "./prefix_decoder.ts";
import type { Sampling } from "./sampling.ts";

const POOL =
  createMicroMath(microMath({ prompts: 60, validationPrompts: 8, benchmarkPrompts: 8 })).train;
const SHAPE = policyShape(transformer("micro", { layers: 2, width: 32, mlpWidth: 64 }), 20);
const runtime = await onnxRuntime({ threads: 1 });
const parameters = await runtime.place(
  hostTensor(initialParameters(SHAPE, randomSource(3, "initial")), [parameterCount(SHAPE)]),
);

function sampling(prompts: number, groupSize: number, inverseTemperature: number): Sampling {
  const random = randomSource(5, "rollout"), size = prompts * groupSize * SHAPE.responseTokens;
  return {
    prompts: POOL.slice(0, prompts),
    groupSize,
    inverseTemperature,
    uniforms: (prompt, member) => random.at(prompt, member).uniforms(SHAPE.responseTokens),
    tokens: new Int32Array(size),
    logProbs: new Float32Array(size),
  };
}

/** Tokens of each rollout up to its end, and the log-probabilities of all of them. */
function responses({ tokens, logProbs }: Sampling): { tokens: number[][]; logProbs: number[] } {
  const width = SHAPE.responseTokens, kept: number[] = [];
  const rows = Array.from({ length: tokens.length / width }, (_, row) => {
    const all = [...tokens.subarray(row * width, (row + 1) * width)], end = all.indexOf(EOS);
    const length = end < 0 ? width : end + 1;
    kept.push(...logProbs.subarray(row * width, row * width + length));
    return all.slice(0, length);
  });
  return { tokens: rows, logProbs: kept };
}

Deno.test("PrefixDecoder and GroupDecoder sample the same responses with the same numbers", async () => {
  const prefixes = new PrefixDecoder(runtime, SHAPE), groups = new GroupDecoder(runtime, SHAPE);
  // Few prefixes and many; more rows than one wave holds; one rollout per prompt; the likeliest tokens.
  for (
    const [prompts, groupSize, inverseTemperature] of [
      [5, 8, 20],
      [60, 6, 20],
      [7, 1, 1],
      [3, 4, 1e6],
    ] as const
  ) {
    const one = sampling(prompts, groupSize, inverseTemperature);
    const other = sampling(prompts, groupSize, inverseTemperature);
    equal(await prefixes.sample(parameters, one), prompts, "all prompts, by prefixes");
    await groups.sample(parameters, other, 0);
    const a = responses(one), b = responses(other);
    deepEqual(a.tokens, b.tokens);
    const worst = Math.max(...a.logProbs.map((value, i) => Math.abs(value - b.logProbs[i]!)));
    // Rounding of logits is multiplied as they are.
    ok(worst < 2e-6 * Math.max(10, inverseTemperature), `largest difference ${worst}`);
    if (groupSize === 8) ok(new Set(a.tokens.map(String)).size > prompts, "groups branch");
    if (inverseTemperature === 1) ok(a.tokens.some((row) => row.length < 20), "some end early");
  }
  await prefixes.release();
  await groups.release();
});

Deno.test("PrefixDecoder leaves groups to others whose rollouts have little in common", async () => {
  const decoder = new PrefixDecoder(runtime, SHAPE);
  equal(await decoder.sample(parameters, sampling(4, 8, 0.5)), 0);
  await decoder.release();
});

Deno.test("PrefixDecoder samples the same bits after a policy that is not finite", async () => {
  const fresh = new PrefixDecoder(runtime, SHAPE), used = new PrefixDecoder(runtime, SHAPE);
  const broken = await runtime.place(
    hostTensor(new Float32Array(parameterCount(SHAPE)).fill(NaN), [parameterCount(SHAPE)]),
  );
  await used.sample(broken, sampling(9, 8, 20));
  const expected = sampling(9, 8, 20), got = sampling(9, 8, 20);
  await fresh.sample(parameters, expected);
  await used.sample(parameters, got);
  deepEqual(responses(got), responses(expected));
  ok(got.logProbs.every(Number.isFinite));
  await fresh.release();
  await used.release();
});

Deno.test("placeChildren() leaves no gap, and copies a parent before it is overwritten", () => {
  const place = (children: string[][]) => {
    const slots = children.map((_, slot) => `parent ${slot}`);
    const placed = placeChildren(children, (from, to) => slots[to] = slots[from]!);
    return placed.map((child, slot) => `${child} of ${slots[slot]}`);
  };
  deepEqual(place([["a"], ["b"]]), ["a of parent 0", "b of parent 1"]);
  deepEqual(place([["a", "b", "c"], [], ["d"]]), [
    "a of parent 0",
    "b of parent 0",
    "d of parent 2",
    "c of parent 0",
  ]);
  deepEqual(place([[], ["a"], [], [], ["b"], []]), ["b of parent 4", "a of parent 1"]);
  deepEqual(place([[], []]), []);
});

Deno.test("paddedRows() is at least the number asked for, by less than a quarter above 32", () => {
  for (let rows = 1; rows <= 300; rows++) {
    const padded = paddedRows(rows);
    ok(padded >= rows && (rows <= 32 || padded < rows * 1.25), `${rows}: ${padded}`);
    ok(rows === 1 || padded >= paddedRows(rows - 1));
  }
  deepEqual([1, 8, 9, 33, 65, 129].map(paddedRows), [8, 8, 16, 40, 80, 160]);
});
