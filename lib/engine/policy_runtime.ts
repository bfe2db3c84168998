/** Runs a policy: generation and log-probabilities for any number of prompts, on compiled programs. */
import type { RandomSource } from "../core/random.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { parameterCount, type PolicyShape } from "../policy/parameters.ts";
import { EOS, VOCABULARY } from "../policy/tokenizer.ts";
import { hostScalar, hostTensor } from "../tensor/program.ts";
import { floats, type ResidentTensor, type TensorRuntime } from "../tensor/runtime.ts";
import { GroupDecoder } from "./group_decoder.ts";
import { PrefixDecoder } from "./prefix_decoder.ts";
import { clearBehindEnds, responseRuns, RunSessions } from "./response_runs.ts";
import type { Rollouts } from "./rollouts.ts";
import { logProbsProgram } from "./training_program.ts";

/** At 1/temperature of this size a lead of 10⁻⁴ in a logit leaves the next token no chance. */
const GREEDY_INVERSE_TEMPERATURE = 1e6;

/** What logits are multiplied by; a temperature of 0 takes the likeliest token, whatever the uniform number. */
export function inverseOf(temperature: number): number {
  return temperature === 0 ? GREEDY_INVERSE_TEMPERATURE : 1 / temperature;
}

/** A policy's programs, compiled when first needed. */
export class PolicyRuntime {
  readonly #groups: GroupDecoder;
  /** Null where keys and values would have to be brought to a device at every token. */
  readonly #prefixes: PrefixDecoder | null;
  readonly #logProbs: RunSessions;
  readonly #logDistributions: RunSessions;

  constructor(readonly runtime: TensorRuntime, readonly shape: PolicyShape) {
    this.#groups = new GroupDecoder(runtime, shape);
    this.#prefixes = runtime.inHostMemory ? new PrefixDecoder(runtime, shape) : null;
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
   * Row r of group p draws its tokens from `random.at(p, r)`: on how the work is cut into runs, and on which decoder
   * does it, nothing depends but rounding. Both follow from the arguments alone.
   */
  async generate(
    parameters: ResidentTensor,
    prompts: readonly Prompt[],
    groupSize: number,
    temperature: number,
    random: RandomSource,
  ): Promise<Rollouts> {
    const { responseTokens } = this.shape;
    const count = prompts.length * groupSize;
    const tokens = new Int32Array(count * responseTokens);
    const logProbs = new Float32Array(count * responseTokens);
    const sampling = {
      prompts,
      groupSize,
      inverseTemperature: inverseOf(temperature),
      uniforms: (prompt: number, member: number) =>
        random.at(prompt, member).uniforms(responseTokens),
      tokens,
      logProbs,
    };
    const done = await this.#prefixes?.sample(parameters, sampling) ?? 0;
    if (done < prompts.length) await this.#groups.sample(parameters, sampling, done);
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

  /** Frees the compiled programs. */
  async release(): Promise<void> {
    await this.#groups.release();
    await this.#prefixes?.release();
    await this.#logProbs.release();
    await this.#logDistributions.release();
  }
}
