/** Gradients of sums of log-probabilities: the score function, without clipping, KL or optimiser. */
import type { Prompt } from "../dataset/prompt.ts";
import { tokenLogProbs } from "../policy/forward.ts";
import { parameterCount, type PolicyShape, weightsOf } from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { Graph } from "../tensor/graph.ts";
import { floats, type RuntimeTensor, type Session, type TensorRuntime } from "../tensor/session.ts";
import { promptTensors, responseInputs, shiftedInputs } from "./prompt_tensors.ts";

/**
 * The graph of ∇_θ Σ w·log π over the tokens of one prompt's responses.
 *
 * Inputs: `parameters`, `patches` [1, …], `question` [1, …], `inputs`, `targets` and `tokenWeights` [rollouts, R],
 * `inverseTemperature` []. Output: `gradient` [parameters].
 */
export function logProbGradientGraph(shape: PolicyShape, rollouts: number): Graph {
  const graph = new Graph(), length = shape.responseTokens;
  const parameters = graph.input("parameters", [parameterCount(shape)]);
  const { chosen } = tokenLogProbs(
    graph,
    weightsOf(graph, parameters, shape),
    shape,
    {
      ...responseInputs(graph, shape, 1, rollouts),
      targets: graph.input("targets", [rollouts, length], "int32"),
      prompts: 1,
      groupSize: rollouts,
    },
    graph.input("inverseTemperature", []),
    VOCABULARY.length,
  );
  const sum = graph.sum(graph.mul(chosen, graph.input("tokenWeights", [rollouts, length])));
  const [gradient] = graph.gradient(sum, [parameters]);
  graph.output("gradient", gradient!);
  return graph;
}

/** Responses to one prompt, each with one weight for all its tokens. */
export interface WeightedResponses {
  readonly tokens: Int32Array; // [rollouts * responseTokens]
  readonly lengths: Int32Array; // [rollouts]; what follows is left out
  readonly weights: ArrayLike<number>; // [rollouts]
}

/** {@link logProbGradientGraph} compiled. */
export class ScoreFunction {
  readonly #runtime: TensorRuntime;
  readonly #session: Session;
  readonly #responseTokens: number;

  private constructor(runtime: TensorRuntime, session: Session, responseTokens: number) {
    this.#runtime = runtime;
    this.#session = session;
    this.#responseTokens = responseTokens;
  }

  static async create(
    runtime: TensorRuntime,
    shape: PolicyShape,
    rollouts: number,
  ): Promise<ScoreFunction> {
    const session = await runtime.compile(logProbGradientGraph(shape, rollouts));
    return new ScoreFunction(runtime, session, shape.responseTokens);
  }

  /** Σ_i w_i ∇ log π(y_i | x), log π(y | x) the sum over the tokens of y. // [parameters] */
  async weightedSum(
    parameters: RuntimeTensor,
    prompt: Prompt,
    { tokens, lengths, weights }: WeightedResponses,
    temperature: number,
  ): Promise<Float32Array> {
    const width = this.#responseTokens, shape = [lengths.length, width];
    const tokenWeights = new Float32Array(tokens.length);
    lengths.forEach((length, row) =>
      tokenWeights.fill(weights[row]!, row * width, row * width + length)
    );
    const { gradient } = await this.#session.run({
      parameters,
      ...promptTensors(this.#runtime, [prompt]),
      inputs: this.#runtime.tensor(shiftedInputs(tokens, width), shape),
      targets: this.#runtime.tensor(tokens, shape),
      tokenWeights: this.#runtime.tensor(tokenWeights, shape),
      inverseTemperature: this.#runtime.tensor(Float32Array.of(1 / temperature), []),
    });
    return floats(gradient);
  }

  /** Frees the compiled graph. */
  release(): Promise<void> {
    return this.#session.release();
  }
}
