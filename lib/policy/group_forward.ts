/**
 * The policy's forward pass as training and evaluation do it: prompts and whole responses of groups at once.
 *
 * The rows of responses and of prompts go through every matrix together, without padding between them (see
 * `packed_rows.ts`). A group's rollouts share their prompt, which is read once. Within the prompt attention is
 * bidirectional (a prefix language model), within a response it is causal. A response is read shifted by one:
 * position t sees a start token (the end-of-sequence id) and tokens before t, and predicts token t.
 *
 * Names of sizes: P prompts, G rollouts per prompt, R response positions, H heads, K head width, D width; N packed
 * response rows, M = P·PREFIX_POSITIONS prompt rows.
 */
import type { Ops } from "../tensor/ops.ts";
import { block, embedPrompts, MASKED } from "./forward.ts";
import type { PackedIndices, PackedSizes } from "./packed_rows.ts";
import { type PolicyShape, PREFIX_POSITIONS, type Weights } from "./parameters.ts";

/** Prompts and packed responses of whole groups. */
export interface GroupBatch<T> extends PackedIndices<T> {
  readonly patches: T; // [P, IMAGE_PATCHES, PATCH_PIXELS]
  readonly question: T; // [P, QUESTION_TOKENS]
  /** Ids that are read: of the token before, the end-of-sequence token in front. */
  readonly inputs: T; // [N]
}

/** Cuts the tables of indices into those of responses and of prompts. */
function routes<T>(ops: Ops<T>, shape: PolicyShape, sizes: PackedSizes, batch: GroupBatch<T>) {
  const { heads, responseTokens: length } = shape, { prompts, groupSize, rows } = sizes;
  const lanes = prompts * heads * groupSize * length, behind = prompts * heads * PREFIX_POSITIONS;
  const responses = rows * heads;
  return {
    toLanes: ops.split(batch.toLanes, [lanes, lanes, lanes, behind, behind, behind], 0),
    fromLanes: [batch.fromLanes],
    toRows: [batch.toRows],
    fromRows: ops.split(batch.fromRows, [lanes, behind], 0),
    toResponseRows: [ops.slice(batch.toRows, 0, 0, responses)],
    fromResponseRows: [ops.slice(batch.fromRows, 0, 0, lanes)],
  };
}

/**
 * Reads prompts and whole responses.
 *
 * @returns what a head reads: the normalised activations of the response rows [N, D]
 */
export function groupActivations<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  sizes: PackedSizes,
  batch: GroupBatch<T>,
): T {
  const { layers, width, heads, responseTokens: length } = shape;
  const { prompts, groupSize, rows } = sizes;
  const headWidth = width / heads, promptHeads = prompts * heads, lanes = promptHeads * groupSize;
  const total = rows + prompts * PREFIX_POSITIONS;
  const at = routes(ops, shape, sizes, batch);
  const mask = ops.constant(prefixMask(length), [1, length, PREFIX_POSITIONS + length]);

  /** Own keys or values behind those of the prompt, which every member of a group gets a copy of. */
  const behindPrompt = (own: T, prompt: T): T => {
    const one = ops.reshape(prompt, [promptHeads, 1, PREFIX_POSITIONS, headWidth]);
    const each = ops.expand(one, [promptHeads, groupSize, PREFIX_POSITIONS, headWidth]);
    return ops.concat([ops.reshape(each, [lanes, PREFIX_POSITIONS, headWidth]), own], 1);
  };
  const flat = (x: T, positions: number): T => ops.reshape(x, [positions, headWidth]);

  const response = ops.add(
    ops.embed(weights.get("tokens"), batch.inputs),
    ops.embed(weights.get("positions"), batch.positions),
  );
  let x = ops.concat([response, embedPrompts(ops, weights, shape, { ...batch, prompts })], 0);
  for (let layer = 0; layer < layers; layer++) {
    const projected = ops.matMul(ops.rmsNorm(x), weights.get(`queryKeyValue.${layer}`));
    const headRows = ops.reshape(projected, [total * 3 * heads, headWidth]);
    const parts = ops.moveRows([headRows], at.toLanes, at.fromLanes);
    const [queries, keys, values] = parts.slice(0, 3)
      .map((part) => ops.reshape(part, [lanes, length, headWidth])) as [T, T, T];
    const prompt = parts.slice(3)
      .map((part) => ops.reshape(part, [promptHeads, PREFIX_POSITIONS, headWidth]));
    const [promptQueries, promptKeys, promptValues] = prompt as [T, T, T];
    const attended = ops.attention(
      queries,
      behindPrompt(keys, promptKeys),
      behindPrompt(values, promptValues),
      mask,
    );
    const own = flat(attended, lanes * length);
    if (layer === layers - 1) { // of the prompts' last layer, responses only read keys and values
      const [joined] = ops.moveRows([own], at.toResponseRows, at.fromResponseRows);
      x = ops.slice(x, 0, 0, rows);
      x = block(ops, weights, layer, x, ops.reshape(joined!, [rows, width]));
    } else {
      const read = ops.attention(promptQueries, promptKeys, promptValues);
      const prompted = flat(read, promptHeads * PREFIX_POSITIONS);
      const [joined] = ops.moveRows([own, prompted], at.toRows, at.fromRows);
      x = block(ops, weights, layer, x, ops.reshape(joined!, [total, width]));
    }
  }
  return ops.rmsNorm(x);
}

/** Rows [N, width] put into their cells, [P·G·R, width]. A cell without a token holds what is to be ignored. */
export function toCells<T>(
  ops: Ops<T>,
  { places, cells }: Pick<GroupBatch<T>, "places" | "cells">,
  x: T,
): T {
  return ops.moveRows([x], [places], [cells])[0]!;
}

/**
 * Log-probabilities of every response token.
 *
 * @param targets ids that are predicted, [N]
 * @param inverseTemperature scalar; logits are multiplied by it, so that training sees the distribution that
 * was sampled from
 * @returns `chosen` [N, 1] of the target tokens and `all` [N, vocabulary]
 */
export function tokenLogProbs<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  sizes: PackedSizes,
  batch: GroupBatch<T> & { readonly targets: T },
  inverseTemperature: T,
  vocabulary: number,
): { chosen: T; all: T } {
  const activations = groupActivations(ops, weights, shape, sizes, batch);
  const logits = ops.matMul(activations, weights.get("head"));
  const all = ops.logSoftmax(ops.mul(logits, inverseTemperature));
  const chosen = ops.sum(ops.mul(all, ops.oneHot(batch.targets, vocabulary)), [1], true);
  return { chosen, all };
}

/** 0 on the prompt and where position i may attend to position j, a large negative number where j lies ahead. */
function prefixMask(length: number): Float32Array {
  const width = PREFIX_POSITIONS + length;
  const mask = new Float32Array(length * width); // [length, PREFIX_POSITIONS + length]
  for (let i = 0; i < length; i++) {
    mask.fill(MASKED, i * width + PREFIX_POSITIONS + i + 1, (i + 1) * width);
  }
  return mask;
}
