import { deepEqual, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { elements, traceProgram } from "./graph.ts";
import { onnxRuntime } from "./onnx_runtime.ts";
import type { DifferentiableOps } from "./ops.ts";
import { type HostTensor, hostTensor, type Named, type Program, program } from "./program.ts";
import { floats } from "./runtime.ts";

const runtime = await onnxRuntime({ threads: 1 });

/** Runs a program once and returns its outputs. */
async function run(
  compute: Program,
  feeds: Named<HostTensor>,
  on = runtime,
): Promise<Record<string, Float32Array>> {
  const session = await on.compile(compute);
  const result = await session.run(feeds);
  const outputs = Object.fromEntries(
    Object.keys(result.values).map((name) => [name, floats(result, name).slice()]),
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
  body: <T>(ops: DifferentiableOps<T>, inputs: readonly T[]) => T,
  offset = 0,
) {
  const random = randomSource(1, name);
  const data = shapes.map((shape) =>
    Float32Array.from({ length: elements(shape) }, () => offset + random.normal() * 0.5)
  );
  const names = shapes.map((_, i) => `x${i}`);
  const inputs = Object.fromEntries(names.map((name, i) => [name, { shape: shapes[i]! }]));
  const plain = program(inputs, (ops, x) => ({ y: body(ops, names.map((name) => x[name]!)) }));
  const { shape } = traceProgram(plain).outputs[0]!;
  const probe = Float32Array.from({ length: elements(shape) }, () => random.normal());
  const differentiated = program(inputs, (ops, x) => {
    const sources = names.map((name) => x[name]!);
    const { loss, gradients } = ops.differentiate(sources, () => ({
      loss: ops.sum(ops.mul(body(ops, sources), ops.constant(probe, shape))),
    }));
    return { loss, ...Object.fromEntries(gradients.map((gradient, i) => [`g${i}`, gradient])) };
  });
  const session = await runtime.compile(differentiated);
  const evaluate = (values: readonly Float32Array[]) =>
    session.run(Object.fromEntries(
      values.map((value, i) => [names[i]!, hostTensor(value, shapes[i]!)]),
    ));
  const analytic = await evaluate(data);
  const exact = shapes.map((_, i) => floats(analytic, `g${i}`).slice());
  const h = 1e-2;
  for (const [i, gradient] of exact.entries()) {
    for (let k = 0; k < data[i]!.length; k++) {
      const shifted = (by: number) =>
        data.map((value, j) => j === i ? value.map((x, at) => at === k ? x + by : x) : value);
      const up = floats(await evaluate(shifted(h)), "loss")[0]!;
      const down = floats(await evaluate(shifted(-h)), "loss")[0]!;
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
  name: string,
  shapes: readonly (readonly number[])[],
  body: <T>(g: DifferentiableOps<T>, x: readonly T[]) => T,
  offset?: number,
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
  ["expand", [[2, 1, 3]], (g, [a]) => g.mul(g.expand(a!, [2, 4, 3]), 2)],
  ["rmsNorm", [[3, 4]], (g, [x]) => g.rmsNorm(x!)],
  ["attention", [[2, 3, 4], [2, 5, 4], [2, 5, 4]], (g, [q, k, v]) => g.attention(q!, k!, v!)],
  [
    "attention, masked",
    [[2, 2, 4], [2, 2, 4], [2, 2, 4]],
    (g, [q, k, v]) =>
      g.attention(q!, k!, v!, g.constant(Float32Array.of(0, -1e9, 0, 0), [1, 2, 2])),
  ],
  // Rows 0-2 of the first source and 3-4 of the second, handed out to results of three rows and of two.
  [
    "moveRows",
    [[3, 2], [2, 2]],
    (g, [a, b]) => {
      const table = (...rows: number[]) =>
        g.toInt32(g.constant(Float32Array.from(rows), [rows.length]));
      const [three, two] = g.moveRows([a!, b!], [table(4, 0, 2), table(1, 3)], [
        table(1, 3, 2),
        table(4, 0),
      ]);
      return g.add(g.mul(g.sum(g.exp(three!)), 3), g.sum(g.mul(two!, two!)));
    },
  ],
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
  Deno.test(`differentiate() agrees with finite differences: ${name}`, () =>
    checkGradient(name, shapes, body, offset));
}

Deno.test("differentiate() sums the rows of equal ids in the gradient of embed()", async () => {
  const embedded = program({ table: { shape: [3, 2] } }, (ops, { table }) => {
    const ids = ops.toInt32(ops.constant(Float32Array.of(2, 0, 2), [3]));
    const { gradients: [gradient] } = ops.differentiate(
      [table],
      () => ({ loss: ops.sum(ops.embed(table, ids)) }),
    );
    return { gradient: gradient! };
  });
  const outputs = await run(embedded, { table: hostTensor(new Float32Array(6), [3, 2]) });
  deepEqual([...outputs.gradient!], [1, 1, 0, 0, 2, 2]);
});

Deno.test("differentiate() gives a zero gradient to sources the loss does not reach", async () => {
  const half = program({ a: { shape: [2] }, b: { shape: [2] } }, (ops, { a, b }) => {
    const { gradients: [toA, toB] } = ops.differentiate([a, b], () => ({ loss: ops.sum(a) }));
    return { toA: toA!, toB: toB! };
  });
  const ones = hostTensor(Float32Array.of(1, 1), [2]);
  const outputs = await run(half, { a: ones, b: ones });
  deepEqual([[...outputs.toA!], [...outputs.toB!]], [[1, 1], [0, 0]]);
});

Deno.test("differentiate() starts anew each time, and is refused inside of itself", async () => {
  const twice = program({ a: { shape: [2] } }, (ops, { a }) => {
    const slope = (factor: number) =>
      ops.differentiate([a], () => ({ loss: ops.sum(ops.mul(a, factor)) })).gradients[0]!;
    return { first: slope(3), second: slope(5) };
  });
  const outputs = await run(twice, { a: hostTensor(Float32Array.of(1, 1), [2]) });
  deepEqual([[...outputs.first!], [...outputs.second!]], [[3, 3], [5, 5]]);

  const nested = program({ a: { shape: [] } }, (ops, { a }) => {
    const { gradients } = ops.differentiate([a], () => ({
      loss: ops.differentiate([a], () => ({ loss: ops.mul(a, a) })).gradients[0]!,
    }));
    return { gradient: gradients[0]! };
  });
  throws(() => traceProgram(nested), /Cannot differentiate inside of differentiate/);
});

Deno.test("stopGradient() gives the value and passes no gradient", async () => {
  const stopped = program({ a: { shape: [2] } }, (ops, { a }) => {
    const { product, gradients: [gradient] } = ops.differentiate([a], () => {
      const product = ops.mul(a, ops.stopGradient(ops.mul(a, a))); // a³, with a² for its gradient
      return { product, loss: ops.sum(product) };
    });
    return { product, gradient: gradient! };
  });
  const outputs = await run(stopped, { a: hostTensor(Float32Array.of(3, -2), [2]) });
  deepEqual([[...outputs.product!], [...outputs.gradient!]], [[27, -8], [9, 4]]);
});

Deno.test("sigmoid() is bounded and exact at 0", async () => {
  const sigmoid = program({ x: { shape: [4] } }, (ops, { x }) => ({ y: ops.sigmoid(x) }));
  const { y } = await run(sigmoid, { x: hostTensor(Float32Array.of(0, 100, -100, 1), [4]) });
  deepEqual([...y!.subarray(0, 2)], [0.5, 1]);
  ok(y![2]! >= 0 && y![2]! < 1e-30);
  ok(Math.abs(y![3]! - 0.7310585786300049) < 1e-7);
});

Deno.test("attention() is the softmax of scaled scores times the values", async () => {
  const random = randomSource(4, "attention");
  const tensor = (shape: readonly number[]) =>
    hostTensor(Float32Array.from({ length: elements(shape) }, () => random.normal()), shape);
  const feeds = { q: tensor([2, 3, 4]), k: tensor([2, 5, 4]), v: tensor([2, 5, 4]) };
  const { fused, plain } = await run(
    program(
      { q: { shape: [2, 3, 4] }, k: { shape: [2, 5, 4] }, v: { shape: [2, 5, 4] } },
      (ops, { q, k, v }) => ({
        fused: ops.attention(q, k, v),
        plain: ops.matMul(ops.softmax(ops.mul(ops.matMul(q, k, { transposeB: true }), 0.5)), v),
      }),
    ),
    feeds,
  );
  plain!.forEach((value, i) => ok(Math.abs(value - fused![i]!) < 1e-6));
});

Deno.test("matMul() gives the same products with and without FusedMatMul", async () => {
  const random = randomSource(2, "fused");
  const data = Float32Array.from({ length: 12 }, () => random.normal());
  const product = program({ x: { shape: [2, 2, 3] } }, (ops, { x }) => ({
    y: ops.matMul(x, x, { transposeB: true, alpha: 0.25 }),
  }));
  const fused = traceProgram(product).nodes.map(({ operator }) => operator);
  const plain = traceProgram(product, { fusedMatMul: false }).nodes.map(({ operator }) => operator);
  ok(fused.includes("FusedMatMul") && !plain.includes("FusedMatMul"));
  const results: Float32Array[] = [];
  for (const fusedMatMul of [true, false]) {
    const on = await onnxRuntime({ threads: 1, fusedMatMul });
    results.push((await run(product, { x: hostTensor(data, [2, 2, 3]) }, on)).y!);
  }
  results[0]!.forEach((value, i) => ok(Math.abs(value - results[1]![i]!) < 1e-6));
});

Deno.test("traceProgram() refuses shapes that do not fit, naming both", () => {
  const refuses = (
    body: <T>(ops: DifferentiableOps<T>, inputs: { a: T; b: T; c: T }) => T,
    message: RegExp,
  ) => {
    const shapes = { a: { shape: [2, 3] }, b: { shape: [2, 3] }, c: { shape: [4] } };
    throws(() => traceProgram(program(shapes, (ops, x) => ({ y: body(ops, x) }))), message);
  };
  refuses((ops, { a, b }) => ops.matMul(a, b), /Cannot multiply \[2,3\] by \[2,3\]/);
  refuses((ops, { a, c }) => ops.add(a, c), /Cannot broadcast \[2,3\] with \[4\]/);
  refuses((ops, { a }) => ops.reshape(a, [5]), /Cannot reshape \[2,3\] to \[5\]/);
});
