/** Gradients of sums of log-probabilities: the score function, without clipping, KL or optimiser. */
import type { Prompt } from "../dataset/prompt.ts";
import { tokenLogProbs } from "../policy/forward.ts";
import { parameterCount, type PolicyShape, weightsOf } from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { hostScalar, hostTensor, type Program, program } from "../tensor/program.ts";
import {
  floats,
  type ResidentTensor,
  type Session,
  type TensorRuntime,
} from "../tensor/runtime.ts";
import { promptTensors, responseInputs, shiftedInputs } from "./prompt_tensors.ts";

/**
 * The program of ∇_θ Σ w·log π over the tokens of one prompt's responses.
 *
 * Inputs: `parameters`, `patches` [1, …], `question` [1, …], `inputs`, `targets` and `tokenWeights` [rollouts, R],
 * `inverseTemperature` []. Output: `gradient` [parameters].
 */
export function logProbGradientProgram(shape: PolicyShape, rollouts: number): Program {
  const cells = { shape: [rollouts, shape.responseTokens] };
  return program({
    parameters: { shape: [parameterCount(shape)] },
    ...responseInputs(shape, 1, rollouts),
    targets: { ...cells, type: "int32" },
    tokenWeights: cells,
    inverseTemperature: { shape: [] },
  }, (ops, { parameters, tokenWeights, inverseTemperature, ...data }) => {
    const { gradients } = ops.differentiate([parameters], () => {
      const { chosen } = tokenLogProbs(
        ops,
        weightsOf(ops, parameters, shape),
        shape,
        { ...data, prompts: 1, groupSize: rollouts },
        inverseTemperature,
        VOCABULARY.length,
      );
      return { loss: ops.sum(ops.mul(chosen, tokenWeights)) };
    });
    return { gradient: gradients[0]! };
  });
}

/** Responses to one prompt, each with one weight for all its tokens. */
export interface WeightedResponses {
  readonly tokens: Int32Array; // [rollouts * responseTokens]
  readonly lengths: Int32Array; // [rollouts]; what follows is left out
  readonly weights: ArrayLike<number>; // [rollouts]
}

/** {@link logProbGradientProgram} compiled. */
export class ScoreFunction {
  readonly #session: Session;
  readonly #responseTokens: number;

  private constructor(session: Session, responseTokens: number) {
    this.#session = session;
    this.#responseTokens = responseTokens;
  }

  static async create(
    runtime: TensorRuntime,
    shape: PolicyShape,
    rollouts: number,
  ): Promise<ScoreFunction> {
    const session = await runtime.compile(logProbGradientProgram(shape, rollouts));
    return new ScoreFunction(session, shape.responseTokens);
  }

  /** Σ_i w_i ∇ log π(y_i | x), log π(y | x) the sum over the tokens of y. // [parameters] */
  async weightedSum(
    parameters: ResidentTensor,
    prompt: Prompt,
    { tokens, lengths, weights }: WeightedResponses,
    temperature: number,
  ): Promise<Float32Array> {
    const width = this.#responseTokens, shape = [lengths.length, width];
    const tokenWeights = new Float32Array(tokens.length);
    lengths.forEach((length, row) =>
      tokenWeights.fill(weights[row]!, row * width, row * width + length)
    );
    const outputs = await this.#session.run({
      parameters,
      ...promptTensors([prompt]),
      inputs: hostTensor(shiftedInputs(tokens, width), shape),
      targets: hostTensor(tokens, shape),
      tokenWeights: hostTensor(tokenWeights, shape),
      inverseTemperature: hostScalar(1 / temperature),
    });
    return floats(outputs, "gradient");
  }

  /** Frees the compiled graph. */
  release(): Promise<void> {
    return this.#session.release();
  }
}
