/** Runs a policy: generation and log-probabilities for any number of prompts, on compiled graphs. */
import type { RandomSource } from "../core/random.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { generationProgram } from "../policy/generation.ts";
import { parameterCount, type PolicyShape } from "../policy/parameters.ts";
import { EOS, VOCABULARY } from "../policy/tokenizer.ts";
import { hostScalar, hostTensor } from "../tensor/program.ts";
import {
  floats,
  integers,
  type ResidentTensor,
  type Session,
  type TensorRuntime,
} from "../tensor/runtime.ts";
import { once } from "./once.ts";
import { promptTensors } from "./prompt_tensors.ts";
import { clearBehindEnds, responseRuns, ROWS_PER_RUN, RunSessions } from "./response_runs.ts";
import type { Rollouts } from "./rollouts.ts";
import { logProbsProgram } from "./training_program.ts";

/** At 1/temperature of this size a lead of 10⁻⁴ in a logit leaves the next token no chance. */
const GREEDY_INVERSE_TEMPERATURE = 1e6;

/** What logits are multiplied by; a temperature of 0 takes the likeliest token, whatever the uniform number. */
export function inverseOf(temperature: number): number {
  return temperature === 0 ? GREEDY_INVERSE_TEMPERATURE : 1 / temperature;
}

/** A policy's graphs, compiled when first needed. */
export class PolicyRuntime {
  readonly #generation = new Map<string, Promise<Session>>();
  readonly #logProbs: RunSessions;
  readonly #logDistributions: RunSessions;

  constructor(readonly runtime: TensorRuntime, readonly shape: PolicyShape) {
    this.#logProbs = new RunSessions(runtime, (size) => logProbsProgram(shape, size));
    this.#logDistributions = new RunSessions(
      runtime,
      (size) => logProbsProgram(shape, size, { whole: true }),
    );
  }

  /** Puts a flat parameter vector where it can be run with. */
  parameters(data: Float32Array): Promise<ResidentTensor> {
    return this.runtime.place(hostTensor(data, [parameterCount(this.shape)]));
  }

  /**
   * Samples `groupSize` responses to every prompt, the likeliest tokens at a temperature of 0.
   *
   * Row r of group p draws its tokens from `random.at(p, r)`: the result does not depend on how the work is cut
   * into runs.
   */
  async generate(
    parameters: ResidentTensor,
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
    const inverseTemperature = hostScalar(inverseOf(temperature));
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
        ...promptTensors(chunk),
        uniforms: hostTensor(uniforms, [responseTokens, rows]),
        inverseTemperature,
      });
      const at = first * groupSize * responseTokens, used = real * groupSize * responseTokens;
      tokens.set(integers(result, "tokens").subarray(0, used), at);
      logProbs.set(floats(result, "logProbs").subarray(0, used), at);
    }
    const ended: boolean[] = [];
    const lengths = Int32Array.from({ length: count }, (_, row) => {
      const end = tokens.subarray(row * responseTokens, (row + 1) * responseTokens).indexOf(EOS);
      ended.push(end >= 0);
      return end < 0 ? responseTokens : end + 1;
    });
    return { count, groupSize, tokens, logProbs, lengths, ended };
  }

  /**
   * Log-probabilities [rollouts * responseTokens] of sampled responses under `parameters`; 0 behind a response's end.
   */
  logProbs(
    parameters: ResidentTensor,
    prompts: readonly Prompt[],
    rollouts: Rollouts,
    temperature: number,
  ): Promise<Float32Array> {
    return this.#evaluate(this.#logProbs, parameters, prompts, rollouts, temperature, 1);
  }

  /** The same of the whole vocabulary at each token, [rollouts * responseTokens * vocabulary]. */
  logDistributions(
    parameters: ResidentTensor,
    prompts: readonly Prompt[],
    rollouts: Rollouts,
    temperature: number,
  ): Promise<Float32Array> {
    const sessions = this.#logDistributions, vocabulary = VOCABULARY.length;
    return this.#evaluate(sessions, parameters, prompts, rollouts, temperature, vocabulary);
  }

  async #evaluate(
    sessions: RunSessions,
    parameters: ResidentTensor,
    prompts: readonly Prompt[],
    rollouts: Rollouts,
    temperature: number,
    perToken: number,
  ): Promise<Float32Array> {
    const result = new Float32Array(rollouts.tokens.length * perToken);
    const inverseTemperature = hostScalar(inverseOf(temperature));
    for (const run of responseRuns(this.shape, prompts, rollouts)) {
      const session = await sessions.of(run);
      const outputs = await session.run({ parameters, ...run.feeds, inverseTemperature });
      result.set(floats(outputs, "logProbs"), run.from * perToken);
    }
    clearBehindEnds(result, rollouts);
    return result;
  }

  /** Frees the compiled graphs. */
  async release(): Promise<void> {
    for (const session of this.#generation.values()) await (await session).release();
    await this.#logProbs.release();
    await this.#logDistributions.release();
  }

  #generationSession(prompts: number, groupSize: number): Promise<Session> {
    return once(
      this.#generation,
      `${prompts}x${groupSize}`,
      () => this.runtime.compile(generationProgram(this.shape, prompts, groupSize)),
    );
  }
}
