/** Whole groups as programs read them that train on responses or evaluate them: packed, without padding. */
import {
  PACKED_INDICES,
  packedIndexSpecs,
  packedIndices,
  packedRows,
  type PackedSizes,
} from "../policy/packed_rows.ts";
import type { PolicyShape } from "../policy/parameters.ts";
import { type HostTensor, hostTensor, type Named } from "../tensor/program.ts";
import { promptInputs } from "./prompt_tensors.ts";

/** Sizes of a batch that is computed in parts. */
export interface BatchSizes {
  readonly prompts: number;
  readonly groupSize: number;
  /** The prompts are computed in this many parts, one after the other, to bound memory. */
  readonly microBatches: number;
}

/** The sizes of one of the parts. */
export function partSizes(
  { prompts, groupSize, microBatches }: BatchSizes,
  rows: number,
): PackedSizes {
  if (prompts % microBatches !== 0) {
    throw new RangeError(`Cannot cut ${prompts} prompts into ${microBatches} equal micro-batches`);
  }
  return { prompts: prompts / microBatches, groupSize, rows };
}

/**
 * What every program that reads responses reads: `patches` [P, IMAGE_PATCHES, PATCH_PIXELS], `question`
 * [P, QUESTION_TOKENS]; and, part by part one after the other, `inputs`, the ids of the rows, and the tables of
 * `packedIndices`.
 *
 * @param rows of each part
 */
export function packedInputs(shape: PolicyShape, sizes: BatchSizes, rows: number) {
  return {
    ...promptInputs(sizes.prompts),
    inputs: rowIds(sizes, rows),
    ...packedIndexSpecs(shape, partSizes(sizes, rows), sizes.microBatches),
  } as const;
}

/** The input of one id per row. */
export function rowIds({ microBatches }: BatchSizes, rows: number) {
  return { shape: [microBatches * rows], type: "int32" } as const;
}

/** A packed batch. */
export interface PackedBatch {
  /** Rows of each part: programs are compiled for a number of them. */
  readonly rows: number;
  /** The tables of {@link packedInputs}, and ids by name. */
  readonly feeds: Named<HostTensor>;
}

/**
 * Packs responses.
 *
 * @param ids by name, each [rollouts * responseTokens]
 * @param lengths [rollouts]; what follows is left out
 */
export function packResponses(
  shape: PolicyShape,
  sizes: BatchSizes,
  ids: Named<Int32Array>,
  lengths: Int32Array,
): PackedBatch {
  const { microBatches } = sizes;
  const perPart = lengths.length / microBatches, cells = perPart * shape.responseTokens;
  const parts = Array.from(
    { length: microBatches },
    (_, part) => lengths.subarray(part * perPart, (part + 1) * perPart),
  );
  const rows = packedRows(Math.max(...parts.map((part) => part.reduce((a, b) => a + b, 0))), cells);
  const indices = parts.map((part) => packedIndices(shape, partSizes(sizes, rows), part));
  const feeds: Record<string, HostTensor> = {};
  for (const name of PACKED_INDICES) feeds[name] = joined(indices.map((tables) => tables[name]));
  for (const [name, all] of Object.entries(ids)) {
    feeds[name] = joined(
      indices.map((tables, part) => tables.cells.map((cell) => all[part * cells + cell]!)),
    );
  }
  return { rows, feeds };
}

function joined(parts: readonly Int32Array[]): HostTensor {
  const length = parts.reduce((total, part) => total + part.length, 0);
  const all = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return hostTensor(all, [length]);
}

/** Tokens of each response up to the last that counts: what follows it changes nothing. */
export function countedLengths(
  weights: Float32Array | Int32Array,
  responseTokens: number,
): Int32Array {
  return Int32Array.from({ length: weights.length / responseTokens }, (_, row) => {
    const own = weights.subarray(row * responseTokens, (row + 1) * responseTokens);
    return own.findLastIndex((weight: number) => weight !== 0) + 1;
  });
}
