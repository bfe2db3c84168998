import { deepEqual, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { elements, Graph, type Tensor } from "./graph.ts";
import { floats, onnxRuntime } from "./session.ts";

const runtime = await onnxRuntime({ threads: 1 });

/** Runs a graph once with named float inputs and returns its outputs. */
async function run(
  graph: Graph,
  inputs: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>,
): Promise<Record<string, Float32Array>> {
  const session = await runtime.compile(graph);
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [name, runtime.tensor(data, shape)]),
  );
  const result = await session.run(feeds);
  const outputs = Object.fromEntries(
    Object.entries(result).map(([name, tensor]) => [name, floats(tensor).slice()]),
  );
  await session.release();
  return outputs;
}

/**
 * Compares the gradient of Σ output·probe with central differences for every element of every input.
 * Inputs keep away from kinks by construction of the cases.
 */
async function checkGradient(
  name: string,
  shapes: readonly (readonly number[])[],
  body: (graph: Graph, inputs: Tensor[]) => Tensor,
  offset = 0,
) {
  const random = randomSource(1, name);
  const data = shapes.map((shape) =>
    Float32Array.from({ length: elements(shape) }, () => offset + random.normal() * 0.5)
  );
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape));
  const output = body(graph, inputs);
  const probe = Float32Array.from({ length: elements(output.shape) }, () => random.normal());
  const loss = graph.sum(graph.mul(output, graph.constant(probe, output.shape)));
  const gradients = graph.gradient(loss, inputs);
  graph.output("loss", loss);
  gradients.forEach((gradient, i) => graph.output(`g${i}`, gradient));
  const feeds = (values: readonly Float32Array[]) =>
    Object.fromEntries(values.map((value, i) => [`x${i}`, { data: value, shape: shapes[i]! }]));
  const session = await runtime.compile(graph);
  const evaluate = async (values: readonly Float32Array[]) =>
    await session.run(
      Object.fromEntries(
        Object.entries(feeds(values)).map((
          [key, { data, shape }],
        ) => [key, runtime.tensor(data, shape)]),
      ),
    );
  const analytic = await evaluate(data);
  const h = 1e-2;
  for (let i = 0; i < shapes.length; i++) {
    const gradient = floats(analytic[`g${i}`]).slice();
    for (let k = 0; k < data[i]!.length; k++) {
      const shifted = (by: number) =>
        data.map((value, j) => j === i ? value.map((x, at) => at === k ? x + by : x) : value);
      const up = floats((await evaluate(shifted(h))).loss)[0]!;
      const down = floats((await evaluate(shifted(-h))).loss)[0]!;
      const numeric = (up - down) / (2 * h);
      ok(
        Math.abs(numeric - gradient[k]!) <= 0.01 * Math.max(1, Math.abs(numeric)),
        `${name}: input ${i}, element ${k}: ${gradient[k]} by the tape, ${numeric} by differences`,
      );
    }
  }
  await session.release();
}

const cases: [
  string,
  readonly (readonly number[])[],
  (g: Graph, x: Tensor[]) => Tensor,
  number?,
][] = [
  ["add, broadcast", [[2, 3], [3]], (g, [a, b]) => g.add(a!, b!)],
  ["sub, broadcast", [[2, 1], [2, 3]], (g, [a, b]) => g.sub(a!, b!)],
  ["mul, same operand twice", [[4]], (g, [a]) => g.mul(a!, a!)],
  ["div", [[3], [3]], (g, [a, b]) => g.div(a!, b!), 3],
  [
    "min and max",
    [[6], [6]],
    (g, [a, b]) => g.add(g.min(a!, g.add(b!, 4)), g.max(b!, g.sub(a!, 4))),
  ],
  ["exp and sqrt", [[4]], (g, [a]) => g.sqrt(g.exp(a!))],
  ["sigmoid", [[4]], (g, [a]) => g.sigmoid(g.mul(a!, 2))],
  ["relu", [[4]], (g, [a]) => g.relu(a!), 2],
  ["clip inside and outside", [[2]], (g, [a]) => g.add(g.clip(a!, -9, 9), g.clip(a!, 5, 6))],
  [
    "reshape and transpose",
    [[2, 3, 2]],
    (g, [a]) => g.mul(g.transpose(g.reshape(a!, [3, 2, 2]), [2, 0, 1]), 2),
  ],
  ["sum over axes", [[2, 3, 2]], (g, [a]) => g.sum(g.mul(a!, a!), [0, 2])],
  ["softmax", [[2, 4]], (g, [a]) => g.softmax(a!)],
  ["logSoftmax", [[2, 4]], (g, [a]) => g.logSoftmax(a!)],
  ["split, one part unused", [[5]], (g, [a]) => g.split(a!, [2, 3], 0)[1]!],
  ["concat", [[2, 2], [2, 1]], (g, [a, b]) => g.mul(g.concat([a!, b!], 1), 3)],
  ["slice", [[3, 4]], (g, [a]) => g.slice(a!, 1, 1, 3)],
  ["rmsNorm", [[3, 4]], (g, [x]) => g.rmsNorm(x!)],
];
for (const transposeA of [false, true]) {
  for (const transposeB of [false, true]) {
    for (const batch of [[], [2]]) {
      cases.push([
        `matMul ${batch.length === 0 ? "rank 2" : "batched"} ${transposeA} ${transposeB}`,
        [
          [...batch, ...(transposeA ? [3, 2] : [2, 3])],
          [...batch, ...(transposeB ? [4, 3] : [3, 4])],
        ],
        (g, [a, b]) => g.matMul(a!, b!, { transposeA, transposeB, alpha: 0.5 }),
      ]);
    }
  }
}

for (const [name, shapes, body, offset] of cases) {
  Deno.test(`Graph gradient agrees with finite differences: ${name}`, () =>
    checkGradient(name, shapes, body, offset));
}

Deno.test("Graph gradient of embed sums the rows of equal ids", async () => {
  const graph = new Graph();
  const table = graph.input("table", [3, 2]);
  const ids = graph.toInt32(graph.constant(Float32Array.of(2, 0, 2), [3]));
  const [gradient] = graph.gradient(graph.sum(graph.embed(table, ids)), [table]) as [Tensor];
  graph.output("gradient", gradient);
  const outputs = await run(graph, { table: { data: new Float32Array(6), shape: [3, 2] } });
  deepEqual([...outputs.gradient!], [1, 1, 0, 0, 2, 2]);
});

Deno.test("Graph gives a zero gradient to parameters the loss does not reach", async () => {
  const graph = new Graph();
  const a = graph.input("a", [2]), b = graph.input("b", [2]);
  const [toA, toB] = graph.gradient(graph.sum(a), [a, b]) as [Tensor, Tensor];
  graph.output("toA", toA);
  graph.output("toB", toB);
  const ones = { data: Float32Array.of(1, 1), shape: [2] };
  const outputs = await run(graph, { a: ones, b: ones });
  deepEqual([[...outputs.toA!], [...outputs.toB!]], [[1, 1], [0, 0]]);
});

Deno.test("Graph.stopGradient() gives the value and passes no gradient", async () => {
  const graph = new Graph();
  const a = graph.input("a", [2]);
  const product = graph.mul(a, graph.stopGradient(graph.mul(a, a))); // a³, with a² for its gradient
  const [gradient] = graph.gradient(graph.sum(product), [a]) as [Tensor];
  graph.output("product", product);
  graph.output("gradient", gradient);
  const outputs = await run(graph, { a: { data: Float32Array.of(3, -2), shape: [2] } });
  deepEqual([[...outputs.product!], [...outputs.gradient!]], [[27, -8], [9, 4]]);
});

Deno.test("Graph.sigmoid() is bounded and exact at 0", async () => {
  const graph = new Graph();
  graph.output("y", graph.sigmoid(graph.input("x", [4])));
  const data = Float32Array.of(0, 100, -100, 1);
  const { y } = await run(graph, { x: { data, shape: [4] } });
  deepEqual([...y!.subarray(0, 2)], [0.5, 1]);
  ok(y![2]! >= 0 && y![2]! < 1e-30);
  ok(Math.abs(y![3]! - 0.7310585786300049) < 1e-7);
});

Deno.test("Graph computes the same products with and without FusedMatMul", async () => {
  const random = randomSource(2, "fused");
  const data = Float32Array.from({ length: 12 }, () => random.normal());
  const results: Float32Array[] = [];
  for (const fusedMatMul of [true, false]) {
    const graph = new Graph({ fusedMatMul });
    const x = graph.input("x", [2, 2, 3]);
    graph.output("y", graph.matMul(x, x, { transposeB: true, alpha: 0.25 }));
    results.push((await run(graph, { x: { data, shape: [2, 2, 3] } })).y!);
  }
  results[0]!.forEach((value, i) => ok(Math.abs(value - results[1]![i]!) < 1e-6));
});

Deno.test("Graph refuses shapes that do not fit, naming both", () => {
  const graph = new Graph();
  const a = graph.input("a", [2, 3]), b = graph.input("b", [2, 3]);
  throws(() => graph.matMul(a, b), /Cannot multiply \[2,3\] by \[2,3\]/);
  throws(() => graph.add(a, graph.input("c", [4])), /Cannot broadcast \[2,3\] with \[4\]/);
  throws(() => graph.reshape(a, [5]), /Cannot reshape \[2,3\] to \[5\]/);
});
