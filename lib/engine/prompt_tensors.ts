/** Prompts and responses as the policy's graphs read them. */
import { type Prompt, QUESTION_TOKENS } from "../dataset/prompt.ts";
import { IMAGE_PATCHES, PATCH_PIXELS, type PolicyShape } from "../policy/parameters.ts";
import { patchesOf } from "../policy/patches.ts";
import { encodeQuestion, EOS } from "../policy/tokenizer.ts";
import type { Graph } from "../tensor/graph.ts";
import type { TensorRuntime } from "../tensor/session.ts";

/** A prompt as the policy reads it. */
export interface EncodedPrompt {
  readonly patches: Float32Array; // [IMAGE_PATCHES * PATCH_PIXELS]
  readonly question: Int32Array; // [QUESTION_TOKENS]
}

const encoded = new WeakMap<Prompt, EncodedPrompt>();

/** The prompt's patches and question ids; encoded once per prompt. */
export function encodePrompt(prompt: Prompt): EncodedPrompt {
  let result = encoded.get(prompt);
  if (result === undefined) {
    result = { patches: patchesOf(prompt.image), question: encodeQuestion(prompt.question) };
    encoded.set(prompt, result);
  }
  return result;
}

/** Patches [P, IMAGE_PATCHES, PATCH_PIXELS] and question ids [P, QUESTION_TOKENS] of prompts. */
export function promptTensors(runtime: TensorRuntime, prompts: readonly Prompt[]) {
  const patches = new Float32Array(prompts.length * IMAGE_PATCHES * PATCH_PIXELS);
  const question = new Int32Array(prompts.length * QUESTION_TOKENS);
  prompts.forEach((prompt, i) => {
    const { patches: image, question: ids } = encodePrompt(prompt);
    patches.set(image, i * IMAGE_PATCHES * PATCH_PIXELS);
    question.set(ids, i * QUESTION_TOKENS);
  });
  return {
    patches: runtime.tensor(patches, [prompts.length, IMAGE_PATCHES, PATCH_PIXELS]),
    question: runtime.tensor(question, [prompts.length, QUESTION_TOKENS]),
  };
}

/** Response ids shifted right by one, the end-of-sequence token in front: what the policy reads. */
export function shiftedInputs(tokens: Int32Array, responseTokens: number): Int32Array {
  const inputs = new Int32Array(tokens.length);
  for (let row = 0; row < tokens.length; row += responseTokens) {
    inputs[row] = EOS;
    inputs.set(tokens.subarray(row, row + responseTokens - 1), row + 1);
  }
  return inputs;
}

/**
 * What every graph that reads whole responses reads, as its inputs: `patches` [P, IMAGE_PATCHES, PATCH_PIXELS],
 * `question` [P, QUESTION_TOKENS] and `inputs` [P·G, R], response ids shifted right by one.
 */
export function responseInputs(
  graph: Graph,
  { responseTokens }: PolicyShape,
  prompts: number,
  groupSize: number,
) {
  return {
    patches: graph.input("patches", [prompts, IMAGE_PATCHES, PATCH_PIXELS]),
    question: graph.input("question", [prompts, QUESTION_TOKENS], "int32"),
    inputs: graph.input("inputs", [prompts * groupSize, responseTokens], "int32"),
  };
}
