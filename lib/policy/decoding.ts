/**
 * Generation token by token, where keys and values stay with the caller between tokens.
 *
 * Three programs: the weights are cut once per set of parameters, prompts are read once, then each run of the
 * third predicts the next token of some prefixes and gives the keys and values of the last one.
 *
 * Names of sizes: P prompts, N prefixes, H heads, K head width, D width, C positions that a cache has room for.
 */
import { QUESTION_TOKENS } from "../dataset/prompt.ts";
import { type Named, type Program, program, type TensorSpec } from "../tensor/program.ts";
import { block, readPrompts } from "./forward.ts";
import {
  IMAGE_PATCHES,
  parameterCount,
  parameterSpecs,
  PATCH_PIXELS,
  type PolicyShape,
  PREFIX_POSITIONS,
  weightsOf,
} from "./parameters.ts";
import { tokenDistributions } from "./sampling.ts";

/** Shapes of the matrices that {@link decodingProgram} reads, by name. */
export function decodingWeights(shape: PolicyShape): Named<TensorSpec> {
  const { width } = shape;
  const kept = parameterSpecs(shape).filter(({ name }) => !/^(queryKeyValue\.|patch$)/.test(name));
  const cut = Array.from(
    { length: shape.layers },
    (_, layer) => PARTS.map((part) => `${part}.${layer}`),
  )
    .flat().map((name) => ({ name, shape: [width, width] }));
  return Object.fromEntries([...kept, ...cut].map(({ name, shape }) => [name, { shape }]));
}
const PARTS = ["query", "key", "value"] as const;

/** Cuts `parameters` into {@link decodingWeights}. Queries come out divided by √K. */
export function decodingWeightsProgram(shape: PolicyShape): Program {
  const { layers, width, heads } = shape;
  return program({ parameters: { shape: [parameterCount(shape)] } }, (ops, { parameters }) => {
    const weights = weightsOf(ops, parameters, shape);
    const cut = new Map<string, typeof parameters>();
    for (let layer = 0; layer < layers; layer++) {
      const parts = ops.split(weights.get(`queryKeyValue.${layer}`), [width, width, width], 1);
      cut.set(`query.${layer}`, ops.mul(parts[0]!, 1 / Math.sqrt(width / heads)));
      cut.set(`key.${layer}`, parts[1]!);
      cut.set(`value.${layer}`, parts[2]!);
    }
    return Object.fromEntries(
      Object.keys(decodingWeights(shape)).map((name) => [name, cut.get(name) ?? weights.get(name)]),
    );
  });
}

/**
 * Reads P prompts.
 *
 * Inputs: `parameters`, `patches` [P, IMAGE_PATCHES, PATCH_PIXELS], `question` [P, QUESTION_TOKENS]. Outputs, for
 * each layer l: `keys.l` and `values.l` [P·H, PREFIX_POSITIONS, K].
 */
export function promptProgram(shape: PolicyShape, prompts: number): Program {
  return program({
    parameters: { shape: [parameterCount(shape)] },
    patches: { shape: [prompts, IMAGE_PATCHES, PATCH_PIXELS] },
    question: { shape: [prompts, QUESTION_TOKENS], type: "int32" },
  }, (ops, { parameters, patches, question }) => {
    const weights = weightsOf(ops, parameters, shape);
    const caches = readPrompts(ops, weights, shape, { patches, question, prompts });
    return Object.fromEntries(
      caches.flatMap(({ keys, values }, layer) => [
        [`keys.${layer}`, keys],
        [`values.${layer}`, values],
      ]),
    );
  });
}

/**
 * Predicts the token behind each of N prefixes of equal length.
 *
 * Inputs: {@link decodingWeights}; `ids` [N], the last token of each prefix; `position` [1], its place among all
 * positions; `mask` [1, 1, C], 0 where the caches hold an earlier position and a large negative number elsewhere;
 * `keys.l` and `values.l` [N·H, C, K] for each layer l; `inverseTemperature` []. Outputs: `logProbs` and
 * `cumulative` [N, vocabulary] of the next token, and `extension` [2·layers, N, D]: the last token's keys and
 * values, layer by layer.
 */
export function decodingProgram(
  shape: PolicyShape,
  { prefixes, capacity }: { prefixes: number; capacity: number },
): Program {
  const { layers, width, heads } = shape;
  const lanes = prefixes * heads, headWidth = width / heads;
  const cache = { shape: [lanes, capacity, headWidth] };
  const caches = Array.from({ length: layers }, (_, layer) => [
    [`keys.${layer}`, cache],
    [`values.${layer}`, cache],
  ]).flat();
  return program({
    ...decodingWeights(shape),
    ...Object.fromEntries(caches),
    ids: { shape: [prefixes], type: "int32" },
    position: { shape: [1], type: "int32" },
    mask: { shape: [1, 1, capacity] },
    inverseTemperature: { shape: [] },
  } as Named<TensorSpec>, (ops, inputs) => {
    const get = (name: string) => inputs[name]!;
    let x = ops.add(
      ops.embed(get("tokens"), get("ids")),
      ops.embed(get("positions"), get("position")),
    );
    const extension: typeof x[] = [];
    for (let layer = 0; layer < layers; layer++) {
      const normalized = ops.rmsNorm(x);
      const [query, key, value] = PARTS.map((part) =>
        ops.reshape(ops.matMul(normalized, get(`${part}.${layer}`)), [lanes, 1, headWidth])
      ) as [typeof x, typeof x, typeof x];
      extension.push(...[key, value].map((part) => ops.reshape(part, [1, prefixes, width])));
      // The last token stands beside the cache: writing it in would copy the cache.
      const before = ops.matMul(query, get(`keys.${layer}`), { transposeB: true });
      const itself = ops.sum(ops.mul(query, key), [2], true);
      const attention = ops.softmax(ops.concat([ops.add(before, get("mask")), itself], 2));
      const [onBefore, onItself] = ops.split(attention, [capacity, 1], 2) as [typeof x, typeof x];
      const mixed = ops.add(
        ops.matMul(onBefore, get(`values.${layer}`)),
        ops.mul(onItself, value),
      );
      x = block(ops, { get }, layer, x, ops.reshape(mixed, [prefixes, width]));
    }
    const logits = ops.matMul(ops.rmsNorm(x), get("head"));
    const { logProbs, cumulative } = tokenDistributions(ops, get("inverseTemperature"))(logits);
    return { logProbs, cumulative, extension: ops.concat(extension, 0) };
  });
}

/** Positions a cache has room for when `length` response tokens are to be kept besides the prompt. */
export function cacheCapacity(shape: PolicyShape, length: number): number {
  let room = FIRST_ROOM;
  while (room < length) room *= 2;
  return PREFIX_POSITIONS + Math.min(room, shape.responseTokens);
}
const FIRST_ROOM = 8;
