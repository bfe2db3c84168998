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

export type Preset = "small" | "medium";

/** A policy and the prompts it reads. */
export interface PolicyWork {
  readonly shape: PolicyShape;
  /** Such as "0.82 M". */
  readonly size: string;
  readonly prompts: readonly Prompt[]; // [PROMPTS]
  readonly parameters: Float32Array;
}

/** The 0.8 M or the 10 M policy at its start, and 32 prompts of 24 positions. */
export function policyWork(preset: Preset): PolicyWork {
  const shape = policyShape(TRANSFORMER_PRESETS[preset], TOKENS);
  return {
    shape,
    size: `${(parameterCount(shape) / 1e6).toPrecision(2)} M`,
    prompts: createMicroMath(microMath({ prompts: PROMPTS })).train.slice(0, PROMPTS),
    parameters: initialParameters(shape, randomSource(1, "bench", preset)),
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
  { shape, prompts, parameters }: PolicyWork,
  { arrays, vectors = {}, settings = {} }: WorkExtras,
): Uint8Array {
  const { patches, question } = promptTensors(prompts);
  const all = {
    patches: [patches.data, [PROMPTS, IMAGE_PATCHES, PATCH_PIXELS]],
    question: [question.data, [PROMPTS, QUESTION_TOKENS]],
    ...arrays,
  } as const;
  const work = {
    sizes: { ...shape, prompts: PROMPTS, groupSize: GROUP, prefixPositions: PREFIX_POSITIONS },
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
