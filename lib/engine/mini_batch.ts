/** Cuts a rollout batch into mini-batches of whole groups, one optimiser update each. */
import type { Prompt } from "../dataset/prompt.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { TensorRuntime } from "../tensor/session.ts";
import type { UpdateData } from "./learner.ts";
import { largestDivisor, promptTensors, shiftedInputs } from "./policy_runtime.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TrainingSizes } from "./training_graph.ts";

/** Rollouts per micro-batch: their activations stay in the processor's cache, and memory stays bounded. */
const ROWS_PER_MICRO_BATCH = 64;

/** In how many equal parts an update of `prompts` groups is computed. */
export function microBatchesFor(prompts: number, groupSize: number): number {
  const limit = Math.max(1, Math.floor(ROWS_PER_MICRO_BATCH / groupSize));
  return prompts / largestDivisor(prompts, limit);
}

/** Sizes of one optimiser update. `batchSize` is a multiple of `miniBatches`. */
export function trainingSizes({ algorithm, training }: RunConfig): TrainingSizes {
  const prompts = training.batchSize / algorithm.miniBatches;
  const { groupSize } = algorithm;
  return { prompts, groupSize, microBatches: microBatchesFor(prompts, groupSize) };
}

/** A rollout batch with what the objective needs. */
export interface RolloutBatch {
  readonly prompts: readonly Prompt[]; // [prompts]
  readonly rollouts: Rollouts;
  readonly advantages: Float32Array; // [rollouts]
  readonly referenceLogProbs: Float32Array; // [rollouts * responseTokens]
}

/**
 * Weights of tokens in the loss, [rows * responseTokens]; 0 behind a response's end.
 *
 * `token-mean`: 1/(tokens in the mini-batch). `sequence-mean`: 1/(tokens of the response)/(responses).
 */
export function tokenWeights(
  lengths: Int32Array,
  responseTokens: number,
  aggregation: RunConfig["algorithm"]["aggregation"],
): Float32Array {
  const total = lengths.reduce((a, b) => a + b, 0);
  const weights = new Float32Array(lengths.length * responseTokens);
  lengths.forEach((length, row) => {
    const weight = aggregation === "token-mean" ? 1 / total : 1 / (length * lengths.length);
    weights.fill(weight, row * responseTokens, row * responseTokens + length);
  });
  return weights;
}

/** The mini-batches, in order. */
export function* miniBatches(
  runtime: TensorRuntime,
  config: RunConfig,
  { prompts, rollouts, advantages, referenceLogProbs }: RolloutBatch,
): Generator<UpdateData> {
  const { algorithm } = config;
  const responseTokens = rollouts.tokens.length / rollouts.count;
  const size = prompts.length / algorithm.miniBatches, rows = size * algorithm.groupSize;
  const inputs = shiftedInputs(rollouts.tokens, responseTokens);
  for (let k = 0; k < algorithm.miniBatches; k++) {
    const part = <A extends Float32Array | Int32Array>(values: A) =>
      runtime.tensor(
        values.slice(k * rows * responseTokens, (k + 1) * rows * responseTokens),
        [rows, responseTokens],
      );
    const lengths = rollouts.lengths.slice(k * rows, (k + 1) * rows);
    const weigh = (aggregation: RunConfig["algorithm"]["aggregation"]) =>
      runtime.tensor(tokenWeights(lengths, responseTokens, aggregation), [rows, responseTokens]);
    yield {
      ...promptTensors(runtime, prompts.slice(k * size, (k + 1) * size)),
      inputs: part(inputs),
      targets: part(rollouts.tokens),
      tokenWeights: weigh(algorithm.aggregation),
      tokenShares: weigh("token-mean"),
      oldLogProbs: part(rollouts.logProbs),
      referenceLogProbs: part(referenceLogProbs),
      advantages: runtime.tensor(advantages.slice(k * rows, (k + 1) * rows), [rows, 1]),
    };
  }
}
