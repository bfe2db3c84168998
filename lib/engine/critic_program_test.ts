import { deepEqual, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { criticParameterCount, criticSpecs } from "../policy/critic.ts";
import { policyShape } from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { type HostTensor, hostTensor, type Named } from "../tensor/program.ts";
import { floats } from "../tensor/runtime.ts";
import { criticTrainingProgram, valuesProgram } from "./critic_program.ts";
import { countedLengths, packResponses, partSizes } from "./packed_batch.ts";

const SHAPE = policyShape(transformer("micro"), 6);
const SIZES = { prompts: 2, groupSize: 3, microBatches: 1 };
/** β₁ = 0 and no clipping: the first moment after an update is the gradient itself. */
const BARE = { beta1: 0, beta2: 0.99, weightDecay: 0, maxGradNorm: 1e9 };
const ROLLOUTS = SIZES.prompts * SIZES.groupSize, CELLS = ROLLOUTS * SHAPE.responseTokens;
const COUNT = criticParameterCount(SHAPE);

const runtime = await onnxRuntime({ threads: 1 });
const random = randomSource(3, "critic");
const normal = (size: number, scale = 1) =>
  Float32Array.from({ length: size }, () => random.normal() * scale);
const ids = (size: number) =>
  Int32Array.from({ length: size }, () => random.integer(VOCABULARY.length));

/** A critic that has learnt something: every matrix is random, the head too. */
const START = Float32Array.from(
  criticSpecs(SHAPE).flatMap(({ name, shape, deviation }) => [
    ...normal(shape.reduce((a, b) => a * b, 1), name === "valueHead" ? 0.1 : deviation),
  ]),
);
const PROMPT_FEEDS: Named<HostTensor> = {
  patches: hostTensor(normal(SIZES.prompts * 256), [SIZES.prompts, 16, 16]),
  question: hostTensor(ids(SIZES.prompts * 8), [SIZES.prompts, 8]),
};
const INPUTS = ids(CELLS);
const counted = Float32Array.from(
  { length: CELLS },
  (_, cell) => Number(cell % SHAPE.responseTokens < 4 && random.next() < 0.7),
);
const LENGTHS = countedLengths(counted, SHAPE.responseTokens);
const packed = (sizes = SIZES) => packResponses(SHAPE, sizes, { inputs: INPUTS }, LENGTHS);
/** What stands before the ends of responses. */
const beforeEnds = (values: Float32Array) =>
  values.filter((_, cell) =>
    cell % SHAPE.responseTokens < LENGTHS[Math.floor(cell / SHAPE.responseTokens)]!
  );

async function valuesAt(parameters: Float32Array): Promise<Float32Array> {
  const { rows, feeds } = packed();
  const session = await runtime.compile(valuesProgram(SHAPE, partSizes(SIZES, rows)));
  const outputs = await session.run({
    ...PROMPT_FEEDS,
    ...feeds,
    parameters: hostTensor(parameters, [COUNT]),
  });
  await session.release();
  return floats(outputs, "values").slice();
}

const VALUES = await valuesAt(START);
const wide = [ROLLOUTS, SHAPE.responseTokens];
const total = counted.reduce((a, b) => a + b, 0);
const DATA: Named<HostTensor> = {
  ...PROMPT_FEEDS,
  // Some of the old values are further away than the bound, on either side.
  oldValues: hostTensor(normal(CELLS, 0.3).map((x, i) => x + VALUES[i]!), wide),
  returns: hostTensor(normal(CELLS), wide),
  tokenShares: hostTensor(counted.map((c) => c / total), wide),
};

type Bound = number | null;

/** A function that runs updates from any parameters: loss, gradient and values. */
async function trainer(bound: Bound, sizes = SIZES) {
  const { rows, feeds } = packed(sizes);
  const session = await runtime.compile(criticTrainingProgram(SHAPE, bound, BARE, sizes, rows));
  const zeros = () => hostTensor(new Float32Array(COUNT), [COUNT]);
  const run = async (parameters: Float32Array) => {
    const result = await session.run({
      ...DATA,
      ...feeds,
      parameters: hostTensor(parameters, [COUNT]),
      firstMoment: zeros(),
      secondMoment: zeros(),
      schedule: hostTensor(Float32Array.of(1e-3, 1, 1), [3]),
    });
    return {
      gradient: floats(result, "next.firstMoment").slice(),
      parameters: floats(result, "next.parameters").slice(),
      sums: floats(result, "sums").slice(),
      values: floats(result, "values").slice(),
      norm: floats(result, "norm")[0]!,
    };
  };
  return { run, release: () => session.release() };
}

const norm = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));

for (const bound of [null, 0.2]) {
  Deno.test(`criticTrainingProgram() has the slope that finite differences see: bound ${bound}`, async () => {
    // Along each parameter's own gradient the slope is that gradient's norm.
    const { run, release } = await trainer(bound);
    const { gradient, sums, norm: whole } = await run(START);
    if (bound !== null) ok(sums[1]! > 0.1 && sums[1]! < 0.9, "the case reaches the bound");
    ok(Math.abs(whole - norm(gradient)) < 1e-4 * whole);
    let offset = 0;
    for (const { name, shape } of criticSpecs(SHAPE)) {
      const size = shape.reduce((a, b) => a * b, 1);
      const part = gradient.subarray(offset, offset + size), slope = norm(part);
      const h = bound === null ? 5e-3 : 1e-3; // the bound has kinks close by
      const lossAt = async (sign: number) => {
        const point = START.slice();
        part.forEach((g, i) => point[offset + i] = point[offset + i]! + sign * h * g / slope);
        return (await run(point)).sums[0]!;
      };
      const seen = (await lossAt(1) - await lossAt(-1)) / (2 * h);
      ok(Math.abs(seen - slope) < 0.01 * slope + 2e-4, `${name}: slope ${seen}, norm ${slope}`);
      offset += size;
    }
    await release();
  });
}

Deno.test("criticTrainingProgram() gives the same update in micro-batches", async () => {
  const whole = await trainer(0.2), parts = await trainer(0.2, { ...SIZES, microBatches: 2 });
  const a = await whole.run(START), b = await parts.run(START);
  const difference = norm(a.gradient.map((g, i) => g - b.gradient[i]!));
  ok(difference < 1e-5 * norm(a.gradient), `distance ${difference}`);
  a.sums.forEach((sum, i) => ok(Math.abs(sum - b.sums[i]!) < 1e-5));
  const those = beforeEnds(b.values);
  beforeEnds(a.values).forEach((value, i) => ok(Math.abs(value - those[i]!) < 1e-5));
  await whole.release();
  await parts.release();
});

Deno.test("criticTrainingProgram() reports the values before the update", async () => {
  const { run, release } = await trainer(null);
  const { values, parameters } = await run(START);
  values.forEach((value, i) => ok(Math.abs(value - VALUES[i]!) < 1e-5));
  const after = await valuesAt(parameters);
  ok(beforeEnds(after).length > CELLS / 3);
  ok(after.some((value, i) => Math.abs(value - VALUES[i]!) > 1e-3));
  await release();
});

Deno.test("criticTrainingProgram() gives the same bits when run again", async () => {
  const once = async () => {
    const { run, release } = await trainer(0.2);
    const { parameters } = await run(START);
    await release();
    return parameters;
  };
  deepEqual(await once(), await once());
});

Deno.test("criticTrainingProgram() refuses micro-batches that do not divide the prompts", () => {
  throws(
    () => criticTrainingProgram(SHAPE, null, BARE, { ...SIZES, microBatches: 3 }, 8),
    /Cannot cut 2 prompts into 3 equal micro-batches/,
  );
});
