import { ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { type GraphOptions, traceProgram } from "./graph.ts";
import { onnxRuntime } from "./onnx_runtime.ts";
import { hostTensor, program } from "./program.ts";
import { floats } from "./runtime.ts";

const PARTS = 60, WIDTH = 5;
const SHAPE = [3, PARTS * WIDTH];

/** Cuts a matrix in many parts, mixes them, puts them together again, and differentiates. */
const MIXED = program({ x: { shape: SHAPE } }, (ops, { x }) => {
  const { joined, gradients: [gradient] } = ops.differentiate([x], () => {
    const parts = ops.split(x, Array<number>(PARTS).fill(WIDTH), -1)
      .map((part, i) => ops.mul(ops.rmsNorm(part), i % 7 - 2.5));
    const joined = ops.logSoftmax(ops.concat(parts.toReversed(), -1));
    return { joined, loss: ops.sum(ops.mul(joined, joined)) };
  });
  return { joined, gradient: gradient! };
});

const DATA = (() => {
  const random = randomSource(6, "graph options");
  return Float32Array.from({ length: 3 * PARTS * WIDTH }, () => random.normal());
})();

async function evaluate(options: GraphOptions) {
  const runtime = await onnxRuntime({ threads: 1, ...options });
  const session = await runtime.compile(MIXED);
  const outputs = await session.run({ x: hostTensor(DATA, SHAPE) });
  await session.release();
  return [floats(outputs, "joined"), floats(outputs, "gradient")] as const;
}

const VARIANTS: readonly GraphOptions[] = [
  { widest: 7 },
  { widest: 2 },
  { normGivesInverse: false },
  { logSoftmax: false },
];

for (const options of VARIANTS) {
  Deno.test(`values and gradients are the same with ${JSON.stringify(options)}`, async () => {
    const [wanted, got] = [await evaluate({}), await evaluate(options)];
    wanted.forEach((expected, i) => {
      const scale = Math.max(...expected.map(Math.abs));
      const difference = Math.max(...expected.map((value, k) => Math.abs(value - got[i]![k]!)));
      ok(difference <= 1e-5 * scale, `${i}: ${difference} of ${scale}`);
    });
  });
}

Deno.test("no operation has more parts than the widest may have, where one has all by default", () => {
  const widestOf = (options: GraphOptions) =>
    Math.max(
      ...traceProgram(MIXED, options).nodes
        .filter(({ operator }) => operator === "Split" || operator === "Concat")
        .map(({ operator, inputs, outputs }) => (operator === "Split" ? outputs : inputs).length),
    );
  ok(widestOf({}) === PARTS);
  for (const widest of [2, 7, 59]) ok(widestOf({ widest }) <= widest, `${widest}`);
});

Deno.test("an operation that a variant does without is not in its graph", () => {
  const has = (operator: string, options: GraphOptions) =>
    traceProgram(MIXED, options).nodes.some((node) => node.operator === operator);
  ok(has("LogSoftmax", {}) && !has("LogSoftmax", { logSoftmax: false }));
  const outputsOfNorm = (options: GraphOptions) =>
    traceProgram(MIXED, options).nodes
      .find(({ operator }) => operator === "SimplifiedLayerNormalization")!.outputs.length;
  ok(outputsOfNorm({}) === 2 && outputsOfNorm({ normGivesInverse: false }) === 1);
});
