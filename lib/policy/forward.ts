/**
 * The policy's forward pass as generation does it: the prompt once per group, then token after token.
 *
 * A group's rollouts share their prompt, so its keys and values are computed once and attended to by all of
 * them. Within the prompt attention is bidirectional (a prefix language model), within a response it is causal.
 * Training and evaluation read the same policy all at once: `group_forward.ts`.
 *
 * Names of sizes: P prompts, G rollouts per prompt, H heads, K head width, D width.
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

/** Added to the score of what must not be attended to. */
export const MASKED = -1e9;

/** The rest of a layer: attention's output onto the residual stream, then the MLP. */
export function block<T>(ops: Ops<T>, weights: Weights<T>, layer: number, x: T, attended: T): T {
  const mixed = ops.add(x, ops.matMul(attended, weights.get(`attentionOutput.${layer}`)));
  const hidden = ops.relu(ops.matMul(ops.rmsNorm(mixed), weights.get(`mlpIn.${layer}`)));
  return ops.add(mixed, ops.matMul(hidden, weights.get(`mlpOut.${layer}`)));
}

/** What the first layer reads of P prompts: [P·PREFIX_POSITIONS, D]. */
export function embedPrompts<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  { width }: PolicyShape,
  { patches, question, prompts }: { patches: T; question: T; prompts: number },
): T {
  const positions = PREFIX_POSITIONS;
  const image = ops.reshape(
    ops.matMul(ops.reshape(patches, [prompts * IMAGE_PATCHES, PATCH_PIXELS]), weights.get("patch")),
    [prompts, IMAGE_PATCHES, width],
  );
  const text = ops.reshape(
    ops.embed(weights.get("tokens"), question),
    [prompts, QUESTION_TOKENS, width],
  );
  const place = ops.slice(weights.get("positions"), 0, 0, positions);
  const embedded = ops.add(
    ops.concat([image, text], 1),
    ops.reshape(place, [1, positions, width]),
  );
  return ops.reshape(embedded, [prompts * positions, width]);
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
  let x = embedPrompts(ops, weights, shape, { patches, question, prompts });
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
