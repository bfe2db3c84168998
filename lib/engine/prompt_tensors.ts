/** Prompts and responses as the policy's programs read them. */
import { type Prompt, QUESTION_TOKENS } from "../dataset/prompt.ts";
import { IMAGE_PATCHES, PATCH_PIXELS } from "../policy/parameters.ts";
import { patchesOf } from "../policy/patches.ts";
import { encodeQuestion, EOS } from "../policy/tokenizer.ts";
import { hostTensor } from "../tensor/program.ts";

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
export function promptTensors(prompts: readonly Prompt[]) {
  const patches = new Float32Array(prompts.length * IMAGE_PATCHES * PATCH_PIXELS);
  const question = new Int32Array(prompts.length * QUESTION_TOKENS);
  prompts.forEach((prompt, i) => {
    const { patches: image, question: ids } = encodePrompt(prompt);
    patches.set(image, i * IMAGE_PATCHES * PATCH_PIXELS);
    question.set(ids, i * QUESTION_TOKENS);
  });
  return {
    patches: hostTensor(patches, [prompts.length, IMAGE_PATCHES, PATCH_PIXELS]),
    question: hostTensor(question, [prompts.length, QUESTION_TOKENS]),
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

/** The inputs of programs that read prompts: `patches` and `question`, as {@link promptTensors} makes them. */
export function promptInputs(prompts: number) {
  return {
    patches: { shape: [prompts, IMAGE_PATCHES, PATCH_PIXELS] },
    question: { shape: [prompts, QUESTION_TOKENS], type: "int32" },
  } as const;
}
