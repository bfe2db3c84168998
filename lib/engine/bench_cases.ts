/** Throughput of training and generation, as shares of the machine's matrix-product peak. */
import { grpo } from "../algorithm/algorithm.ts";
import type { BenchResult } from "../core/bench.ts";
import { randomSource } from "../core/random.ts";
import {
  parameterCount,
  type PolicyShape,
  policyShape,
  PREFIX_POSITIONS,
} from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { TRANSFORMER_PRESETS } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { type HostTensor, hostTensor, type Program, program } from "../tensor/program.ts";
import type { ResidentTensor, TensorRuntime } from "../tensor/runtime.ts";
import { elements } from "../tensor/tensor.ts";
import { type RolloutBench, rolloutBench } from "./bench_rollout.ts";
import { packResponses } from "./packed_batch.ts";
import { trainingProgram } from "./training_program.ts";
import { NEXT_NAMES, STATE_NAMES } from "./update.ts";

const PEAK_SIDE = 1024;
/** Policies and the length of their responses. */
const POLICIES = [["micro", 16], ["small", 40]] as const;
type Preset = typeof POLICIES[number][0];
/** How long each rollout measurement goes on. */
const ROLLOUT_SECONDS = 4;

/** Fastest of several runs, in seconds: what the machine can do, least disturbed by others. */
async function fastest(run: () => Promise<unknown>, times: number): Promise<number> {
  for (let i = 0; i < 2; i++) await run();
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    await run();
    best = Math.min(best, performance.now() - begin);
  }
  return best / 1000;
}

/** Multiply-adds of the weight matrices in one forward pass, times two: FLOP. Attention is not counted. */
export function forwardFlop(shape: PolicyShape, prompts: number, groupSize: number): number {
  const { layers, width, mlpWidth, responseTokens } = shape;
  const layer = 4 * width ** 2 + 2 * width * mlpWidth;
  const promptRows = prompts * PREFIX_POSITIONS, rows = prompts * groupSize * responseTokens;
  // The prompt's last layer only needs keys and values.
  const prompt = promptRows * ((layers - 1) * layer + 2 * width ** 2);
  return 2 * (prompt + rows * (layers * layer + width * VOCABULARY.length));
}

/** Random inputs of the right sizes for every input of a program. */
function feedsFor({ inputs }: Program): Record<string, HostTensor> {
  const random = randomSource(1, "bench");
  const make = (name: string, shape: readonly number[], type: string) => {
    const size = elements(shape);
    if (type === "int32") {
      return Int32Array.from({ length: size }, () => random.integer(VOCABULARY.length));
    }
    if (name === "inverseTemperature") return Float32Array.of(1);
    if (name.endsWith("Moment")) return new Float32Array(size);
    if (name.startsWith("token")) return new Float32Array(size).fill(1 / size);
    const scale = name === "parameters" ? 0.05 : 1;
    return Float32Array.from({ length: size }, () => random.normal() * scale);
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, type = "float32" }]) => [
      name,
      hostTensor(make(name, shape, type), shape),
    ]),
  );
}

async function matMulPeak(runtime: TensorRuntime): Promise<number> {
  const square = { shape: [PEAK_SIDE, PEAK_SIDE] };
  const product = program({ a: square, b: square }, (ops, { a, b }) => ({
    product: ops.matMul(a, b),
  }));
  const session = await runtime.compile(product, ["product"]);
  const feeds = feedsFor(product);
  const seconds = await fastest(() => session.run(feeds), 30);
  await session.release();
  return 2 * PEAK_SIDE ** 3 / seconds;
}

/** Two workers with one thread each against the two-thread peak: how a sweep uses two cores. */
async function* twoWorkers(
  singles: ReadonlyMap<Preset, { rate: number; parameters: number; rollout: string }>,
  peak: number,
): AsyncGenerator<BenchResult> {
  for (const [preset, { rate, parameters, rollout }] of singles) {
    const responseTokens = POLICIES.find(([name]) => name === preset)![1];
    const rates = await Promise.all(
      [1, 2].map(() => inWorker({ preset, responseTokens, seconds: ROLLOUT_SECONDS })),
    );
    const both = rates.reduce((a, b) => a + b, 0);
    yield { group: "rollout", name: `${rollout}, 2 workers`, value: both, unit: "tokens/s" };
    yield { group: "rollout", name: `${rollout}, 2 workers: gain`, value: both / rate, unit: "×" };
    yield {
      group: "rollout",
      name: `${rollout}, 2 workers: 2 FLOP × parameters × tokens / MatMul peak`,
      value: 2 * parameters * both / peak,
      unit: "",
      ...(preset === "small" ? { target: 0.35 } : {}),
    };
  }
}

function inWorker(request: RolloutBench): Promise<number> {
  const worker = new Worker(import.meta.resolve("./bench_rollout_worker.ts"), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(request);
  });
}

/** Cases for one thread and for two, each with its own peak, all in this process. */
export async function* engineBenchCases(): AsyncGenerator<BenchResult> {
  const singles = new Map<Preset, { rate: number; parameters: number; rollout: string }>();
  for (const threads of [1, 2]) {
    const runtime = await onnxRuntime({ threads });
    const peak = await matMulPeak(runtime);
    const on = `${threads} thread${threads === 1 ? "" : "s"}`;
    yield { group: "peak", name: `MatMul 1024³, ${on}`, value: peak / 1e9, unit: "GFLOP/s" };
    // 24 prompt positions and 40 response tokens: sequences of 64, 256 of them.
    for (const [preset, responseTokens] of POLICIES) {
      const shape = policyShape(TRANSFORMER_PRESETS[preset], responseTokens);
      const size = `${(parameterCount(shape) / 1e6).toFixed(2)} M parameters`;
      const prompts = 32, groupSize = 8, rollouts = prompts * groupSize;
      const sizes = { prompts, groupSize, microBatches: 8 };
      const ids = new Int32Array(rollouts * responseTokens);
      const whole = new Int32Array(rollouts).fill(responseTokens); // every response as long as it may be
      const packed = packResponses(shape, sizes, { inputs: ids, targets: ids }, whole);
      const training = trainingProgram(
        shape,
        grpo(),
        { beta1: 0.9, beta2: 0.99, weightDecay: 0.01, maxGradNorm: 1 },
        sizes,
        packed.rows,
      );
      const session = await runtime.compile(training, NEXT_NAMES);
      const feeds: Record<string, HostTensor | ResidentTensor> = {
        ...feedsFor(training),
        ...packed.feeds,
      };
      const spare: Record<string, ResidentTensor> = {};
      for (const name of STATE_NAMES) {
        const state = feeds[name] as HostTensor;
        feeds[name] = await runtime.place(state);
        spare[`next.${name}`] = await runtime.place(state);
      }
      const seconds = await fastest(() => session.run(feeds, spare), 8);
      await session.release();
      const what = `${rollouts} sequences × ${PREFIX_POSITIONS + responseTokens}, ${size}, ${on}`;
      yield { group: "training step", name: what, value: seconds * 1000, unit: "ms" };
      // The work asked for: every sequence with its own copy of the prompt. Sharing prompts saves a part of it.
      const asked = 3 * forwardFlop(shape, rollouts, 1);
      yield {
        group: "training step",
        name: `${what}: work / time / MatMul peak`,
        value: asked / seconds / peak,
        unit: "",
        ...(preset === "small" ? { target: 0.5 } : {}),
      };
      const executed = 3 * forwardFlop(shape, prompts, groupSize);
      yield {
        group: "training step",
        name: `${what}: arithmetic executed / time / MatMul peak`,
        value: executed / seconds / peak,
        unit: "",
      };
      if (threads > 1) continue; // rollout goes on one thread per worker, below

      const single = await rolloutBench({ preset, responseTokens, seconds: ROLLOUT_SECONDS });
      const rollout = `${responseTokens} tokens, ${size}`;
      yield { group: "rollout", name: `${rollout}, 1 worker`, value: single, unit: "tokens/s" };
      yield {
        group: "rollout",
        name: `${rollout}, 1 worker: 2 FLOP × parameters × tokens / MatMul peak`,
        value: 2 * parameterCount(shape) * single / peak,
        unit: "",
      };
      singles.set(preset, { rate: single, parameters: parameterCount(shape), rollout });
    }
    if (threads === 2) yield* twoWorkers(singles, peak);
  }
}
