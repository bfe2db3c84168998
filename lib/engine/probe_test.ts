import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { adamw } from "../algorithm/adamw.ts";
import { grpo } from "../algorithm/algorithm.ts";
import { ONE_THREAD } from "../backend/target.ts";
import { randomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { parameterCount, policyShape } from "../policy/parameters.ts";
import { transformer } from "../policy/transformer.ts";
import { random } from "../sampler/random.ts";
import { accuracyJudge } from "../reward/judge.ts";
import { coldStartIdentity } from "../schema/identity.ts";
import { gainColumns, mostProbeRollouts } from "../schema/probe_row.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import type { ProbeConfig, RunConfig } from "../schema/run_config.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { coldStartEngine, policyOf } from "./cold_start.ts";
import { GenerationCounter } from "./counter.ts";
import type { Columns } from "./engine_step.ts";
import { pathPassRates } from "./path_pass_rate.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { probePrompts } from "./probe.ts";
import { leaveOneOutWeights } from "./probe_estimates.ts";
import { promptGradient } from "./prompt_gradient.ts";
import { judgeRollouts } from "./responses.ts";
import { ScoreFunction } from "./score_function.ts";
import { decodePolicy } from "./snapshot.ts";
import { collect, timeless } from "./testdata/units.ts";
import { trainEngine } from "./train.ts";

const PROBE: ProbeConfig = { prompts: 6, rollouts: 32, stepSizes: [1e-3, 0.05] };
const MODEL = transformer("micro", { layers: 1, width: 32, heads: 2, mlpWidth: 64 });
const DATASET = microMath({ prompts: 24, validationPrompts: 16, benchmarkPrompts: 4 });
const CONFIG: RunConfig = refine(recipe("mmr1_micro"), {
  model: MODEL,
  dataset: DATASET,
  coldStart: {
    steps: 250,
    batchSize: 16,
    learningRate: 5e-3,
    mixedPhase: 0.3,
    shortcutRates: [0.5, 0.7, 0.9],
    shortcutSpread: 0.1,
    guessAccuracy: 0.5,
    unboxedRate: 0.05,
  },
  sampler: random(),
  algorithm: grpo({ groupSize: 4, miniBatches: 2 }),
  optimizer: adamw({ learningRate: 1e-3, warmupUpdates: 2 }),
  decoding: { temperature: 0.8, maxTokens: 16 },
  training: { steps: 2, batchSize: 4 },
  evaluation: {
    interval: 2,
    temperature: 1,
    scoringControl: false,
    galleryInterval: 3,
    probe: PROBE,
  },
});
const { groupSize } = CONFIG.algorithm, { temperature } = CONFIG.decoding;

const start = await collect(
  coldStartEngine(coldStartIdentity(CONFIG), { resume: null, compute: ONE_THREAD }),
);
const bytes = policyOf(await start.at(-1)!.snapshot());
const shape = policyShape(MODEL, CONFIG.decoding.maxTokens);
const theta = decodePolicy(bytes, parameterCount(shape)).parameters;
const runtime = await onnxRuntime({ threads: 1 });
const policy = new PolicyRuntime(runtime, shape), parameters = await policy.parameters(theta);
const pool = createMicroMath(DATASET).train;

const judge = await accuracyJudge(CONFIG.reward);

/** Judged responses to a prompt. */
async function sampled(index: number, count: number, seed: number) {
  const copies = Array(count / 8).fill(pool[index]!);
  const source = randomSource(seed, "probe test");
  const rollouts = await policy.generate(parameters, copies, 8, temperature, source);
  const { accuracy } = await judgeRollouts(judge, copies, rollouts);
  return { prompt: pool[index]!, rollouts, correct: accuracy };
}

/** The pool's prompt whose pass rate is nearest to ½. */
const passRates = await Promise.all(
  pool.map(async (_, i) => mean((await sampled(i, 32, 1)).correct)),
);
const even = passRates.reduce(
  (best, rate, i) => Math.abs(rate - 0.5) < Math.abs(passRates[best]! - 0.5) ? i : best,
  0,
);

const probe = (config: Partial<ProbeConfig> = {}, counter = new GenerationCounter()) =>
  probePrompts(
    policy,
    parameters,
    judge,
    { ...CONFIG, evaluation: { ...CONFIG.evaluation, probe: { ...PROBE, ...config } } },
    pool,
    3,
    randomSource(0, "probe"),
    counter,
  );

Deno.test("ScoreFunction has the derivatives of Σ w·log π, by central differences", async () => {
  const { prompt, rollouts } = await sampled(even, 8, 2);
  const weights = [0.5, -1, 0.25, 2, 0, 1, -0.5, 0.125];
  const score = new ScoreFunction(runtime, shape, 8);
  const gradient =
    (await score.weightedSum(parameters, prompt, { ...rollouts, weights }, temperature))
      .slice();
  const objective = async (point: Float32Array) => {
    const logProbs = await policy.logProbs(
      await policy.parameters(point),
      [prompt],
      rollouts,
      temperature,
    );
    return weights.reduce(
      (sum, weight, row) =>
        sum + weight * logProbs.subarray(row * 16, row * 16 + rollouts.lengths[row]!)
            .reduce((a, b) => a + b, 0),
      0,
    );
  };
  const source = randomSource(0, "directions");
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  ok(norm > 0.1);
  for (let k = 0; k < 5; k++) {
    // Half along the gradient, half at random: a derivative that is not lost in rounding.
    const direction = theta.map((_, i) =>
      gradient[i]! / norm + source.normal() / Math.sqrt(theta.length)
    );
    const epsilon = 3e-3;
    const at = (scale: number) => objective(theta.map((value, i) => value + scale * direction[i]!));
    const numeric = (await at(epsilon) - await at(-epsilon)) / (2 * epsilon);
    const exact = gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    ok(Math.abs(numeric - exact) < 0.01 * norm, `${numeric} is not ${exact}`);
  }
  await score.release();
});

Deno.test("promptGradient() is the mean of the groups' gradients, each with its own baseline", async () => {
  const { prompt, rollouts, correct } = await sampled(even, 32, 3);
  const few = new ScoreFunction(runtime, shape, groupSize);
  const all = new ScoreFunction(runtime, shape, 32);
  const found = await promptGradient(
    few,
    parameters,
    prompt,
    rollouts,
    correct,
    groupSize,
    temperature,
  );
  const weights = Array.from(
    { length: 8 },
    (_, group) => leaveOneOutWeights([...correct.subarray(4 * group, 4 * group + 4)]),
  ).flat().map((w) => w / 8);
  const whole = await all.weightedSum(parameters, prompt, { ...rollouts, weights }, temperature);
  const size = Math.sqrt(whole.reduce((sum, g) => sum + g * g, 0));
  whole.forEach((g, i) => ok(Math.abs(g - found.gradient![i]!) < 1e-4 * size));
  // The mean over groups of squared norms is at least the squared norm of the mean (3/4: centred by its own mean).
  ok(found.groupSquaredNorm >= (3 / 4 * size) ** 2 && found.squaredNormError > 0);
  // For 0/1 rewards with k of G right, standardised advantages are centred ones over √(k(G − k)/(G(G − 1))).
  ok(found.groupSquaredNormStandardized > 3 * found.groupSquaredNorm); // variance at most 1/3
  const flat = await promptGradient(
    few,
    parameters,
    prompt,
    rollouts,
    new Float32Array(32).fill(1),
    groupSize,
    temperature,
  );
  deepEqual([flat.gradient, flat.squaredNorm, flat.groupSquaredNorm], [null, 0, 0]);
  await few.release();
  await all.release();
});

Deno.test("pathPassRates() gives the share of right answers that sampling finds behind a path", async () => {
  const { prompt, rollouts, correct } = await sampled(even, 2048, 4);
  const { passRates, closed, rightOtherwise } = await pathPassRates(
    policy,
    parameters,
    prompt,
    rollouts,
    correct,
    temperature,
  );
  ok(closed > 1500 && rightOtherwise < 50, `${closed} closed, ${rightOtherwise} otherwise`);
  ok(passRates.every((p) => p >= 0 && p <= 1 + 1e-6));
  // Rollouts with equal p_Z have the same path, all but surely.
  const paths = [...Map.groupBy(passRates.keys(), (row) => passRates[row]!)]
    .filter(([p, rows]) => p > 0.02 && p < 0.98 && rows.length >= 50);
  ok(paths.length >= 2, `${paths.length} paths`);
  for (const [p, rows] of paths) {
    const share = mean(rows.map((row) => correct[row]!));
    const tolerance = 4 * Math.sqrt(p * (1 - p) / rows.length) + rightOtherwise / rows.length;
    ok(Math.abs(share - p) < tolerance, `${share} of ${rows.length} is not ${p}`);
  }
});

Deno.test("pathPassRates() takes the verdict where reasoning is never closed, and 0 where the answer does not fit", async () => {
  const { prompt, rollouts } = await sampled(even, 8, 5);
  const close = 3; // </think>
  const tokens = new Int32Array(8 * 16).fill(10);
  tokens[16 + 15] = close; // row 1: the last token closes it
  const { passRates, closed } = await pathPassRates(
    policy,
    parameters,
    prompt,
    { ...rollouts, tokens, lengths: new Int32Array(8).fill(16) },
    [1, 0, 0, 0, 0, 0, 0, 0],
    temperature,
  );
  deepEqual([...passRates], [1, 0, 0, 0, 0, 0, 0, 0]);
  equal(closed, 1);
});

Deno.test("probePrompts() measures every prompt, and counts what it generates as validation", async () => {
  const counter = new GenerationCounter();
  const { record, files: [rows, outcomes] } = await probe({}, counter);
  const columns: Columns = rows!.columns, { correct } = outcomes!.columns;
  deepEqual([rows!.file, outcomes!.file], [record.file, record.outcomesFile]);
  equal(correct!.length, 6 * 32);
  const still = columns.groupSquaredNorm!.filter((value) => value === 0).length;
  ok(still < 6, "some prompt has a gradient");
  equal(record.rollouts.validation, mostProbeRollouts(PROBE) - still * 2 * 32);
  deepEqual(record.rollouts, counter.totals().rollouts);
  for (const name of Object.keys(columns)) {
    equal(columns[name]!.length, 6);
    ok(columns[name]!.every(Number.isFinite), name);
  }
  for (let i = 0; i < 6; i++) {
    const own = correct!.subarray(i * 32, (i + 1) * 32), p = columns.passRate![i]!;
    ok(Math.abs(p - mean(own)) < 1e-6);
    // The parts add up to the variance, but for sampling of the verdicts given their paths.
    const total = columns.withinPaths![i]! + columns.betweenPaths![i]!;
    ok(Math.abs(total - p * (1 - p)) < 4 * columns.pathGapError![i]! + 0.02);
    ok(columns.groupSquaredNormStandardized![i]! >= columns.groupSquaredNorm![i]!);
    for (const k of [0, 1]) {
      const names = gainColumns(k), at = (name: string) => columns[name]![i]!;
      const error = Math.hypot(at(names.gainError), at(names.weightedGainError));
      if (at(names.effectiveShare) < 0.9) continue; // too few weights for their own error
      ok(Math.abs(at(names.gain) - at(names.weightedGain)) <= 4 * error + 1e-6);
    }
  }
  const { weightedGain } = gainColumns(0);
  ok(mean(columns[weightedGain]!) > 0, "a small step along the gradient gains");
});

Deno.test("probePrompts() gives the same bits for the same source, and others for another prompt's place", async () => {
  const [a, b] = [await probe(), await probe()];
  deepEqual(a.files, b.files);
  // A prompt's numbers do not depend on how many others are probed, but for the scores.
  const fewer = await probe({ prompts: 2 });
  const { passRate, squaredGradNorm } = fewer.files[0]!.columns;
  deepEqual(passRate, a.files[0]!.columns.passRate!.slice(0, 2));
  deepEqual(squaredGradNorm, a.files[0]!.columns.squaredGradNorm!.slice(0, 2));
});

Deno.test("probePrompts() with no step sizes only judges", async () => {
  const { record, files } = await probe({ stepSizes: [] });
  deepEqual(Object.keys(files[0]!.columns), ["passRate"]);
  equal(record.rollouts.validation, 6 * 32);
  deepEqual(files[1]!.columns, (await probe()).files[1]!.columns);
});

Deno.test("probePrompts() refuses fewer rollouts than two groups", async () => {
  const config = {
    ...CONFIG,
    algorithm: grpo({ groupSize: 32, miniBatches: 2 }),
  };
  await rejects(
    probePrompts(
      policy,
      parameters,
      judge,
      config,
      pool,
      0,
      randomSource(0),
      new GenerationCounter(),
    ),
    /evaluation\.probe\.rollouts: expected at least two groups of algorithm\.groupSize, 64, got 32/,
  );
});

Deno.test("trainEngine() probes before the first step and after the last, and again the same when resumed", async () => {
  const train = (resume: Uint8Array | null) =>
    collect(trainEngine(CONFIG, 0, { policy: bytes, resume, compute: ONE_THREAD }));
  const whole = await train(null);
  const probes = whole.flatMap(({ records }) => records.filter(({ kind }) => kind === "probe"));
  deepEqual(probes.map(({ step }) => step), [0, 2]);
  const resumed = await train(await whole[1]!.snapshot());
  deepEqual(timeless(resumed), timeless(whole.slice(2)));
  deepEqual(resumed.flatMap(({ files }) => files), whole.slice(2).flatMap(({ files }) => files));
});
