import { deepEqual, ok, throws } from "node:assert/strict";
import { grpo, type GrpoConfig } from "../algorithm/grpo.ts";
import { grpoObjective, supervisedLoss } from "../algorithm/objective_graph.ts";
import { randomSource } from "../core/random.ts";
import { tokenLogProbs } from "../policy/forward.ts";
import {
  initialParameters,
  parameterCount,
  parameterSpecs,
  policyShape,
  weightsOf,
} from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import type { Graph } from "../tensor/graph.ts";
import { floats, type HostArray, onnxRuntime } from "../tensor/session.ts";
import { tensorFlow, type TfTensor } from "../tensor/tensorflow.ts";
import { type Objective, trainingGraph } from "./training_graph.ts";

const SHAPE = policyShape(transformer("micro"), 8);
const SIZES = { prompts: 2, groupSize: 3, microBatches: 1 };
/** β₁ = 0 and no clipping: the first moment after an update is the gradient itself. */
const BARE = { beta1: 0, beta2: 0.99, weightDecay: 0, maxGradNorm: 1e9 };
const SUPERVISED: Objective = { kind: "supervised" };
/** A narrow clip range and a strong KL term, so that every branch of the loss is taken somewhere. */
const GRPO: GrpoConfig = grpo({
  clipRangeLow: 0.1,
  clipRangeHigh: 0.15,
  dualClip: 1.5,
  klCoefficient: 0.1,
});

const runtime = await onnxRuntime({ threads: 1 });

type Data = Record<string, { readonly data: HostArray; readonly shape: readonly number[] }>;

/** Data for every input of a training graph, with old and reference log-probabilities near `logProbs`. */
function makeData(logProbs: Float32Array | null): Data {
  const random = randomSource(3, "data");
  const { prompts, groupSize } = SIZES;
  const rollouts = prompts * groupSize, length = SHAPE.responseTokens, cells = rollouts * length;
  const normal = (size: number, scale = 1) =>
    Float32Array.from({ length: size }, () => random.normal() * scale);
  const ids = (size: number) =>
    Int32Array.from({ length: size }, () => random.integer(VOCABULARY.length));
  const counted = Float32Array.from({ length: cells }, () => Number(random.next() < 0.7));
  const total = counted.reduce((a, b) => a + b, 0);
  const near = (spread: number) => normal(cells, spread).map((x, i) => x + (logProbs?.[i] ?? 0));
  const wide = [rollouts, length];
  return {
    patches: { data: normal(prompts * 256), shape: [prompts, 16, 16] },
    question: { data: ids(prompts * 8), shape: [prompts, 8] },
    inputs: { data: ids(cells), shape: wide },
    targets: { data: ids(cells), shape: wide },
    tokenWeights: { data: counted.map((c) => c / total), shape: wide },
    tokenShares: { data: counted.map((c) => c / total), shape: wide },
    oldLogProbs: { data: near(0.2), shape: wide },
    referenceLogProbs: { data: near(0.3), shape: wide },
    advantages: { data: normal(rollouts), shape: [rollouts, 1] },
  };
}

const START = initialParameters(SHAPE, randomSource(5, "initial"));

/** Runs one update and returns the gradient, the loss and the norm. */
async function update(graph: Graph, data: Data, parameters: Float32Array) {
  const session = await runtime.compile(graph);
  const count = parameterCount(SHAPE);
  const zeros = () => runtime.tensor(new Float32Array(count), [count]);
  const wanted = new Set(session.inputs.map((input) => input.name));
  const feeds = Object.fromEntries(
    Object.entries(data).filter(([name]) => wanted.has(name))
      .map(([name, { data, shape }]) => [name, runtime.tensor(data, shape)]),
  );
  const result = await session.run({
    ...feeds,
    parameters: runtime.tensor(parameters, [count]),
    firstMoment: zeros(),
    secondMoment: zeros(),
    schedule: runtime.tensor(Float32Array.of(1e-3, 1, 1), [3]),
    inverseTemperature: runtime.tensor(Float32Array.of(1.25), []),
  });
  await session.release();
  return {
    gradient: floats(result["next.firstMoment"]).slice(),
    parameters: floats(result["next.parameters"]).slice(),
    loss: floats(result.sums)[0]!,
    norm: floats(result.norm)[0]!,
  };
}

/** Loss and gradient of the same model and objective by TensorFlow.js. */
async function byTensorFlow(objective: Objective, data: Data) {
  const { tf, ops } = await tensorFlow();
  const tensor = (name: string): TfTensor => {
    const { data: values, shape } = data[name]!;
    return tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32");
  };
  const logProbs = (parameters: TfTensor) => {
    const batch = {
      patches: tensor("patches"),
      question: tensor("question"),
      inputs: tensor("inputs"),
      targets: tensor("targets"),
      ...SIZES,
    };
    const weights = weightsOf(ops, parameters, SHAPE);
    const scale = tf.scalar(1.25);
    return tokenLogProbs(ops, weights, SHAPE, batch, scale, VOCABULARY.length).chosen;
  };
  const loss = (parameters: TfTensor) => {
    const chosen = logProbs(parameters);
    if (objective.kind === "supervised") return supervisedLoss(ops, chosen, tensor("tokenWeights"));
    return grpoObjective(ops, objective, {
      logProbs: chosen,
      oldLogProbs: tensor("oldLogProbs"),
      referenceLogProbs: tensor("referenceLogProbs"),
      advantages: tensor("advantages"),
      tokenWeights: tensor("tokenWeights"),
      tokenShares: tensor("tokenShares"),
    }).loss;
  };
  const point = tf.tensor1d(START);
  const { value, grad } = tf.valueAndGrad((x: TfTensor) => tf.reshape(loss(x), []))(point);
  return {
    loss: value.dataSync()[0]!,
    gradient: Float32Array.from(grad.dataSync()),
    logProbs: Float32Array.from(logProbs(point).dataSync()),
  };
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

const { logProbs } = await byTensorFlow(SUPERVISED, makeData(null));
const DATA = makeData(logProbs);

for (const [name, objective] of [["supervised", SUPERVISED], ["GRPO", GRPO]] as const) {
  Deno.test(`trainingGraph() has TensorFlow.js's gradient: ${name}`, async () => {
    const ours = await update(trainingGraph(SHAPE, objective, BARE, SIZES), DATA, START);
    const theirs = await byTensorFlow(objective, DATA);
    ok(
      Math.abs(ours.loss - theirs.loss) < 1e-5 * Math.abs(theirs.loss),
      `${ours.loss} ${theirs.loss}`,
    );
    const distance = relativeDistance(ours.gradient, theirs.gradient);
    ok(distance < 1e-5, `relative L2 distance ${distance}`);
  });

  Deno.test(`trainingGraph() has the slope that finite differences see: ${name}`, async () => {
    // Along each parameter's own gradient the slope is that gradient's norm.
    const graph = () => trainingGraph(SHAPE, objective, BARE, SIZES);
    const { gradient } = await update(graph(), DATA, START);
    let offset = 0;
    for (const { name: parameter, shape } of parameterSpecs(SHAPE)) {
      const size = shape.reduce((a, b) => a * b, 1);
      const part = gradient.subarray(offset, offset + size);
      const norm = length(part);
      const h = objective.kind === "supervised" ? 1e-2 : 2e-3; // GRPO has kinks close by
      const shifted = (sign: number) => {
        const point = START.slice();
        part.forEach((g, i) => point[offset + i] = point[offset + i]! + sign * h * g / norm);
        return point;
      };
      const up = await update(graph(), DATA, shifted(1)),
        down = await update(graph(), DATA, shifted(-1));
      const slope = (up.loss - down.loss) / (2 * h);
      ok(Math.abs(slope - norm) < 0.01 * norm + 2e-4, `${parameter}: slope ${slope}, norm ${norm}`);
      offset += size;
    }
  });

  Deno.test(`trainingGraph() gives the same update in micro-batches: ${name}`, async () => {
    const whole = await update(trainingGraph(SHAPE, objective, BARE, SIZES), DATA, START);
    const sizes = { ...SIZES, microBatches: 2 };
    const parts = await update(trainingGraph(SHAPE, objective, BARE, sizes), DATA, START);
    ok(relativeDistance(parts.gradient, whole.gradient) < 1e-5);
    ok(Math.abs(parts.loss - whole.loss) < 1e-5);
  });
}

Deno.test("trainingGraph() clips to the maximal norm and reports the norm before", async () => {
  const free = await update(trainingGraph(SHAPE, SUPERVISED, BARE, SIZES), DATA, START);
  const bound = free.norm / 4;
  const bounded = { ...BARE, maxGradNorm: bound };
  const clipped = await update(trainingGraph(SHAPE, SUPERVISED, bounded, SIZES), DATA, START);
  ok(Math.abs(clipped.norm - free.norm) < 1e-5 * free.norm);
  ok(Math.abs(length(clipped.gradient) - bound) < 1e-4 * bound);
});

Deno.test("trainingGraph() gives the same bits when run again", async () => {
  const run = () => update(trainingGraph(SHAPE, GRPO, BARE, SIZES), DATA, START);
  const [a, b] = [await run(), await run()];
  deepEqual(a.parameters, b.parameters);
});

Deno.test("trainingGraph() refuses micro-batches that do not divide the prompts", () => {
  throws(
    () => trainingGraph(SHAPE, SUPERVISED, BARE, { ...SIZES, microBatches: 3 }),
    /Cannot cut 2 prompts into 3 equal micro-batches/,
  );
});
