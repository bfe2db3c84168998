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

function mlp<T>(ops: Ops<T>, weights: Weights<T>, layer: number, x: T): T {
  const normalized = ops.rmsNorm(x, weights.get(`mlpGain.${layer}`));
  const hidden = ops.relu(ops.matMul(normalized, weights.get(`mlpIn.${layer}`)));
  return ops.add(x, ops.matMul(hidden, weights.get(`mlpOut.${layer}`)));
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
    const normalized = ops.rmsNorm(x, weights.get(`attentionGain.${layer}`));
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
    x = mlp(
      ops,
      weights,
      layer,
      ops.add(x, ops.matMul(joined, weights.get(`attentionOutput.${layer}`))),
    );
  }
  return caches;
}

/** What {@link readResponses} reads. */
export interface ResponseBlock<T> {
  /** Input ids [P·G, R]: at t the token before t, the end-of-sequence token at 0. */
  readonly tokens: T;
  readonly prompts: number;
  readonly groupSize: number;
  /** R: positions in this block. */
  readonly length: number;
  /** Response position of the block's first token: 0 in training, t when decoding token t. */
  readonly start: number;
  /** Keys and values of the prompts, from {@link readPrompts}. */
  readonly prefix: readonly LayerCache<T>[];
  /** Keys and values of the responses' earlier positions, each [P·H·G, start, K]; none when start is 0. */
  readonly past?: readonly LayerCache<T>[];
}

/**
 * Reads a block of response positions.
 *
 * @returns logits [P·G·R, vocabulary] and the caches extended by this block
 */
export function readResponses<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  { tokens, prompts, groupSize, length, start, prefix, past }: ResponseBlock<T>,
): { logits: T; caches: LayerCache<T>[] } {
  const { layers, width, heads } = shape;
  const headWidth = width / heads, rows = prompts * groupSize * length;
  const lanes = prompts * heads * groupSize, seen = start + length;
  const scale = { transposeB: true, alpha: 1 / Math.sqrt(headWidth) };

  const place = ops.slice(
    weights.get("positions"),
    0,
    PREFIX_POSITIONS + start,
    PREFIX_POSITIONS + seen,
  );
  const embedded = ops.reshape(
    ops.embed(weights.get("tokens"), tokens),
    [prompts * groupSize, length, width],
  );
  let x = ops.reshape(ops.add(embedded, ops.reshape(place, [1, length, width])), [rows, width]);

  const mask = length === 1 ? null : ops.constant(causalMask(length, seen), [1, length, seen]);
  const caches: LayerCache<T>[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const { keys: promptKeys, values: promptValues } = prefix[layer]!;
    const normalized = ops.rmsNorm(x, weights.get(`attentionGain.${layer}`));
    const [query, newKeys, newValues] = ops.split(
      ops.transpose(
        ops.reshape(
          ops.matMul(normalized, weights.get(`queryKeyValue.${layer}`)),
          [prompts, groupSize, length, 3, heads, headWidth],
        ),
        [3, 0, 4, 1, 2, 5],
      ),
      [1, 1, 1],
      0,
    ).map((part) => ops.reshape(part, [lanes, length, headWidth])) as [T, T, T];
    const before = past?.[layer];
    const keys = before === undefined ? newKeys : ops.concat([before.keys, newKeys], 1);
    const values = before === undefined ? newValues : ops.concat([before.values, newValues], 1);
    caches.push({ keys, values });

    // The group's queries stand side by side against the one copy of their prompt's keys.
    const together = [prompts * heads, groupSize * length, headWidth];
    const toPrompt = ops.reshape(
      ops.matMul(ops.reshape(query, together), promptKeys, scale),
      [lanes, length, PREFIX_POSITIONS],
    );
    const toOwn = ops.matMul(query, keys, scale); // [P·H·G, R, seen]
    const attention = ops.softmax(
      ops.concat([toPrompt, mask === null ? toOwn : ops.add(toOwn, mask)], 2),
    );
    const [onPrompt, onOwn] = ops.split(attention, [PREFIX_POSITIONS, seen], 2) as [T, T];
    const fromPrompt = ops.matMul(
      ops.reshape(onPrompt, [prompts * heads, groupSize * length, PREFIX_POSITIONS]),
      promptValues,
    );
    const mixed = ops.add(
      ops.reshape(fromPrompt, [lanes, length, headWidth]),
      ops.matMul(onOwn, values),
    );
    const joined = ops.reshape(
      ops.transpose(
        ops.reshape(mixed, [prompts, heads, groupSize, length, headWidth]),
        [0, 2, 3, 1, 4],
      ),
      [rows, width],
    );
    x = mlp(
      ops,
      weights,
      layer,
      ops.add(x, ops.matMul(joined, weights.get(`attentionOutput.${layer}`))),
    );
  }
  const logits = ops.matMul(ops.rmsNorm(x, weights.get("finalGain")), weights.get("head"));
  return { logits, caches };
}

/** 0 where position i may attend to position j, a large negative number where j lies ahead. */
function causalMask(length: number, seen: number): Float32Array {
  const mask = new Float32Array(length * seen); // [length, seen]
  for (let i = 0; i < length; i++) {
    mask.fill(MASKED, i * seen + (seen - length) + i + 1, (i + 1) * seen);
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
  const block = { tokens: inputs, prompts, groupSize, length, start: 0, prefix };
  const { logits } = readResponses(ops, weights, shape, block);
  const all = ops.logSoftmax(ops.mul(logits, inverseTemperature));
  const hot = ops.oneHot(ops.reshape(targets, [rows]), vocabulary);
  const chosen = ops.reshape(ops.sum(ops.mul(all, hot), [1]), [prompts * groupSize, length]);
  return { chosen, all };
}
