/** The optimiser step that both sides take, ours, and how the two are compared. */
import { grpo } from "../lib/algorithm/algorithm.ts";
import { openRuntime } from "../lib/backend/open_runtime.ts";
import { randomSource } from "../lib/core/random.ts";
import { decodeTensors } from "../lib/core/safetensors.ts";
import { Learner, type LearnerState, type UpdateData } from "../lib/engine/learner.ts";
import { microBatchesFor, miniBatches } from "../lib/engine/mini_batch.ts";
import { PolicyRuntime } from "../lib/engine/policy_runtime.ts";
import { shiftedInputs } from "../lib/engine/prompt_tensors.ts";
import type { Rollouts } from "../lib/engine/rollouts.ts";
import { parameterSpecs } from "../lib/policy/parameters.ts";
import { VOCABULARY } from "../lib/policy/tokenizer.ts";
import type { TensorRuntime } from "../lib/tensor/runtime.ts";
import { within } from "./comparison.ts";
import {
  type BatchShape,
  type PolicyWork,
  policyWork,
  type Preset,
  workFile,
} from "./policy_work.ts";

const OPTIMIZER = { beta1: 0.9, beta2: 0.99, weightDecay: 0.01, maxGradNorm: 1 };
const LEARNING_RATE = 1e-3, UPDATES = 10;
const ALGORITHM = { ...grpo(), miniBatches: 1 };

/** A batch and an optimiser in the middle of training. */
export interface TrainingWork extends PolicyWork {
  readonly rollouts: Rollouts;
  readonly oldLogProbs: Float32Array;
  readonly referenceLogProbs: Float32Array;
  readonly advantages: Float32Array;
  readonly state: LearnerState;
}

/** Random responses, with log-probabilities that the processor computes on `threads`. */
export async function trainingWork(
  preset: Preset,
  batch?: BatchShape,
  threads = 1,
): Promise<TrainingWork> {
  const work = policyWork(preset, batch), random = randomSource(1, "bench", "batch");
  const { prompts, parameters } = work, { tokens: length, groupSize } = work.batch;
  const tokens = Int32Array.from(
    { length: prompts.length * groupSize * length },
    () => 2 + random.integer(VOCABULARY.length - 2),
  );
  const rollouts = wholeRollouts(tokens, work.batch);
  const policy = new PolicyRuntime(
    await openRuntime({ backend: "onnx", device: "cpu", threads }),
    work.shape,
  );
  const logProbs = await policy.logProbs(await policy.parameters(parameters), prompts, rollouts, 1);
  await policy.release();
  // Ratios on both sides of the clip range, and a reference somewhat off.
  const shifted = (by: number) => logProbs.map((value) => value + by * random.normal());
  const vector = (value: () => number) => new Float32Array(parameters.length).map(value);
  return {
    ...work,
    rollouts,
    oldLogProbs: shifted(0.2),
    referenceLogProbs: shifted(0.1),
    advantages: new Float32Array(tokens.length).map(() => random.normal()),
    state: {
      parameters,
      firstMoment: vector(() => 1e-4 * random.normal()),
      secondMoment: vector(() => 1e-6 * (0.1 + random.next())),
      updates: UPDATES,
    },
  };
}

function wholeRollouts(tokens: Int32Array, { tokens: length, groupSize }: BatchShape): Rollouts {
  const count = tokens.length / length;
  return {
    count,
    groupSize,
    tokens,
    logProbs: new Float32Array(tokens.length),
    lengths: new Int32Array(count).fill(length),
    ended: new Array<boolean>(count).fill(false),
  };
}

/** The bytes of the file that hands the work to another process. */
export function trainingFile(work: TrainingWork): Uint8Array {
  const { rollouts: { tokens, count }, oldLogProbs, referenceLogProbs, advantages, state } = work;
  const { objective, kl } = ALGORITHM;
  const shape = [count, work.batch.tokens];
  return workFile(work, {
    arrays: {
      inputs: [shiftedInputs(tokens, work.batch.tokens), shape],
      targets: [tokens, shape],
      oldLogProbs: [oldLogProbs, shape],
      referenceLogProbs: [referenceLogProbs, shape],
      advantages: [advantages, shape],
    },
    vectors: { firstMoment: state.firstMoment, secondMoment: state.secondMoment },
    settings: {
      optimizer: { ...OPTIMIZER, learningRate: LEARNING_RATE, updates: UPDATES },
      loss: { ...objective, klCoefficient: kl!.coefficient },
    },
  });
}

/** What {@link trainingFile} wrote of the same policy and batch. */
export function readTrainingWork(
  preset: Preset,
  batch: BatchShape,
  bytes: Uint8Array,
): TrainingWork {
  const { tensors } = decodeTensors(bytes);
  const vector = (name: string) => tensors[name]!;
  return {
    ...policyWork(preset, batch, vector("parameters")),
    rollouts: wholeRollouts(Int32Array.from(vector("targets")), batch),
    oldLogProbs: vector("oldLogProbs"),
    referenceLogProbs: vector("referenceLogProbs"),
    advantages: vector("advantages"),
    state: {
      parameters: vector("parameters"),
      firstMoment: vector("firstMoment"),
      secondMoment: vector("secondMoment"),
      updates: UPDATES,
    },
  };
}

/**
 * A learner of ours on one runtime, and its step.
 *
 * @param groupSize 1 gives every sequence a prompt of its own
 * @param rows sequences per micro-batch; the engine's own number where nothing is said
 */
export async function ourLearner(
  work: TrainingWork,
  runtime: TensorRuntime,
  { groupSize = work.batch.groupSize, rows }: {
    readonly groupSize?: number;
    readonly rows?: number;
  } = {},
) {
  const copies = work.batch.groupSize / groupSize;
  const prompts = work.prompts.flatMap((prompt) => Array<typeof prompt>(copies).fill(prompt));
  const [data] = [...miniBatches({ algorithm: { ...ALGORITHM, groupSize } }, {
    ...work,
    prompts,
    rollouts: { ...work.rollouts, groupSize },
    referenceAll: null,
    klCoefficient: ALGORITHM.kl!.coefficient,
  })] as [UpdateData];
  const sizes = {
    prompts: prompts.length,
    groupSize,
    microBatches: rows === undefined
      ? microBatchesFor(prompts.length, groupSize)
      : prompts.length * groupSize / rows,
  };
  const { shape, state } = work;
  const learner = await Learner.create(runtime, shape, ALGORITHM, OPTIMIZER, sizes, state);
  return { learner, step: () => learner.update(data, LEARNING_RATE, 1) };
}

/** What a step leaves behind. */
export interface StepResult {
  readonly loss: number;
  readonly norm: number;
  readonly parameters: Float32Array;
}

/** A file's tensors one after the other in the order of the flat vector. */
export function inOrder(
  tensors: Readonly<Record<string, Float32Array>>,
  { shape, parameters }: PolicyWork,
): Float32Array {
  const flat = new Float32Array(parameters.length);
  let offset = 0;
  for (const { name } of parameterSpecs(shape)) {
    flat.set(tensors[name]!, offset);
    offset += tensors[name]!.length;
  }
  return flat;
}

/** How far two results of the same step may be apart. */
export interface StepTolerance {
  /** Relative. */
  readonly loss: number;
  readonly norm: number;
  /** Of the largest difference between parameters, in learning rates. */
  readonly change: number;
}

/** Of single precision on processors. */
export const EXACT_STEP: StepTolerance = { loss: 1e-4, norm: 1e-3, change: 0.02 };

/** A note of how far apart they are. Errors: an Error where it is too far. */
export function compareSteps(
  name: string,
  a: StepResult,
  b: StepResult,
  tolerance: StepTolerance = EXACT_STEP,
): string {
  let change = a.parameters.length === b.parameters.length ? 0 : NaN;
  for (let i = 0; i < a.parameters.length; i++) {
    change = Math.max(change, Math.abs(a.parameters[i]! - b.parameters[i]!) / LEARNING_RATE);
  }
  const relative = (x: number, y: number) => Math.abs(x - y) / Math.abs(x);
  return [
    within(`${name}: loss`, relative(a.loss, b.loss), tolerance.loss),
    within("gradient norm", relative(a.norm, b.norm), tolerance.norm),
    within("changes in learning rates", change, tolerance.change),
  ].join(", ");
}
