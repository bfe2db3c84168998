import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { CriticConfig } from "../algorithm/advantage/advantage.ts";
import { valueLoss } from "../algorithm/value_loss.ts";
import { randomSource } from "../core/random.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { criticParameterCount } from "../policy/critic.ts";
import { initialParameters, policyShape } from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { Critic } from "./critic.ts";
import type { LearnerState } from "./learner.ts";
import { type Rollouts, selectGroups } from "./rollouts.ts";

const R = 8;
const SHAPE = policyShape(transformer("micro", { layers: 2, width: 32, mlpWidth: 64 }), R);
const OPTIMIZER = { beta1: 0.9, beta2: 0.99, weightDecay: 0.01, maxGradNorm: 1 };
const CONFIG: CriticConfig = { learningRate: 3e-3, warmupSteps: 0, valueClip: null };
const GROUP_SIZE = 4;
const POOL =
  createMicroMath(microMath({ prompts: 40, validationPrompts: 8, benchmarkPrompts: 8 })).train;
const runtime = await onnxRuntime({ threads: 1 });
const POLICY = initialParameters(SHAPE, randomSource(1, "initial"));

/** A fresh critic's state with a head that is not zero. */
function opinionated(): LearnerState {
  const state = Critic.initialState(POLICY, SHAPE);
  const random = randomSource(8, "head"), count = criticParameterCount(SHAPE);
  for (let i = count - SHAPE.width; i < count; i++) state.parameters[i] = 0.2 * random.normal();
  return state;
}

function critic(
  { config = CONFIG, prompts = 4, microBatches = 1, state = opinionated() } = {},
): Promise<Critic> {
  const sizes = { prompts, groupSize: GROUP_SIZE, microBatches };
  return Critic.create(runtime, SHAPE, config, OPTIMIZER, sizes, state);
}

/** Rollouts of random tokens and lengths for the first prompts of the pool. */
function sampled(prompts: number, name = "rollouts"): Rollouts {
  const random = randomSource(2, name), count = prompts * GROUP_SIZE;
  return {
    count,
    groupSize: GROUP_SIZE,
    tokens: Int32Array.from({ length: count * R }, () => random.integer(VOCABULARY.length)),
    logProbs: new Float32Array(count * R),
    lengths: Int32Array.from({ length: count }, () => 1 + random.integer(R)),
    ended: Array(count).fill(true),
  };
}

/** Cells that count: before a response's end. */
const isCounted = ({ lengths }: Rollouts, cell: number) =>
  cell % R < lengths[Math.floor(cell / R)]!;

const batchOf = (count: number, returns: (cell: number) => number) => {
  const rollouts = sampled(count);
  return {
    prompts: POOL.slice(0, count),
    rollouts,
    oldValues: new Float32Array(count * GROUP_SIZE * R),
    returns: Float32Array.from(
      { length: count * GROUP_SIZE * R },
      (_, cell) => isCounted(rollouts, cell) ? returns(cell) : 0,
    ),
  };
};

Deno.test("Critic.values() are exactly 0 for a fresh critic", async () => {
  const fresh = await critic({ state: Critic.initialState(POLICY, SHAPE) });
  const values = await fresh.values(POOL.slice(0, 4), sampled(4));
  equal(values.length, 4 * GROUP_SIZE * R);
  ok(values.every((value) => value === 0));
  await fresh.release();
});

Deno.test("Critic.values() are 0 behind a response's end and nowhere else", async () => {
  const judge = await critic(), rollouts = sampled(4);
  const values = await judge.values(POOL.slice(0, 4), rollouts);
  values.forEach((value, cell) => equal(value !== 0, isCounted(rollouts, cell), `cell ${cell}`));
  await judge.release();
});

Deno.test("Critic.values() do not depend on how prompts are cut into runs", async () => {
  const judge = await critic(), rollouts = sampled(40); // 160 rollouts: more than one run
  const all = await judge.values(POOL, rollouts);
  const width = GROUP_SIZE * R;
  for (const [first, end] of [[0, 1], [3, 10], [39, 40]] as const) {
    const groups = Array.from({ length: end - first }, (_, i) => first + i);
    const few = await judge.values(POOL.slice(first, end), selectGroups(rollouts, groups));
    few.forEach((value, i) => {
      ok(Math.abs(value - all[first * width + i]!) < 1e-5, `group ${first}: ${value}`);
    });
  }
  await judge.release();
});

Deno.test("Critic.values() at t see the prompt and the tokens before t, and none after", async () => {
  const judge = await critic();
  const full = { ...sampled(4), lengths: new Int32Array(4 * GROUP_SIZE).fill(R) };
  const prompts = POOL.slice(0, 4);
  const before = await judge.values(prompts, full);
  for (const changed of [0, 3, R - 1]) {
    const tokens = full.tokens.map((token, cell) =>
      cell % R === changed ? (token + 7) % VOCABULARY.length : token
    );
    const after = await judge.values(prompts, { ...full, tokens });
    after.forEach((value, cell) => equal(value !== before[cell], cell % R > changed, `${cell}`));
  }
  const elsewhere = await judge.values(POOL.slice(4, 8), full);
  ok(elsewhere.every((value, cell) => value !== before[cell]));
  await judge.release();
});

Deno.test("Critic.update() learns a return that the prompt decides", async () => {
  const student = await critic({ state: Critic.initialState(POLICY, SHAPE) });
  const batch = batchOf(4, (cell) => [0.9, 0.1, 0.5, 0.7][Math.floor(cell / R / GROUP_SIZE)]!);
  const first = await student.update(batch);
  const squares = batch.returns.filter((_, cell) => isCounted(batch.rollouts, cell))
    .map((target) => target ** 2);
  const loss = squares.reduce((a, b) => a + b, 0) / squares.length / 2; // all values are 0
  ok(Math.abs(first.valueLoss - loss) < 1e-6);
  ok(Math.abs(first.explainedVariance!) < 1e-9);
  ok(first.gradNorm > 0 && first.applied);
  let last = first;
  for (let i = 0; i < 60; i++) last = await student.update(batch);
  ok(last.valueLoss < 0.02 * first.valueLoss, `loss ${first.valueLoss} → ${last.valueLoss}`);
  ok(last.explainedVariance! > 0.9, `explained variance ${last.explainedVariance}`);
  const values = await student.values(batch.prompts, batch.rollouts);
  const worst = Math.max(...values.map((value, cell) => Math.abs(value - batch.returns[cell]!)));
  ok(worst < 0.25, `largest error ${worst}`);
  await student.release();
});

Deno.test("Critic.update() teaches nothing past the bound on values", async () => {
  const config = { ...CONFIG, valueClip: 0.1 };
  const held = await critic({ config, state: Critic.initialState(POLICY, SHAPE) });
  const batch = batchOf(4, () => 1);
  const first = await held.update(batch);
  deepEqual([first.valueClipFraction, first.explainedVariance], [0, null]);
  let last = first;
  for (let i = 0; i < 40; i++) last = await held.update(batch);
  // All values are past the bound by now: the loss is that of values at it, and flat.
  equal(last.valueClipFraction.toFixed(4), "1.0000");
  ok(Math.abs(last.valueLoss - (0.1 - 1) ** 2 / 2) < 1e-5, `loss ${last.valueLoss}`);
  equal(last.gradNorm, 0);
  const values = await held.values(batch.prompts, batch.rollouts);
  // What it reports is what the plain function says of the same values.
  const tokens = [...values].flatMap((value, cell) =>
    isCounted(batch.rollouts, cell) ? [{ value, oldValue: 0, target: 1 }] : []
  );
  const plain = valueLoss(tokens, config.valueClip), now = await held.update(batch);
  ok(Math.abs(plain.valueLoss - now.valueLoss) < 1e-5);
  ok(Math.abs(plain.valueClipFraction - now.valueClipFraction) < 1e-5);
  await held.release();
});

Deno.test("Critic.pass() makes one update per mini-batch, in the order of the groups", async () => {
  const batch = batchOf(8, (cell) => Math.sin(cell));
  const whole = await critic({ microBatches: 2 }), byHand = await critic({ microBatches: 2 });
  const updates = await whole.pass(batch);
  equal(updates.length, 2);
  for (const [k, update] of updates.entries()) {
    const groups = [0, 1, 2, 3].map((group) => 4 * k + group), width = 4 * GROUP_SIZE * R;
    const part = (values: Float32Array) => values.slice(k * width, (k + 1) * width);
    deepEqual(
      update,
      await byHand.update({
        prompts: batch.prompts.slice(4 * k, 4 * (k + 1)),
        rollouts: selectGroups(batch.rollouts, groups),
        oldValues: part(batch.oldValues),
        returns: part(batch.returns),
      }),
    );
  }
  deepEqual(await whole.state(), await byHand.state());
  await rejects(whole.pass(batchOf(6, () => 1)), /Cannot cut 6 prompts into mini-batches of 4/);
  await whole.release();
  await byHand.release();
});

Deno.test("Critic.state() goes on bit for bit, and is a copy", async () => {
  const batch = batchOf(8, (cell) => Math.cos(cell));
  const through = await critic();
  await through.pass(batch);
  const saved = await through.state(), copy = structuredClone(saved);
  equal(saved.updates, 2);
  const expected = await through.pass(batch);
  deepEqual(saved, copy);

  const resumed = await critic({ state: saved });
  deepEqual(await resumed.pass(batch), expected);
  deepEqual(await resumed.state(), await through.state());
  deepEqual(
    await resumed.values(batch.prompts, batch.rollouts),
    await through.values(batch.prompts, batch.rollouts),
  );
  deepEqual(saved, copy); // nor does going on from it change it
  await through.release();
  await resumed.release();
});

Deno.test("Critic.update() leaves out what is not finite, and says so", async () => {
  const student = await critic();
  const batch = batchOf(4, () => 1);
  const before = await student.state();
  const { applied } = await student.update({ ...batch, returns: batch.returns.map(() => NaN) });
  equal(applied, false);
  deepEqual(await student.state(), before);
  await student.release();
});

Deno.test("Critic.create() refuses a state of another size", async () => {
  const { parameters, ...rest } = opinionated();
  await rejects(critic({ state: { ...rest, parameters: parameters.slice(1) } }), {
    name: "RangeError",
    message: `Cannot create a critic: expected ${parameters.length} parameters, got ${
      parameters.length - 1
    }`,
  });
});
