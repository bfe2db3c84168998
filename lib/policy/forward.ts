/**
 * The policy's forward pass, in two parts: the prompt once per group, the responses of the group after it.
 *
 * A group's rollouts share their prompt, so its keys and values are computed once and attended to by all of
 * them, in training as in generation. Within the prompt attention is bidirectional (a prefix language model),
 * within a response it is causal. A response is read shifted by one: position t sees a start token (the end-of-sequence id) and
 * tokens before t, and predicts token t.
 *
 * Names of sizes: P prompts, G rollouts per prompt, R response positions, H heads, K head width, D width.
 */
import type { Ops } from "../tensor/ops.ts";
import {
  IMAGE_PATCHES,
  PATCH_PIXELS,
  type PolicyShape,
  PREFIX_POSITIONS,
  type Weights,
} from "./parameters.ts";
import { QUESTION_TOKENS } from "../dataset/prompt.ts";

/** Keys and values of one layer. */
export interface LayerCache<T> {
  readonly keys: T;
  readonly values: T;
}

const MASKED = -1e9;

/** The rest of a layer: attention's output onto the residual stream, then the MLP. */
function block<T>(ops: Ops<T>, weights: Weights<T>, layer: number, x: T, attended: T): T {
  const mixed = ops.add(x, ops.matMul(attended, weights.get(`attentionOutput.${layer}`)));
  const hidden = ops.relu(ops.matMul(ops.rmsNorm(mixed), weights.get(`mlpIn.${layer}`)));
  return ops.add(mixed, ops.matMul(hidden, weights.get(`mlpOut.${layer}`)));
}

/**
 * Reads P prompts: image patches [P, IMAGE_PATCHES, PATCH_PIXELS] and question ids [P, QUESTION_TOKENS].
 *
 * @returns per layer the keys and values that responses attend to, each [P·H, PREFIX_POSITIONS, K]
 */
export function readPrompts<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  { patches, question, prompts }: { patches: T; question: T; prompts: number },
): LayerCache<T>[] {
  const { layers, width, heads } = shape;
  const headWidth = width / heads, positions = PREFIX_POSITIONS, rows = prompts * positions;
  const image = ops.reshape(
    ops.matMul(ops.reshape(patches, [prompts * IMAGE_PATCHES, PATCH_PIXELS]), weights.get("patch")),
    [prompts, IMAGE_PATCHES, width],
  );
  const text = ops.reshape(
    ops.embed(weights.get("tokens"), question),
    [prompts, QUESTION_TOKENS, width],
  );
  const place = ops.reshape(ops.slice(weights.get("positions"), 0, 0, positions), [
    1,
    positions,
    width,
  ]);
  let x = ops.reshape(ops.add(ops.concat([image, text], 1), place), [rows, width]);
  const caches: LayerCache<T>[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const last = layer === layers - 1; // its queries would feed nothing: responses only read keys and values
    const normalized = ops.rmsNorm(x);
    const all = weights.get(`queryKeyValue.${layer}`);
    const wanted = last ? ops.slice(all, 1, width, 3 * width) : all;
    const kinds = last ? 2 : 3;
    const parts = ops.split(
      ops.transpose(
        ops.reshape(ops.matMul(normalized, wanted), [prompts, positions, kinds, heads, headWidth]),
        [2, 0, 3, 1, 4],
      ),
      Array(kinds).fill(1),
      0,
    ).map((part) => ops.reshape(part, [prompts * heads, positions, headWidth]));
    const [keys, values] = parts.slice(-2) as [T, T];
    caches.push({ keys, values });
    if (last) break;
    const scores = ops.matMul(parts[0]!, keys, {
      transposeB: true,
      alpha: 1 / Math.sqrt(headWidth),
    });
    const mixed = ops.matMul(ops.softmax(scores), values); // [P·H, positions, K]
    const joined = ops.reshape(
      ops.transpose(ops.reshape(mixed, [prompts, heads, positions, headWidth]), [0, 2, 1, 3]),
      [rows, width],
    );
    x = block(ops, weights, layer, x, joined);
  }
  return caches;
}

/** What {@link responseActivations} reads. */
export interface ResponseBlock<T> {
  /** Input ids [P·G, R]: at t the token before t, the end-of-sequence token at 0. */
  readonly tokens: T;
  readonly prompts: number;
  readonly groupSize: number;
  /** Keys and values of the prompts, from {@link readPrompts}. */
  readonly prefix: readonly LayerCache<T>[];
}

/**
 * Reads whole responses at once, as training does.
 *
 * @returns what a head reads: the normalised activations [P·G·R, D]
 */
export function responseActivations<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  { tokens, prompts, groupSize, prefix }: ResponseBlock<T>,
): T {
  const { layers, width, heads, responseTokens: length } = shape;
  const headWidth = width / heads, rows = prompts * groupSize * length;
  const lanes = prompts * heads * groupSize;
  const scale = { transposeB: true, alpha: 1 / Math.sqrt(headWidth) };
  const mask = ops.constant(causalMask(length), [1, length, length]);
  const place = ops.slice(weights.get("positions"), 0, PREFIX_POSITIONS, PREFIX_POSITIONS + length);
  const embedded = ops.reshape(
    ops.embed(weights.get("tokens"), tokens),
    [prompts * groupSize, length, width],
  );
  let x = ops.reshape(ops.add(embedded, ops.reshape(place, [1, length, width])), [rows, width]);
  for (let layer = 0; layer < layers; layer++) {
    const { keys: promptKeys, values: promptValues } = prefix[layer]!;
    const projected = ops.matMul(ops.rmsNorm(x), weights.get(`queryKeyValue.${layer}`));
    const [query, keys, values] = ops.split(
      ops.transpose(
        ops.reshape(projected, [prompts, groupSize, length, 3, heads, headWidth]),
        [3, 0, 4, 1, 2, 5],
      ),
      [1, 1, 1],
      0,
    ).map((part) => ops.reshape(part, [lanes, length, headWidth])) as [T, T, T];

    // The group's queries stand side by side against the one copy of their prompt's keys.
    const together = [prompts * heads, groupSize * length, headWidth];
    const toPrompt = ops.reshape(
      ops.matMul(ops.reshape(query, together), promptKeys, scale),
      [lanes, length, PREFIX_POSITIONS],
    );
    const toOwn = ops.add(ops.matMul(query, keys, scale), mask); // [P·H·G, R, R]
    const attention = ops.softmax(ops.concat([toPrompt, toOwn], 2));
    const [onPrompt, onOwn] = ops.split(attention, [PREFIX_POSITIONS, length], 2) as [T, T];
    const fromPrompt = ops.matMul(
      ops.reshape(onPrompt, [prompts * heads, groupSize * length, PREFIX_POSITIONS]),
      promptValues,
    );
    const mixed = ops.add(
      ops.reshape(fromPrompt, [lanes, length, headWidth]),
      ops.matMul(onOwn, values),
    );
    const joined = ops.transpose(
      ops.reshape(mixed, [prompts, heads, groupSize, length, headWidth]),
      [0, 2, 3, 1, 4],
    );
    x = block(ops, weights, layer, x, ops.reshape(joined, [rows, width]));
  }
  return ops.rmsNorm(x);
}

/** {@link responseActivations} through the policy's head: logits [P·G·R, vocabulary]. */
export function readResponses<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  responses: ResponseBlock<T>,
): T {
  return ops.matMul(responseActivations(ops, weights, shape, responses), weights.get("head"));
}

/** What {@link decodeToken} reads. */
export interface DecodeStep<T> {
  /** Input ids [P·G]: the tokens chosen last, the end-of-sequence token at first. */
  readonly tokens: T;
  readonly prompts: number;
  readonly groupSize: number;
  /** Response position that is predicted: 0 for the first token. */
  readonly position: number;
  /** Keys and values so far, each [P·H, PREFIX_POSITIONS + position·G, K]. */
  readonly caches: readonly LayerCache<T>[];
}

/**
 * Predicts one token of every response, as generation does.
 *
 * A group's keys lie in one cache: the prompt's, then G per decoded position. Its G queries are multiplied with
 * all of them at once and a mask leaves each its own: a few times the arithmetic, but one large product where
 * there were G small ones, which is several times faster.
 *
 * @returns logits [P·G, vocabulary] and the caches extended by this position
 */
export function decodeToken<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  { tokens, prompts, groupSize, position, caches }: DecodeStep<T>,
): { logits: T; caches: LayerCache<T>[] } {
  const { layers, width, heads } = shape;
  const headWidth = width / heads, rows = prompts * groupSize;
  const own = groupMask(groupSize, position + 1);
  const mask = groupSize === 1
    ? null
    : ops.constant(own, [1, groupSize, PREFIX_POSITIONS + groupSize * (position + 1)]);
  const at = PREFIX_POSITIONS + position;
  let x = ops.add(
    ops.embed(weights.get("tokens"), tokens),
    ops.slice(weights.get("positions"), 0, at, at + 1),
  );
  const extended: LayerCache<T>[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const projected = ops.matMul(ops.rmsNorm(x), weights.get(`queryKeyValue.${layer}`));
    const [query, newKeys, newValues] = ops.split(
      ops.transpose(
        ops.reshape(projected, [prompts, groupSize, 3, heads, headWidth]),
        [2, 0, 3, 1, 4],
      ),
      [1, 1, 1],
      0,
    ).map((part) => ops.reshape(part, [prompts * heads, groupSize, headWidth])) as [T, T, T];
    const keys = ops.concat([caches[layer]!.keys, newKeys], 1);
    const values = ops.concat([caches[layer]!.values, newValues], 1);
    extended.push({ keys, values });
    const scores = ops.matMul(query, keys, { transposeB: true, alpha: 1 / Math.sqrt(headWidth) });
    const attention = ops.softmax(mask === null ? scores : ops.add(scores, mask));
    const mixed = ops.reshape(ops.matMul(attention, values), [
      prompts,
      heads,
      groupSize,
      headWidth,
    ]);
    const joined = ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [rows, width]);
    x = block(ops, weights, layer, x, joined);
  }
  return { logits: ops.matMul(ops.rmsNorm(x), weights.get("head")), caches: extended };
}

/** 0 where position i may attend to position j, a large negative number where j lies ahead. */
function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length); // [length, length]
  for (let i = 0; i < length; i++) mask.fill(MASKED, i * length + i + 1, (i + 1) * length);
  return mask;
}

/** 0 on the prompt's keys and on a member's own, a large negative number on its neighbours'. */
function groupMask(groupSize: number, positions: number): Float32Array {
  const width = PREFIX_POSITIONS + groupSize * positions;
  const mask = new Float32Array(groupSize * width); // [groupSize, width]
  for (let member = 0; member < groupSize; member++) {
    for (let key = 0; key < groupSize * positions; key++) {
      if (key % groupSize !== member) mask[member * width + PREFIX_POSITIONS + key] = MASKED;
    }
  }
  return mask;
}

/** Prompts and responses of whole groups, as training reads them. */
export interface GroupBatch<T> {
  readonly patches: T; // [P, IMAGE_PATCHES, PATCH_PIXELS]
  readonly question: T; // [P, QUESTION_TOKENS]
  /** Response ids shifted right by one, the end-of-sequence token in front. */
  readonly inputs: T; // [P·G, R]
  /** Response ids: what is predicted. */
  readonly targets: T; // [P·G, R]
  readonly prompts: number;
  readonly groupSize: number;
}

/**
 * Log-probabilities of every response token.
 *
 * @param inverseTemperature scalar; logits are multiplied by it, so that training sees the distribution that
 * was sampled from
 * @returns `chosen` [P·G, R] of the target tokens and `all` [P·G·R, vocabulary]
 */
export function tokenLogProbs<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  { patches, question, inputs, targets, prompts, groupSize }: GroupBatch<T>,
  inverseTemperature: T,
  vocabulary: number,
): { chosen: T; all: T } {
  const length = shape.responseTokens, rows = prompts * groupSize * length;
  const prefix = readPrompts(ops, weights, shape, { patches, question, prompts });
  const logits = readResponses(ops, weights, shape, { tokens: inputs, prompts, groupSize, prefix });
  const all = ops.logSoftmax(ops.mul(logits, inverseTemperature));
  const hot = ops.oneHot(ops.reshape(targets, [rows]), vocabulary);
  const chosen = ops.reshape(ops.sum(ops.mul(all, hot), [1]), [prompts * groupSize, length]);
  return { chosen, all };
}
