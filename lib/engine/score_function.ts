/** Gradients of sums of log-probabilities: the score function, without clipping, KL or optimiser. */
import type { Prompt } from "../dataset/prompt.ts";
import { toCells, tokenLogProbs } from "../policy/group_forward.ts";
import { parameterCount, type PolicyShape, weightsOf } from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { hostScalar, hostTensor, type Program, program } from "../tensor/program.ts";
import { floats, type ResidentTensor, type TensorRuntime } from "../tensor/runtime.ts";
import { type BatchSizes, packedInputs, packResponses, partSizes, rowIds } from "./packed_batch.ts";
import { promptTensors, shiftedInputs } from "./prompt_tensors.ts";
import { SizedSessions } from "./sized_sessions.ts";

/** All responses to one prompt. */
const sizesOf = (rollouts: number): BatchSizes => ({
  prompts: 1,
  groupSize: rollouts,
  microBatches: 1,
});

/**
 * The program of ∇_θ Σ w·log π over the tokens of one prompt's responses.
 *
 * Inputs: `parameters`, those of {@link packedInputs}, `targets` [rows], `tokenWeights` [rollouts, R],
 * `inverseTemperature` []. Output: `gradient` [parameters].
 */
export function logProbGradientProgram(
  shape: PolicyShape,
  rollouts: number,
  rows: number,
): Program {
  const sizes = sizesOf(rollouts), size = partSizes(sizes, rows);
  const cells = [rollouts, shape.responseTokens];
  return program({
    parameters: { shape: [parameterCount(shape)] },
    ...packedInputs(shape, sizes, rows),
    targets: rowIds(sizes, rows),
    tokenWeights: { shape: cells },
    inverseTemperature: { shape: [] },
  }, (ops, { parameters, tokenWeights, inverseTemperature, ...batch }) => {
    const { gradients } = ops.differentiate([parameters], () => {
      const { chosen } = tokenLogProbs(
        ops,
        weightsOf(ops, parameters, shape),
        shape,
        size,
        batch,
        inverseTemperature,
        VOCABULARY.length,
      );
      const perToken = ops.reshape(toCells(ops, batch, chosen), cells);
      return { loss: ops.sum(ops.mul(perToken, tokenWeights)) };
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

/** {@link logProbGradientProgram}, compiled when first needed. */
export class ScoreFunction {
  readonly #shape: PolicyShape;
  readonly #sizes: BatchSizes;
  readonly #sessions: SizedSessions;

  /** @param rollouts in each sum */
  constructor(runtime: TensorRuntime, shape: PolicyShape, rollouts: number) {
    this.#shape = shape;
    this.#sizes = sizesOf(rollouts);
    this.#sessions = new SizedSessions(
      runtime,
      (rows) => logProbGradientProgram(shape, rollouts, rows),
      { kept: 8 }, // the lengths of one group vary more than those of a batch, and it takes less memory
    );
  }

  /** Σ_i w_i ∇ log π(y_i | x), log π(y | x) the sum over the tokens of y. // [parameters] */
  async weightedSum(
    parameters: ResidentTensor,
    prompt: Prompt,
    { tokens, lengths, weights }: WeightedResponses,
    temperature: number,
  ): Promise<Float32Array> {
    const width = this.#shape.responseTokens;
    const tokenWeights = new Float32Array(tokens.length);
    lengths.forEach((length, row) =>
      tokenWeights.fill(weights[row]!, row * width, row * width + length)
    );
    const ids = { inputs: shiftedInputs(tokens, width), targets: tokens };
    const { rows, feeds } = packResponses(this.#shape, this.#sizes, ids, lengths);
    const outputs = await (await this.#sessions.of(rows)).run({
      parameters,
      ...promptTensors([prompt]),
      ...feeds,
      tokenWeights: hostTensor(tokenWeights, [lengths.length, width]),
      inverseTemperature: hostScalar(1 / temperature),
    });
    return floats(outputs, "gradient");
  }

  /** Frees the compiled programs. */
  release(): Promise<void> {
    return this.#sessions.release();
  }
}
