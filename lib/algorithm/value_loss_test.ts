import { deepEqual, equal, ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { hostTensor, program } from "../tensor/program.ts";
import { floats } from "../tensor/runtime.ts";
import {
  explainedVariance,
  tokenValueLoss,
  VALUE_SUMS,
  valueLoss,
  valueLossGraph,
} from "./value_loss.ts";

const runtime = await onnxRuntime({ threads: 1 });

/** Two rollouts of 3 and 4 tokens in rows of 4. */
const VALUES = [0.10, 0.90, -0.40, 0.30, 0.55, 0.20, 0.75, 0.00];
const OLD_VALUES = [0.00, 0.20, 0.30, 0.35, 0.50, 0.60, 0.10, 0.00];
const RETURNS = [1, 1, 1, 1, 0, 0, 0, 0];
const COUNTED = [1, 1, 1, 0, 1, 1, 1, 1];

/**
 * From JAX 0.10 in float64: the formula written with jnp.clip and jnp.maximum, the mean over counted tokens, and
 * jax.grad of it with respect to the values.
 */
const WORKED = [
  {
    bound: null,
    loss: 0.26321428571428573,
    clipFraction: 0,
    gradient: [-9 / 70, -1 / 70, -0.2, 0, 5.5 / 70, 2 / 70, 7.5 / 70, 0],
  },
  {
    bound: 0.5,
    loss: 0.26892857142857146,
    clipFraction: 1 / 7,
    gradient: [-9 / 70, 0, -0.2, 0, 5.5 / 70, 2 / 70, 7.5 / 70, 0],
  },
  {
    bound: 0.2,
    loss: 0.29678571428571426,
    clipFraction: 2 / 7,
    gradient: [-9 / 70, 0, -0.2, 0, 5.5 / 70, 0, 7.5 / 70, 0],
  },
];

interface Case {
  readonly values: readonly number[];
  readonly oldValues: readonly number[];
  readonly returns: readonly number[];
  readonly counted: readonly number[];
}

const tokensOf = ({ values, oldValues, returns, counted }: Case) =>
  values.flatMap((value, i) =>
    counted[i] === 1 ? [{ value, oldValue: oldValues[i]!, target: returns[i]! }] : []
  );

/** The program's sums, and its gradient with respect to the values. */
async function byProgram({ values, oldValues, returns, counted }: Case, bound: number | null) {
  const total = counted.reduce((a, b) => a + b, 0);
  const tensor = (row: readonly number[]) =>
    hostTensor(Float32Array.from(row), [2, values.length / 2]);
  const inputs = {
    values: tensor(values),
    oldValues: tensor(oldValues),
    returns: tensor(returns),
    tokenShares: tensor(counted.map((c) => c / total)),
  };
  const differentiated = program(inputs, (ops, inputs) => {
    const { valueLoss, valueClipFraction, gradients } = ops.differentiate([inputs.values], () => {
      const sums = valueLossGraph(ops, bound, inputs);
      return { ...sums, loss: sums.valueLoss };
    });
    return { valueLoss, valueClipFraction, gradient: gradients[0]! };
  });
  const session = await runtime.compile(differentiated);
  const result = await session.run(inputs);
  await session.release();
  return {
    valueLoss: floats(result, "valueLoss")[0]!,
    valueClipFraction: floats(result, "valueClipFraction")[0]!,
    gradient: floats(result, "gradient"),
  };
}

const WORKED_CASE: Case = {
  values: VALUES,
  oldValues: OLD_VALUES,
  returns: RETURNS,
  counted: COUNTED,
};

for (const { bound, loss, clipFraction, gradient } of WORKED) {
  Deno.test(`valueLoss() and valueLossGraph() have JAX's numbers: bound ${bound}`, async () => {
    const plain = valueLoss(tokensOf(WORKED_CASE), bound);
    ok(Math.abs(plain.valueLoss - loss) < 1e-12);
    ok(Math.abs(plain.valueClipFraction - clipFraction) < 1e-12);
    const graph = await byProgram(WORKED_CASE, bound);
    ok(Math.abs(graph.valueLoss - loss) < 1e-6);
    ok(Math.abs(graph.valueClipFraction - clipFraction) < 1e-6);
    gradient.forEach((expected, i) =>
      ok(Math.abs(graph.gradient[i]! - expected) < 1e-6, `${i}: ${graph.gradient[i]}, ${expected}`)
    );
  });
}

Deno.test("valueLossGraph() computes what valueLoss() computes", async () => {
  const random = randomSource(2, "values");
  const row = () => Array.from({ length: 64 }, () => random.normal());
  const drawn = {
    values: row(),
    oldValues: row(),
    returns: row(),
    counted: row().map((x) => Number(x < 0.6)),
  };
  for (const bound of [null, 0.1, 0.5, 2]) {
    const plain = valueLoss(tokensOf(drawn), bound), graph = await byProgram(drawn, bound);
    for (const name of VALUE_SUMS) ok(Math.abs(plain[name] - graph[name]) < 2e-6, name);
    ok(bound === null || plain.valueClipFraction > 0, "the case reaches the bound");
  }
});

Deno.test("tokenValueLoss() costs at least the squared error, and more only beyond the bound", () => {
  const random = randomSource(6, "values");
  for (let i = 0; i < 1000; i++) {
    const token = { value: random.normal(), oldValue: random.normal(), target: random.normal() };
    const free = tokenValueLoss(token, null).loss;
    const { loss, clipped } = tokenValueLoss(token, 0.3);
    equal(clipped, loss > free);
    ok(loss >= free);
    if (Math.abs(token.value - token.oldValue) <= 0.3) equal(clipped, false);
  }
});

Deno.test("explainedVariance() has NumPy's number and the ends of its scale", () => {
  const counted = (of: readonly number[]) => of.filter((_, i) => COUNTED[i] === 1);
  // NumPy 2: 1 - np.var(g - v) / np.var(g)
  const expected = -1.0820833333333333;
  ok(Math.abs(explainedVariance(counted(VALUES), counted(RETURNS))! - expected) < 1e-12);
  equal(explainedVariance([3, 5, 4], [1, 3, 2]), 1); // right up to a constant
  equal(explainedVariance([7, 7, 7], [1, 3, 2]), 0);
  deepEqual(explainedVariance([0, 1, 2], [0.1, 0.1, 0.1]), null);
});
