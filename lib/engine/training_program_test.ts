import { deepEqual, ok, throws } from "node:assert/strict";
import { grpo } from "../algorithm/algorithm.ts";
import { openRuntime } from "../backend/open_runtime.ts";
import { kl } from "../algorithm/kl.ts";
import { gspoObjective } from "../algorithm/objective/gspo.ts";
import { ppoClipObjective } from "../algorithm/objective/ppo_clip.ts";
import { sapoObjective } from "../algorithm/objective/sapo.ts";
import { randomSource } from "../core/random.ts";
import {
  initialParameters,
  parameterCount,
  parameterSpecs,
  policyShape,
} from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import {
  hostScalar,
  type HostTensor,
  hostTensor,
  type Named,
  type Program,
} from "../tensor/program.ts";
import { floats } from "../tensor/runtime.ts";
import { packUpdate } from "./learner.ts";
import { packResponses, partSizes } from "./packed_batch.ts";
import { logProbsProgram, type Objective, trainingProgram } from "./training_program.ts";

const SHAPE = policyShape(transformer("micro"), 8);
const SIZES = { prompts: 2, groupSize: 3, microBatches: 1 };
/** β₁ = 0 and no clipping: the first moment after an update is the gradient itself. */
const BARE = { beta1: 0, beta2: 0.99, weightDecay: 0, maxGradNorm: 1e9 };
const SUPERVISED: Objective = { kind: "supervised" };
/** A narrow clip range, so that every branch of the loss is taken somewhere. */
const CLIP = { clipRangeLow: 0.1, clipRangeHigh: 0.15, dualClip: 1.5 };
const GRPO = grpo({ objective: ppoClipObjective(CLIP) });
/** Together every operation that a loss has. */
const OBJECTIVES: readonly (readonly [name: string, Objective])[] = [
  ["supervised", SUPERVISED],
  ["ppoClip", GRPO],
  [
    "gspo by token, full KL, entropy bonus",
    grpo({
      objective: gspoObjective({ ...CLIP, level: "token" }),
      kl: kl({ estimator: "full" }),
      entropyCoefficient: 0.1,
    }),
  ],
  ["sapo, absolute KL", grpo({ objective: sapoObjective(), kl: kl({ estimator: "abs" }) })],
];

const INVERSE_TEMPERATURE = 1.25;

const runtime = await onnxRuntime({ threads: 1 });

type Data = Named<HostTensor>;

/**
 * Data for every input of a training program, before packing, with old and reference log-probabilities near `logProbs`.
 */
function makeData(logProbs: Float32Array | null): Data {
  const random = randomSource(3, "data");
  const { prompts, groupSize } = SIZES;
  const rollouts = prompts * groupSize, length = SHAPE.responseTokens, cells = rollouts * length;
  const normal = (size: number, scale = 1) =>
    Float32Array.from({ length: size }, () => random.normal() * scale);
  const ids = (size: number) =>
    Int32Array.from({ length: size }, () => random.integer(VOCABULARY.length));
  // Responses end early, and not every token before an end counts.
  const ends = Array.from({ length: rollouts }, () => 2 + random.integer(length - 2));
  const counted = Float32Array.from(
    { length: cells },
    (_, cell) => Number(cell % length < ends[Math.floor(cell / length)]! && random.next() < 0.8),
  );
  const total = counted.reduce((a, b) => a + b, 0);
  const near = (spread: number) => normal(cells, spread).map((x, i) => x + (logProbs?.[i] ?? 0));
  const wide = [rollouts, length];
  return {
    patches: hostTensor(normal(prompts * 256), [prompts, 16, 16]),
    question: hostTensor(ids(prompts * 8), [prompts, 8]),
    inputs: hostTensor(ids(cells), wide),
    targets: hostTensor(ids(cells), wide),
    tokenWeights: hostTensor(counted.map((c) => c / total), wide),
    tokenShares: hostTensor(counted.map((c) => c / total), wide),
    oldLogProbs: hostTensor(near(0.2), wide),
    referenceLogProbs: hostTensor(near(0.3), wide),
    advantages: hostTensor(normal(cells), wide),
    klCoefficient: hostScalar(0.1),
    referenceAll: hostTensor(
      normal(cells * VOCABULARY.length, 0.3).map((x) => x - Math.log(VOCABULARY.length)),
      [...wide, VOCABULARY.length],
    ),
  };
}

const START = initialParameters(SHAPE, randomSource(5, "initial"));

/** What of `data` a program reads. */
const feedsOf = ({ inputs }: Program, data: Data): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => name in inputs));

/** A training program and its data; `packed`: without the rows behind responses' ends. */
function training(objective: Objective, optimizer = BARE, sizes = SIZES, packed = true) {
  const ids = { inputs: ids32("inputs"), targets: ids32("targets") };
  const whole = new Int32Array(sizes.prompts * sizes.groupSize).fill(SHAPE.responseTokens);
  const { rows, feeds } = packed
    ? packUpdate(SHAPE, sizes, DATA)
    : packResponses(SHAPE, sizes, ids, whole);
  const program = trainingProgram(SHAPE, objective, optimizer, sizes, rows);
  return { program, feeds: feedsOf(program, { ...DATA, ...feeds }), rows };
}

const ids32 = (name: string) => Int32Array.from(DATA[name]!.data);

/** Runs updates of one compiled program; each gives the gradient, the loss and the norm. */
async function compiled<R>(
  { program, feeds }: Pick<ReturnType<typeof training>, "program" | "feeds">,
  use: (
    update: (parameters: Float32Array) => Promise<{
      readonly gradient: Float32Array;
      readonly parameters: Float32Array;
      readonly loss: number;
      readonly norm: number;
    }>,
  ) => Promise<R>,
  on = runtime,
): Promise<R> {
  const session = await on.compile(program);
  const count = parameterCount(SHAPE);
  const zeros = () => hostTensor(new Float32Array(count), [count]);
  const result = await use(async (parameters) => {
    const outputs = await session.run({
      ...feeds,
      parameters: hostTensor(parameters, [count]),
      firstMoment: zeros(),
      secondMoment: zeros(),
      schedule: hostTensor(Float32Array.of(1e-3, 1, 1), [3]),
      inverseTemperature: hostScalar(INVERSE_TEMPERATURE),
    });
    return {
      gradient: floats(outputs, "next.firstMoment").slice(),
      parameters: floats(outputs, "next.parameters").slice(),
      loss: floats(outputs, "sums")[0]!,
      norm: floats(outputs, "norm")[0]!,
    };
  });
  await session.release();
  return result;
}

/** One update from the start. */
const updated = (objective: Objective, optimizer = BARE, sizes = SIZES, on = runtime) =>
  compiled(training(objective, optimizer, sizes), (update) => update(START), on);

/** Log-probabilities of the targets under the start parameters, by our own program. */
async function ownLogProbs(data: Data): Promise<Float32Array> {
  const { rows, feeds } = packUpdate(SHAPE, SIZES, data);
  const evaluation = logProbsProgram(SHAPE, partSizes(SIZES, rows));
  const session = await runtime.compile(evaluation);
  const outputs = await session.run({
    ...feedsOf(evaluation, feeds),
    parameters: hostTensor(START, [parameterCount(SHAPE)]),
    inverseTemperature: hostScalar(INVERSE_TEMPERATURE),
  });
  await session.release();
  return floats(outputs, "logProbs").slice();
}

/** L2 norm. */
const length = (vector: Float32Array): number =>
  Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));

function relativeDistance(a: Float32Array, b: Float32Array): number {
  let difference = 0, size = 0;
  a.forEach((x, i) => {
    difference += (x - b[i]!) ** 2;
    size += b[i]! ** 2;
  });
  return Math.sqrt(difference / size);
}

const DATA = makeData(await ownLogProbs(makeData(null)));

Deno.test("trainingProgram() has TensorFlow.js's gradients", async () => {
  const tensorFlow = await openRuntime({ backend: "tfjs", device: "wasm", threads: 1 });
  for (const [name, objective] of OBJECTIVES) {
    const ours = await updated(objective);
    const { loss, gradient } = await updated(objective, BARE, SIZES, tensorFlow);
    ok(
      Math.abs(ours.loss - loss) < 1e-5 * Math.max(0.1, Math.abs(loss)),
      `${name}: ${ours.loss} ${loss}`,
    );
    const distance = relativeDistance(ours.gradient, gradient);
    ok(distance < 2e-5, `${name}: relative L2 distance ${distance}`);
  }
});

for (const [name, objective] of OBJECTIVES.slice(0, 2)) {
  Deno.test(`trainingProgram() has the slope that finite differences see: ${name}`, async () => {
    // Along each parameter's own gradient the slope is that gradient's norm.
    await compiled(training(objective), async (update) => {
      const { gradient } = await update(START);
      let offset = 0;
      for (const { name: parameter, shape } of parameterSpecs(SHAPE)) {
        const size = shape.reduce((a, b) => a * b, 1);
        const part = gradient.subarray(offset, offset + size);
        const norm = length(part);
        const h = objective.kind === "supervised" ? 1e-2 : 2e-3; // clipping has kinks close by
        const shifted = (sign: number) => {
          const point = START.slice();
          part.forEach((g, i) => point[offset + i] = point[offset + i]! + sign * h * g / norm);
          return point;
        };
        const up = await update(shifted(1)), down = await update(shifted(-1));
        const slope = (up.loss - down.loss) / (2 * h);
        ok(
          Math.abs(slope - norm) < 0.01 * norm + 2e-4,
          `${parameter}: slope ${slope}, norm ${norm}`,
        );
        offset += size;
      }
    });
  });
}

for (const [name, objective] of OBJECTIVES) {
  Deno.test(`trainingProgram() gives the same update in micro-batches: ${name}`, async () => {
    const whole = await updated(objective);
    const parts = await updated(objective, BARE, { ...SIZES, microBatches: 2 });
    ok(relativeDistance(parts.gradient, whole.gradient) < 1e-5);
    ok(Math.abs(parts.loss - whole.loss) < 1e-5);
  });
}

for (const [name, objective] of OBJECTIVES) {
  Deno.test(`trainingProgram() gives the same update with and without padding: ${name}`, async () => {
    const padded = training(objective, BARE, SIZES, false), packed = training(objective);
    ok(packed.rows < padded.rows, `${packed.rows} of ${padded.rows} rows`);
    const whole = await compiled(padded, (update) => update(START));
    const short = await compiled(packed, (update) => update(START));
    ok(relativeDistance(short.gradient, whole.gradient) < 1e-5);
    ok(Math.abs(short.loss - whole.loss) < 1e-5);
  });
}

Deno.test("trainingProgram() clips to the maximal norm and reports the norm before", async () => {
  const free = await updated(SUPERVISED);
  const bound = free.norm / 4;
  const clipped = await updated(SUPERVISED, { ...BARE, maxGradNorm: bound });
  ok(Math.abs(clipped.norm - free.norm) < 1e-5 * free.norm);
  ok(Math.abs(length(clipped.gradient) - bound) < 1e-4 * bound);
});

Deno.test("trainingProgram() gives the same bits when run again", async () => {
  const [a, b] = [await updated(GRPO), await updated(GRPO)];
  deepEqual(a.parameters, b.parameters);
});

Deno.test("trainingProgram() refuses micro-batches that do not divide the prompts", () => {
  throws(
    () => trainingProgram(SHAPE, SUPERVISED, BARE, { ...SIZES, microBatches: 3 }, 8),
    /Cannot cut 2 prompts into 3 equal micro-batches/,
  );
});
