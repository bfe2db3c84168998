/** One GRPO optimiser step against PyTorch: forward, backward, clipping of the global norm, AdamW. */
import { grpo } from "../lib/algorithm/algorithm.ts";
import { randomSource } from "../lib/core/random.ts";
import { decodeTensors } from "../lib/core/safetensors.ts";
import { openRuntime } from "../lib/backend/open_runtime.ts";
import { Learner, type LearnerState, type UpdateData } from "../lib/engine/learner.ts";
import { microBatchesFor, miniBatches } from "../lib/engine/mini_batch.ts";
import { PolicyRuntime } from "../lib/engine/policy_runtime.ts";
import { shiftedInputs } from "../lib/engine/prompt_tensors.ts";
import type { Rollouts } from "../lib/engine/rollouts.ts";
import { parameterSpecs } from "../lib/policy/parameters.ts";
import { VOCABULARY } from "../lib/policy/tokenizer.ts";
import {
  type Comparison,
  inTurns,
  type PeerBenchOptions,
  secondsOf,
  within,
} from "./comparison.ts";
import { numberIn, Peer } from "./peer.ts";
import {
  GROUP,
  type PolicyWork,
  policyWork,
  type Preset,
  ROLLOUTS,
  TOKENS,
  workFile,
} from "./policy_work.ts";

const OPTIMIZER = { beta1: 0.9, beta2: 0.99, weightDecay: 0.01, maxGradNorm: 1 };
const LEARNING_RATE = 1e-3, UPDATES = 10;
/** Of the loss and the gradient norm, relative; of a parameter's change, in learning rates. */
const LOSS_TOLERANCE = 1e-4, NORM_TOLERANCE = 1e-3, STEP_TOLERANCE = 0.02;
/** Sequences per micro-batch that the peer tries: all at once, and few enough for the processor's cache. */
const ROWS = [ROLLOUTS, 32] as const;
const ALGORITHM = { ...grpo(), miniBatches: 1 };

/** A batch and an optimiser in the middle of training. */
interface TrainingWork extends PolicyWork {
  readonly rollouts: Rollouts;
  readonly oldLogProbs: Float32Array;
  readonly referenceLogProbs: Float32Array;
  readonly advantages: Float32Array;
  readonly state: LearnerState;
}

async function trainingWork(preset: Preset): Promise<TrainingWork> {
  const work = policyWork(preset), random = randomSource(1, "bench", "batch");
  const { prompts, parameters } = work;
  const tokens = Int32Array.from(
    { length: ROLLOUTS * TOKENS },
    () => 2 + random.integer(VOCABULARY.length - 2),
  );
  const rollouts: Rollouts = {
    count: ROLLOUTS,
    groupSize: GROUP,
    tokens,
    logProbs: new Float32Array(tokens.length),
    lengths: new Int32Array(ROLLOUTS).fill(TOKENS),
    ended: new Array<boolean>(ROLLOUTS).fill(false),
  };
  const policy = new PolicyRuntime(await runtimeOf(1), work.shape);
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

const runtimeOf = (threads: number) => openRuntime({ backend: "onnx", device: "cpu", threads });

function fileOf(work: TrainingWork): Uint8Array {
  const { rollouts: { tokens }, oldLogProbs, referenceLogProbs, advantages, state } = work;
  const { objective, kl } = ALGORITHM;
  const shape = [ROLLOUTS, TOKENS];
  return workFile(work, {
    arrays: {
      inputs: [shiftedInputs(tokens, TOKENS), shape],
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

/** Ours on one runtime: a step of the learner. `groupSize` 1 gives every sequence a prompt of its own. */
async function ourLearner(work: TrainingWork, threads: number, groupSize: number) {
  const copies = GROUP / groupSize;
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
    microBatches: microBatchesFor(prompts.length, groupSize),
  };
  const runtime = await runtimeOf(threads);
  const learner = await Learner.create(
    runtime,
    work.shape,
    ALGORITHM,
    OPTIMIZER,
    sizes,
    work.state,
  );
  return { learner, step: () => learner.update(data, LEARNING_RATE, 1) };
}

/** What PyTorch runs: eagerly or compiled, every sequence whole or prompts shared. */
interface Variant {
  readonly compiled: boolean;
  readonly shared: boolean;
}

interface Candidate extends Variant {
  readonly peer: Peer;
  readonly threads: number;
  readonly rows: number;
  readonly name: string;
  readonly note: string;
  readonly seconds: number;
}

const labelOf = ({ compiled, shared }: Variant) =>
  `PyTorch ${compiled ? "compiled" : "eager"}${shared ? ", prompts shared" : ""}`;

/** Optimiser steps of the 0.8 M and the 10 M policy on 256 sequences of 24 + 40 positions. */
export async function* trainComparisons(options: PeerBenchOptions): AsyncGenerator<Comparison> {
  const presets: readonly Preset[] = options.quick ? ["small"] : ["small", "medium"];
  for (const preset of presets) yield* comparisonsOf(preset, options);
}

async function* comparisonsOf(
  preset: Preset,
  { threads, quick, clock }: PeerBenchOptions,
): AsyncGenerator<Comparison> {
  const work = await trainingWork(preset);
  const folder = await Deno.makeTempDir();
  const peers = threads.map((count) => ({ count, peer: new Peer("train.py", count, clock) }));
  try {
    const file = `${folder}/work.safetensors`;
    await Deno.writeFile(file, fileOf(work));
    const expected = await ourStep(work, GROUP);
    compare("ours, one prompt each", expected, await ourStep(work, 1), work.state);

    const best = new Map<string, Candidate>();
    for (const { count, peer } of peers) {
      for (const shared of [false, true]) {
        let rowsToTry: readonly number[] = ROWS;
        for (const compiled of [false, true]) {
          const tried: Candidate[] = [];
          for (const rows of rowsToTry) {
            const variant = { compiled, shared };
            const name = `${labelOf(variant)} ${rows}`;
            const answer = await peer.ask("prepare", { name, file, compiled, shared, rows });
            const saved = `${folder}/saved.safetensors`;
            await peer.ask("save", { name, file: saved });
            const { tensors } = decodeTensors(await Deno.readFile(saved), saved);
            const theirs = {
              loss: numberIn(answer, "loss"),
              norm: numberIn(answer, "norm"),
              parameters: inOrder(tensors, work),
            };
            const note = compare(name, expected, theirs, work.state);
            const seconds = await peer.seconds("measure", { name, steps: quick ? 1 : 2 });
            tried.push({ ...variant, peer, threads: count, rows, name, note, seconds });
          }
          tried.sort((a, b) => a.seconds - b.seconds);
          const [fastest, ...others] = tried as [Candidate, ...Candidate[]];
          for (const { name } of others) await peer.ask("forget", { name });
          rowsToTry = [fastest.rows]; // compiling takes long: only what was better eagerly
          const label = labelOf(fastest), before = best.get(label);
          if (before === undefined || fastest.seconds < before.seconds) best.set(label, fastest);
        }
      }
    }

    const own = await Promise.all(
      threads.flatMap((count) =>
        [GROUP, 1].map(async (groupSize) => ({
          name: `ours ${count} ${groupSize}`,
          count,
          groupSize,
          ...await ourLearner(work, count, groupSize),
        }))
      ),
    );
    for (const { step } of own) await step();
    const seconds = await inTurns(quick ? 2 : preset === "small" ? 9 : 4, {
      ...Object.fromEntries(own.map(({ name, step }) => [name, () => secondsOf(step, clock)])),
      ...Object.fromEntries([...best].map(([label, { peer, name }]) => [
        label,
        () => peer.seconds("measure", { name, steps: 1 }),
      ])),
    });
    const fastestOf = (groupSize: number) =>
      own.filter((learner) => learner.groupSize === groupSize)
        .map(({ name, count }) => ({ seconds: seconds[name]!, count }))
        .sort((a, b) => a.seconds - b.seconds)[0]!;
    for (const [label, { threads: count, rows, compiled, shared, note }] of best) {
      for (const groupSize of [GROUP, 1]) {
        if (shared && groupSize === 1) continue;
        const ours = fastestOf(groupSize);
        const alike = groupSize === 1 ? " (ours not sharing prompts either)" : "";
        yield {
          part: "train",
          work: `step, ${work.size}${alike}`,
          peer: label,
          ours: ours.seconds,
          theirs: seconds[label]!,
          settings: `threads: ours ${ours.count}, theirs ${count}; their micro-batches ${rows}`,
          target: groupSize === GROUP && !shared ? compiled ? 1 : 1.5 : null,
          note,
        };
      }
    }
    for (const { learner } of own) await learner.release();
  } finally {
    for (const { peer } of peers) await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a step leaves behind. */
interface StepResult {
  readonly loss: number;
  readonly norm: number;
  readonly parameters: Float32Array;
}

async function ourStep(work: TrainingWork, groupSize: number): Promise<StepResult> {
  const { learner, step } = await ourLearner(work, 1, groupSize);
  const { sums, gradNorm } = await step();
  const { parameters } = await learner.state();
  await learner.release();
  return { loss: sums.loss!, norm: gradNorm, parameters };
}

/** A file's tensors one after the other in the order of the flat vector. */
function inOrder(
  tensors: Readonly<Record<string, Float32Array>>,
  { shape, parameters }: PolicyWork,
) {
  const flat = new Float32Array(parameters.length);
  let offset = 0;
  for (const { name } of parameterSpecs(shape)) {
    flat.set(tensors[name]!, offset);
    offset += tensors[name]!.length;
  }
  return flat;
}

/** Errors: an Error where the results of the same step differ. */
function compare(name: string, a: StepResult, b: StepResult, { parameters }: LearnerState): string {
  let change = 0;
  for (let i = 0; i < parameters.length; i++) {
    change = Math.max(change, Math.abs(a.parameters[i]! - b.parameters[i]!) / LEARNING_RATE);
  }
  const relative = (x: number, y: number) => Math.abs(x - y) / Math.abs(x);
  return [
    within(`${name}: loss`, relative(a.loss, b.loss), LOSS_TOLERANCE),
    within("gradient norm", relative(a.norm, b.norm), NORM_TOLERANCE),
    within("changes in learning rates", change, STEP_TOLERANCE),
  ].join(", ");
}
