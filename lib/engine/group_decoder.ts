/** Samples responses by decoding all rollouts side by side, a run of one program for all their tokens. */
import { generationProgram } from "../policy/generation.ts";
import type { PolicyShape } from "../policy/parameters.ts";
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
import { ROWS_PER_RUN } from "./response_runs.ts";
import type { Sampling } from "./sampling.ts";

/** Compiled programs of one policy. */
export class GroupDecoder {
  readonly #runtime: TensorRuntime;
  readonly #shape: PolicyShape;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(runtime: TensorRuntime, shape: PolicyShape) {
    this.#runtime = runtime;
    this.#shape = shape;
  }

  /** Samples the responses to the prompts from `begin` on. */
  async sample(
    parameters: ResidentTensor,
    { prompts, groupSize, uniforms, tokens, logProbs, ...sampling }: Sampling,
    begin: number,
  ): Promise<void> {
    const { responseTokens } = this.#shape;
    const perRun = Math.min(
      prompts.length - begin,
      Math.max(1, Math.floor(ROWS_PER_RUN / groupSize)),
    );
    const inverseTemperature = hostScalar(sampling.inverseTemperature);
    for (let first = begin; first < prompts.length; first += perRun) {
      const real = Math.min(perRun, prompts.length - first);
      // The program has a fixed size: a last, short run repeats its last prompt and drops what that yields.
      const chunk = Array.from(
        { length: perRun },
        (_, i) => prompts[first + Math.min(i, real - 1)]!,
      );
      const rows = perRun * groupSize;
      const numbers = new Float32Array(responseTokens * rows); // [responseTokens, rows]
      for (let row = 0; row < real * groupSize; row++) {
        const stream = uniforms(first + Math.floor(row / groupSize), row % groupSize);
        for (let t = 0; t < responseTokens; t++) numbers[t * rows + row] = stream[t]!;
      }
      const result = await (await this.#session(perRun, groupSize)).run({
        parameters,
        ...promptTensors(chunk),
        uniforms: hostTensor(numbers, [responseTokens, rows]),
        inverseTemperature,
      });
      const at = first * groupSize * responseTokens, used = real * groupSize * responseTokens;
      tokens.set(integers(result, "tokens").subarray(0, used), at);
      logProbs.set(floats(result, "logProbs").subarray(0, used), at);
    }
  }

  #session(prompts: number, groupSize: number): Promise<Session> {
    return once(
      this.#sessions,
      `${prompts}x${groupSize}`,
      () => this.#runtime.compile(generationProgram(this.#shape, prompts, groupSize)),
    );
  }

  /** Frees the compiled programs. */
  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }
}
