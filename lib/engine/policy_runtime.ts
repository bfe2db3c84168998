/** Runs a policy: generation and log-probabilities for any number of prompts, on compiled graphs. */
import type { RandomSource } from "../core/random.ts";
import { type Prompt, QUESTION_TOKENS } from "../dataset/prompt.ts";
import { generationGraph } from "../policy/generation.ts";
import {
  IMAGE_PATCHES,
  parameterCount,
  PATCH_PIXELS,
  type PolicyShape,
} from "../policy/parameters.ts";
import { patchesOf } from "../policy/patches.ts";
import { encodeQuestion, EOS, VOCABULARY } from "../policy/tokenizer.ts";
import {
  floats,
  integers,
  type RuntimeTensor,
  type Session,
  type TensorRuntime,
} from "../tensor/session.ts";
import type { Rollouts } from "./rollouts.ts";
import { logProbsGraph } from "./training_graph.ts";

/** A prompt as the policy reads it. */
export interface EncodedPrompt {
  readonly patches: Float32Array; // [IMAGE_PATCHES * PATCH_PIXELS]
  readonly question: Int32Array; // [QUESTION_TOKENS]
}

/** Rollouts in one run of a graph: enough rows to fill the matrix products, few enough for the cache. */
const ROWS_PER_RUN = 128;

/** At 1/temperature of this size a lead of 10⁻⁴ in a logit leaves the next token no chance. */
const GREEDY_INVERSE_TEMPERATURE = 1e6;

/** What logits are multiplied by; a temperature of 0 takes the likeliest token, whatever the uniform number. */
export function inverseOf(temperature: number): number {
  return temperature === 0 ? GREEDY_INVERSE_TEMPERATURE : 1 / temperature;
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

/** A policy's graphs, compiled when first needed. */
export class PolicyRuntime {
  readonly #generation = new Map<string, Promise<Session>>();
  readonly #logProbs = new Map<string, Promise<Session>>();

  constructor(readonly runtime: TensorRuntime, readonly shape: PolicyShape) {}

  /** The flat parameter vector as a tensor. */
  parameters(data: Float32Array): RuntimeTensor {
    return this.runtime.tensor(data, [parameterCount(this.shape)]);
  }

  scalar(value: number): RuntimeTensor {
    return this.runtime.tensor(Float32Array.of(value), []);
  }

  /**
   * Samples `groupSize` responses to every prompt, the likeliest tokens at a temperature of 0.
   *
   * Row r of group p draws its tokens from `random.at(p, r)`: the result does not depend on how the work is cut
   * into runs.
   */
  async generate(
    parameters: RuntimeTensor,
    prompts: readonly Prompt[],
    groupSize: number,
    temperature: number,
    random: RandomSource,
  ): Promise<Rollouts> {
    const { responseTokens } = this.shape;
    const perRun = Math.min(prompts.length, Math.max(1, Math.floor(ROWS_PER_RUN / groupSize)));
    const count = prompts.length * groupSize;
    const tokens = new Int32Array(count * responseTokens);
    const logProbs = new Float32Array(count * responseTokens);
    const session = await this.#generationSession(perRun, groupSize);
    const inverseTemperature = this.scalar(inverseOf(temperature));
    for (let first = 0; first < prompts.length; first += perRun) {
      const real = Math.min(perRun, prompts.length - first);
      // The graph has a fixed size: a last, short run repeats its last prompt and drops what that yields.
      const chunk = Array.from(
        { length: perRun },
        (_, i) => prompts[first + Math.min(i, real - 1)]!,
      );
      const rows = perRun * groupSize;
      const uniforms = new Float32Array(responseTokens * rows); // [responseTokens, rows]
      for (let i = 0; i < real; i++) {
        for (let member = 0; member < groupSize; member++) {
          const row = i * groupSize + member;
          const stream = random.at(first + i, member).uniforms(responseTokens);
          for (let t = 0; t < responseTokens; t++) uniforms[t * rows + row] = stream[t]!;
        }
      }
      const result = await session.run({
        parameters,
        ...promptTensors(this.runtime, chunk),
        uniforms: this.runtime.tensor(uniforms, [responseTokens, rows]),
        inverseTemperature,
      });
      const at = first * groupSize * responseTokens, used = real * groupSize * responseTokens;
      tokens.set(integers(result.tokens).subarray(0, used), at);
      logProbs.set(floats(result.logProbs).subarray(0, used), at);
    }
    const ended: boolean[] = [];
    const lengths = Int32Array.from({ length: count }, (_, row) => {
      const end = tokens.subarray(row * responseTokens, (row + 1) * responseTokens).indexOf(EOS);
      ended.push(end >= 0);
      return end < 0 ? responseTokens : end + 1;
    });
    return { count, groupSize, tokens, logProbs, lengths, ended };
  }

  /** Log-probabilities [rollouts * responseTokens] of sampled responses under `parameters`. */
  logProbs(
    parameters: RuntimeTensor,
    prompts: readonly Prompt[],
    rollouts: Rollouts,
    temperature: number,
  ): Promise<Float32Array> {
    return this.#evaluate(parameters, prompts, rollouts, temperature, false);
  }

  /** The same of the whole vocabulary at each token, [rollouts * responseTokens * vocabulary]. */
  logDistributions(
    parameters: RuntimeTensor,
    prompts: readonly Prompt[],
    rollouts: Rollouts,
    temperature: number,
  ): Promise<Float32Array> {
    return this.#evaluate(parameters, prompts, rollouts, temperature, true);
  }

  async #evaluate(
    parameters: RuntimeTensor,
    prompts: readonly Prompt[],
    rollouts: Rollouts,
    temperature: number,
    whole: boolean,
  ): Promise<Float32Array> {
    const { responseTokens } = this.shape;
    const { groupSize, tokens } = rollouts;
    const perRun = largestDivisor(
      prompts.length,
      Math.max(1, Math.floor(ROWS_PER_RUN / groupSize)),
    );
    const session = await this.#logProbsSession(perRun, groupSize, whole);
    const inputs = shiftedInputs(tokens, responseTokens);
    const perToken = whole ? VOCABULARY.length : 1;
    const result = new Float32Array(tokens.length * perToken);
    const inverseTemperature = this.scalar(inverseOf(temperature));
    const rows = perRun * groupSize;
    for (let first = 0; first < prompts.length; first += perRun) {
      const from = first * groupSize * responseTokens, to = from + rows * responseTokens;
      const { logProbs } = await session.run({
        parameters,
        ...promptTensors(this.runtime, prompts.slice(first, first + perRun)),
        inputs: this.runtime.tensor(inputs.slice(from, to), [rows, responseTokens]),
        targets: this.runtime.tensor(tokens.slice(from, to), [rows, responseTokens]),
        inverseTemperature,
      });
      result.set(floats(logProbs), from * perToken);
    }
    return result;
  }

  /** Frees the compiled graphs. */
  async release(): Promise<void> {
    for (const session of [...this.#generation.values(), ...this.#logProbs.values()]) {
      await (await session).release();
    }
  }

  #generationSession(prompts: number, groupSize: number): Promise<Session> {
    return once(
      this.#generation,
      `${prompts}x${groupSize}`,
      () => this.runtime.compile(generationGraph(this.shape, prompts, groupSize)),
    );
  }

  #logProbsSession(prompts: number, groupSize: number, whole: boolean): Promise<Session> {
    return once(
      this.#logProbs,
      `${prompts}x${groupSize}${whole ? " whole" : ""}`,
      () => this.runtime.compile(logProbsGraph(this.shape, prompts, groupSize, { whole })),
    );
  }
}

function once<V>(cache: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  let value = cache.get(key);
  if (value === undefined) cache.set(key, value = make());
  return value;
}

/** The largest divisor of `count` that is at most `limit`. */
export function largestDivisor(count: number, limit: number): number {
  for (let size = Math.min(count, limit); size > 1; size--) if (count % size === 0) return size;
  return 1;
}
