/** The work that policies are measured on, and the file that hands it to a peer. */
import { randomSource } from "../lib/core/random.ts";
import { encodeTensors } from "../lib/core/safetensors.ts";
import { createMicroMath, microMath } from "../lib/dataset/micro_math.ts";
import { type Prompt, QUESTION_TOKENS } from "../lib/dataset/prompt.ts";
import { promptTensors } from "../lib/engine/prompt_tensors.ts";
import {
  IMAGE_PATCHES,
  initialParameters,
  parameterCount,
  parameterSpecs,
  PATCH_PIXELS,
  type PolicyShape,
  policyShape,
  PREFIX_POSITIONS,
} from "../lib/policy/parameters.ts";
import { TRANSFORMER_PRESETS } from "../lib/policy/transformer.ts";

export const PROMPTS = 32, GROUP = 8, TOKENS = 40;
export const ROLLOUTS = PROMPTS * GROUP;

export type Preset = "small" | "medium" | "large";

/** The policies that are compared on a processor. */
export const presetsOf = (quick: boolean): readonly Preset[] =>
  quick ? ["small"] : ["small", "medium"];

/** How much is computed at once. */
export interface BatchShape {
  readonly prompts: number;
  /** Responses to each prompt. */
  readonly groupSize: number;
  /** Of a response. */
  readonly tokens: number;
}

const BATCH: BatchShape = { prompts: PROMPTS, groupSize: GROUP, tokens: TOKENS };

/** A policy and the prompts it reads. */
export interface PolicyWork {
  readonly shape: PolicyShape;
  /** Such as "0.82 M". */
  readonly size: string;
  readonly batch: BatchShape;
  readonly prompts: readonly Prompt[]; // [batch.prompts]
  readonly parameters: Float32Array;
}

/** Parameters at the start; those of the large policy take long to draw. */
const starts = new Map<string, Float32Array>();

function startOf(preset: Preset, shape: PolicyShape): Float32Array {
  const key = `${preset} ${shape.responseTokens}`;
  const start = starts.get(key) ?? initialParameters(shape, randomSource(1, "bench", preset));
  starts.set(key, start);
  return start;
}

/**
 * The 0.8 M, 10 M or 100 M policy, and prompts of 24 positions, 32 where nothing else is said.
 *
 * @param given its parameters; those at its start where there are none
 */
export function policyWork(
  preset: Preset,
  batch: BatchShape = BATCH,
  given?: Float32Array,
): PolicyWork {
  const shape = policyShape(TRANSFORMER_PRESETS[preset], batch.tokens);
  return {
    shape,
    size: `${Number((parameterCount(shape) / 1e6).toPrecision(2))} M`,
    batch,
    prompts: createMicroMath(microMath({ prompts: batch.prompts })).train.slice(0, batch.prompts),
    parameters: given ?? startOf(preset, shape),
  };
}

/** What else a peer's file holds: arrays with their shapes, flat vectors of parameters, settings. */
export interface WorkExtras {
  readonly arrays: Readonly<Record<string, readonly [ArrayLike<number>, readonly number[]]>>;
  readonly vectors?: Readonly<Record<string, Float32Array>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** The bytes of a file that `policy.py` reads. Integers are written as single-precision numbers, which hold ids exactly. */
export function workFile(
  { shape, batch, prompts, parameters }: PolicyWork,
  { arrays, vectors = {}, settings = {} }: WorkExtras,
): Uint8Array {
  const { patches, question } = promptTensors(prompts);
  const all = {
    patches: [patches.data, [batch.prompts, IMAGE_PATCHES, PATCH_PIXELS]],
    question: [question.data, [batch.prompts, QUESTION_TOKENS]],
    ...arrays,
  } as const;
  const work = {
    sizes: {
      ...shape,
      prompts: batch.prompts,
      groupSize: batch.groupSize,
      prefixPositions: PREFIX_POSITIONS,
    },
    specs: parameterSpecs(shape),
    shapes: Object.fromEntries(Object.entries(all).map(([name, [, shape]]) => [name, shape])),
    ...settings,
  };
  const floats = Object.entries(all).map(([name, [data]]) => [name, Float32Array.from(data)]);
  return encodeTensors({
    metadata: { work: JSON.stringify(work) },
    tensors: { parameters, ...vectors, ...Object.fromEntries(floats) },
  });
}
