/** The policy's parameters: one flat vector, cut into named matrices by a fixed layout. */
import { IMAGE_SIDE, QUESTION_TOKENS } from "../dataset/prompt.ts";
import type { RandomSource } from "../core/random.ts";
import type { Ops } from "../tensor/ops.ts";
import { VOCABULARY } from "./tokenizer.ts";
import type { TransformerConfig } from "./transformer.ts";

/** Side of a square image patch in pixels. */
export const PATCH_SIDE = 4;
/** Pixels of a patch. */
export const PATCH_PIXELS = PATCH_SIDE ** 2;
/** Patches of an image. */
export const IMAGE_PATCHES = (IMAGE_SIDE / PATCH_SIDE) ** 2;
/** Positions in front of the response: image patches, then the padded question. */
export const PREFIX_POSITIONS = IMAGE_PATCHES + QUESTION_TOKENS;

/** A policy's sizes: its architecture and the longest response it can write. */
export interface PolicyShape extends Omit<TransformerConfig, "kind"> {
  readonly responseTokens: number;
}

/** The shape of the policy that `model` describes. */
export function policyShape(model: TransformerConfig, responseTokens: number): PolicyShape {
  const { layers, width, heads, mlpWidth } = model;
  return { layers, width, heads, mlpWidth, responseTokens };
}

/** One matrix or vector inside the flat vector. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of the initial values. */
  readonly deviation: number;
  /** Whether weight decay applies: to matrices, not to positions. */
  readonly decays: boolean;
}

/** The layout, in order. */
export function parameterSpecs(shape: PolicyShape): readonly ParameterSpec[] {
  const { layers, width, mlpWidth, responseTokens } = shape;
  const matrix = (
    name: string,
    rows: number,
    columns: number,
    deviation: number,
  ): ParameterSpec => ({
    name,
    shape: [rows, columns],
    deviation,
    decays: true,
  });
  const input = 1 / Math.sqrt(width);
  // Residual branches start small, so that the sum over layers keeps its scale (GPT-2's scaling).
  const output = input / Math.sqrt(2 * layers);
  return [
    matrix("tokens", VOCABULARY.length, width, 0.3),
    {
      name: "positions",
      shape: [PREFIX_POSITIONS + responseTokens, width],
      deviation: 0.1,
      decays: false,
    },
    matrix("patch", PATCH_PIXELS, width, 1 / Math.sqrt(PATCH_PIXELS)),
    ...Array.from({ length: layers }, (_, layer) => [
      matrix(`queryKeyValue.${layer}`, width, 3 * width, input),
      matrix(`attentionOutput.${layer}`, width, width, output),
      matrix(`mlpIn.${layer}`, width, mlpWidth, input),
      matrix(`mlpOut.${layer}`, mlpWidth, width, output),
    ]).flat(),
    matrix("head", width, VOCABULARY.length, input),
  ];
}

const count = (spec: ParameterSpec): number => spec.shape.reduce((a, b) => a * b, 1);

/** Length of the flat vector that `specs` lay out. */
export function layoutSize(specs: readonly ParameterSpec[]): number {
  return specs.reduce((total, spec) => total + count(spec), 0);
}

/** Number of parameters. */
export function parameterCount(shape: PolicyShape): number {
  return layoutSize(parameterSpecs(shape));
}

/** Initial parameters; the same source gives the same bits. */
export function initialParameters(shape: PolicyShape, random: RandomSource): Float32Array {
  const parameters = new Float32Array(parameterCount(shape)); // [parameters]
  let offset = 0;
  for (const spec of parameterSpecs(shape)) {
    const stream = random.at(spec.name);
    for (let i = 0; i < count(spec); i++) {
      parameters[offset + i] = stream.normal() * spec.deviation;
    }
    offset += count(spec);
  }
  return parameters;
}

/** 1 where weight decay applies, else 0. */
export function layoutDecay(specs: readonly ParameterSpec[]): Float32Array {
  const mask = new Float32Array(layoutSize(specs)); // [parameters]
  let offset = 0;
  for (const spec of specs) {
    mask.fill(Number(spec.decays), offset, offset += count(spec));
  }
  return mask;
}

/** The policy's {@link layoutDecay}. */
export function decayMask(shape: PolicyShape): Float32Array {
  return layoutDecay(parameterSpecs(shape));
}

/** Matrices by name. */
export interface Weights<T> {
  get(name: string): T;
}

/** Cuts a flat vector into the matrices that `specs` lay out. */
export function cutWeights<T>(
  ops: Ops<T>,
  flat: T,
  specs: readonly ParameterSpec[],
): Weights<T> {
  const parts = ops.split(flat, specs.map(count), 0);
  const weights = new Map(specs.map((spec, i) => [spec.name, ops.reshape(parts[i]!, spec.shape)]));
  return {
    get(name) {
      const weight = weights.get(name);
      if (weight === undefined) throw new RangeError(`Cannot find the parameter "${name}"`);
      return weight;
    },
  };
}

/** The policy's {@link cutWeights}. */
export function weightsOf<T>(ops: Ops<T>, flat: T, shape: PolicyShape): Weights<T> {
  return cutWeights(ops, flat, parameterSpecs(shape));
}
