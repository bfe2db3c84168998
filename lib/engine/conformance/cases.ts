/**
 * What every engine must do on every device: the same numbers as the others to a tolerance, the same numbers as
 * itself to the bit, nothing that is not finite, and nothing that grows.
 */
import { adamw } from "../../algorithm/adamw.ts";
import { grpo } from "../../algorithm/algorithm.ts";
import type { Compute } from "../../backend/target.ts";
import { randomSource } from "../../core/random.ts";
import { microMath } from "../../dataset/micro_math.ts";
import { transformer } from "../../policy/transformer.ts";
import { vas } from "../../sampler/vas.ts";
import { coldStartIdentity } from "../../schema/identity.ts";
import { recipe } from "../../schema/recipe.ts";
import { refine } from "../../schema/refine.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import type { TensorRuntime } from "../../tensor/runtime.ts";
import { coldStartEngine, policyOf } from "../cold_start.ts";
import type { EngineStep } from "../engine_step.ts";
import { freshState, Learner } from "../learner.ts";
import { miniBatches } from "../mini_batch.ts";
import { PolicyRuntime } from "../policy_runtime.ts";
import type { Rollouts } from "../rollouts.ts";
import { trainEngine } from "../train.ts";
import {
  ALGORITHMS,
  GROUP_SIZE,
  makeBatch,
  PARAMETERS,
  POOL,
  PROMPTS,
  SHAPE,
  TEMPERATURE,
} from "./fixture.ts";
import { largestDifference, measure, type Measurement } from "./measure.ts";

/** What a case works with. */
export interface ConformanceContext {
  readonly compute: Compute;
  readonly runtime: TensorRuntime;
  readonly reference: Measurement;
  /** Updates of the case that watches memory. */
  readonly updates: number;
}

/** One requirement. */
export interface ConformanceCase {
  readonly name: string;
  /** What was seen, where it holds. Errors: what was seen, where it does not. */
  readonly check: (context: ConformanceContext) => Promise<string>;
}

/**
 * Relative differences that rounding explains. Graphics processors may multiply in fewer bits (TF32 keeps ten of the
 * mantissa) and add in any order.
 */
export function toleranceOf({ device }: Compute): number {
  return device === "cpu" || device === "wasm" ? 1e-4 : 1e-2;
}

/** Memory that a thousand updates may add to the process, in bytes: allocators round up. */
const GROWTH = 48 * 2 ** 20;

/** Bytes of the process, without garbage where the collector can be called (`--v8-flags=--expose-gc`). */
function settledMemory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().rss;
}

function assert(condition: boolean, message: string): string {
  if (condition) return message;
  throw new Error(message);
}

const OPTIMIZER = { beta1: 0.9, beta2: 0.99, weightDecay: 0.01, maxGradNorm: 1 };
const SIZES = { prompts: PROMPTS, groupSize: GROUP_SIZE, microBatches: 2 };
const [[, ALGORITHM]] = Object.entries(ALGORITHMS) as [[string, typeof ALGORITHMS[string]]];
const newLearner = (runtime: TensorRuntime, state = freshState(PARAMETERS)) =>
  Learner.create(runtime, SHAPE, ALGORITHM, OPTIMIZER, SIZES, state);
const batchData = () => [...miniBatches({ algorithm: ALGORITHM }, makeBatch())][0]!;

/** Responses to `prompts` of the pool, from the start. */
async function generate(runtime: TensorRuntime, prompts: number): Promise<Rollouts> {
  const policy = new PolicyRuntime(runtime, SHAPE), random = randomSource(2, "conformance");
  const parameters = await policy.parameters(PARAMETERS);
  const asked = POOL.slice(0, prompts);
  const rollouts = await policy.generate(parameters, asked, GROUP_SIZE, TEMPERATURE, random);
  runtime.free(parameters);
  await policy.release();
  return rollouts;
}

/** Response by response, what was sampled before its end. */
const responsesOf = ({ tokens, lengths, count }: Rollouts) =>
  Array.from(lengths, (length, row) => {
    const from = row * tokens.length / count;
    return [...tokens.subarray(from, from + length)];
  });

/** The smallest run with a sampler that scores. */
function smallRun(): RunConfig {
  return refine(recipe("mmr1_micro"), {
    model: transformer("micro", { layers: 1, width: 16, heads: 2, mlpWidth: 32 }),
    dataset: microMath({ prompts: 12, validationPrompts: 8, benchmarkPrompts: 2 }),
    coldStart: { steps: 2, batchSize: 4 },
    sampler: vas({ mixtureRatio: 0.5, refreshInterval: 2, scoringRollouts: 2 }),
    algorithm: grpo({ groupSize: 2, miniBatches: 2 }),
    optimizer: adamw({ learningRate: 1e-3, warmupUpdates: 2 }),
    decoding: { temperature: 1, maxTokens: 16 },
    training: { steps: 3, batchSize: 4 },
    evaluation: { interval: 2, temperature: 1 },
  });
}

/** Records as text, without their timings. */
const timeless = ({ records }: EngineStep) =>
  JSON.stringify(records, (key, value) => key === "seconds" ? undefined : value);

export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  {
    name: "losses and gradients are those of the reference",
    async check({ runtime, reference, compute }) {
      const { difference, where } = largestDifference(await measure(runtime), reference);
      const tolerance = toleranceOf(compute);
      return assert(
        difference <= tolerance,
        `largest relative difference ${difference.toExponential(1)} (${where}), ` +
          `tolerance ${tolerance}`,
      );
    },
  },
  {
    name: "an update repeated gives the same bits",
    async check({ runtime }) {
      const parameters = [];
      for (let i = 0; i < 2; i++) {
        const learner = await newLearner(runtime);
        for (let k = 0; k < 3; k++) await learner.update(batchData(), 1e-2, TEMPERATURE);
        parameters.push((await learner.state()).parameters);
        await learner.release();
      }
      const [a, b] = parameters as [Float32Array, Float32Array];
      const differing = a.filter((x, i) => !Object.is(x, b[i])).length;
      return assert(differing === 0, `${differing} of ${a.length} parameters differ`);
    },
  },
  {
    name: "the state read back and placed again goes on with the same bits",
    async check({ runtime }) {
      const whole = await newLearner(runtime);
      for (let k = 0; k < 2; k++) await whole.update(batchData(), 1e-2, TEMPERATURE);
      const resumed = await newLearner(runtime, await whole.state());
      for (const learner of [whole, resumed]) await learner.update(batchData(), 1e-2, TEMPERATURE);
      const [a, b] = [(await whole.state()).parameters, (await resumed.state()).parameters];
      await whole.release();
      await resumed.release();
      const differing = a.filter((x, i) => !Object.is(x, b[i])).length;
      return assert(differing === 0, `${differing} of ${a.length} parameters differ`);
    },
  },
  {
    name: "the same uniform numbers give the same responses, however the work is cut",
    async check({ runtime }) {
      const [first, again, fewer] = [
        await generate(runtime, POOL.length),
        await generate(runtime, POOL.length),
        await generate(runtime, POOL.length - 3),
      ];
      const wanted = responsesOf(first);
      const same = JSON.stringify(responsesOf(again)) === JSON.stringify(wanted);
      const part = responsesOf(fewer);
      const samePart = JSON.stringify(part) === JSON.stringify(wanted.slice(0, part.length));
      const ended = first.ended.filter(Boolean).length;
      return assert(
        same && samePart,
        `${first.count} responses, ${ended} ended by themselves; repeated: ${same}, cut: ${samePart}`,
      );
    },
  },
  {
    name: "generation and training see the same log-probabilities",
    async check({ runtime, compute }) {
      const policy = new PolicyRuntime(runtime, SHAPE);
      const parameters = await policy.parameters(PARAMETERS);
      const rollouts = await generate(runtime, POOL.length);
      const evaluated = await policy.logProbs(parameters, POOL, rollouts, TEMPERATURE);
      runtime.free(parameters);
      await policy.release();
      let largest = 0;
      const width = SHAPE.responseTokens;
      rollouts.lengths.forEach((length, row) => {
        for (let at = row * width; at < row * width + length; at++) {
          largest = Math.max(largest, Math.abs(evaluated[at]! - rollouts.logProbs[at]!));
        }
      });
      const tolerance = toleranceOf(compute);
      return assert(
        largest <= tolerance,
        `largest difference ${largest.toExponential(1)}, tolerance ${tolerance}`,
      );
    },
  },
  {
    name: "everything stays finite under a large learning rate and extreme advantages",
    async check({ runtime }) {
      const learner = await newLearner(runtime);
      const batch = makeBatch();
      const extreme = { ...batch, advantages: batch.advantages.map((a) => 1e4 * a) };
      const [data] = [...miniBatches({ algorithm: ALGORITHM }, extreme)];
      for (let k = 0; k < 5; k++) await learner.update(data!, 0.1, TEMPERATURE);
      const { parameters, secondMoment } = await learner.state();
      await learner.release();
      const finite = [parameters, secondMoment].every((x) => x.every(Number.isFinite));
      return assert(finite, `parameters and moments after five updates: finite ${finite}`);
    },
  },
  {
    name: "an update whose gradient is not finite is left out, and said to be",
    async check({ runtime }) {
      const learner = await newLearner(runtime);
      const batch = makeBatch();
      const broken = { ...batch, advantages: batch.advantages.map(() => NaN) };
      const [data] = [...miniBatches({ algorithm: ALGORITHM }, broken)];
      const { applied } = await learner.update(data!, 1e-2, TEMPERATURE);
      const after = await learner.update(batchData(), 1e-2, TEMPERATURE);
      const { parameters, updates } = await learner.state();
      await learner.release();
      const finite = parameters.every(Number.isFinite);
      return assert(
        !applied && after.applied && updates === 1 && finite,
        `left out: ${!applied}; the next applied: ${after.applied}; parameters finite: ${finite}`,
      );
    },
  },
  {
    name: "a run ends within a step when told to, and goes on with the same records",
    async check({ compute }) {
      const config = smallRun();
      let policy: Uint8Array | null = null;
      for await (
        const unit of coldStartEngine(coldStartIdentity(config), { resume: null, compute })
      ) policy = policyOf(await unit.snapshot());
      const start = { policy: policy!, compute };
      const whole: string[] = [];
      for await (const unit of trainEngine(config, 0, { ...start, resume: null })) {
        whole.push(timeless(unit));
      }
      let snapshot: Uint8Array | null = null, units = 0;
      for await (const unit of trainEngine(config, 0, { ...start, resume: null })) {
        if (++units < 2) continue;
        snapshot = await unit.snapshot();
        break;
      }
      const rest: string[] = [];
      for await (const unit of trainEngine(config, 0, { ...start, resume: snapshot })) {
        rest.push(timeless(unit));
      }
      const same = JSON.stringify(rest) === JSON.stringify(whole.slice(2));
      return assert(
        same && whole.length === 4,
        `${whole.length} units; stopped after ${units}, ${rest.length} more; equal: ${same}`,
      );
    },
  },
  {
    name: "memory does not grow",
    async check({ runtime, updates }) {
      const learner = await newLearner(runtime);
      const policy = new PolicyRuntime(runtime, SHAPE);
      const batch = makeBatch(), random = randomSource(4, "memory");
      const work = async (turns: number) => {
        for (let k = 0; k < turns; k++) {
          await learner.update(batchData(), 1e-4, TEMPERATURE);
          if (k % 25 > 0) continue;
          const { parameters } = learner;
          await policy.generate(parameters, batch.prompts, GROUP_SIZE, TEMPERATURE, random.at(k));
          await policy.logProbs(parameters, batch.prompts, batch.rollouts, TEMPERATURE);
        }
      };
      await work(Math.ceil(updates / 5));
      const before = settledMemory();
      await work(updates);
      const growth = settledMemory() - before;
      await learner.release();
      await policy.release();
      return assert(
        growth <= GROWTH,
        `${(growth / 2 ** 20).toFixed(1)} MiB more after ${updates} updates`,
      );
    },
  },
];
