/** Cuts a rollout batch into mini-batches of whole groups, one optimiser update each. */
import type { AlgorithmConfig } from "../algorithm/algorithm.ts";
import type { Aggregation } from "../algorithm/objective/objective.ts";
import { hasKlLoss } from "../algorithm/policy_objective.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { hostScalar, hostTensor } from "../tensor/program.ts";
import type { UpdateData } from "./learner.ts";
import { promptTensors, shiftedInputs } from "./prompt_tensors.ts";
import { largestDivisor } from "./response_runs.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TrainingSizes } from "./training_program.ts";

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
  /** Weights of groups and of tokens are folded into them: every objective is homogeneous in them. */
  readonly advantages: Float32Array; // [rollouts * responseTokens]
  /** Log-probabilities under the policy that generated; what generation returned, or evaluated once more. */
  readonly oldLogProbs: Float32Array; // [rollouts * responseTokens]
  /** Null without a penalty on KL, and for its estimator `full`. */
  readonly referenceLogProbs: Float32Array | null; // [rollouts * responseTokens]
  /** Of the whole vocabulary; null but for the estimator `full`. */
  readonly referenceAll: Float32Array | null; // [rollouts * responseTokens * vocabulary]
  /** β of this step; read where the penalty is in the loss. */
  readonly klCoefficient: number;
}

/**
 * Weights of tokens in the loss, [rows * responseTokens]; 0 behind a response's end.
 *
 * `token-mean`: 1/(tokens in the mini-batch). `sequence-mean`: 1/(tokens of the response)/(responses).
 * `sequence-sum`: 1/(responses·responseTokens).
 */
export function tokenWeights(
  lengths: Int32Array,
  responseTokens: number,
  aggregation: Aggregation,
): Float32Array {
  const total = lengths.reduce((a, b) => a + b, 0);
  const weightOf = (length: number): number => {
    switch (aggregation) {
      case "token-mean":
        return 1 / total;
      case "sequence-mean":
        return 1 / (length * lengths.length);
      case "sequence-sum":
        return 1 / (lengths.length * responseTokens);
      default:
        return aggregation satisfies never;
    }
  };
  const weights = new Float32Array(lengths.length * responseTokens);
  lengths.forEach((length, row) => {
    weights.fill(weightOf(length), row * responseTokens, row * responseTokens + length);
  });
  return weights;
}

/**
 * The mini-batches, in order.
 *
 * Errors: a TypeError where the reference's log-probabilities that the settings need are missing.
 */
export function* miniBatches(
  { algorithm }: {
    readonly algorithm: Pick<AlgorithmConfig, "groupSize" | "miniBatches" | "aggregation" | "kl">;
  },
  { prompts, rollouts, referenceLogProbs, referenceAll, klCoefficient, ...batch }: RolloutBatch,
): Generator<UpdateData> {
  const { kl } = algorithm;
  const responseTokens = rollouts.tokens.length / rollouts.count;
  const size = prompts.length / algorithm.miniBatches, rows = size * algorithm.groupSize;
  const inputs = shiftedInputs(rollouts.tokens, responseTokens);
  for (let k = 0; k < algorithm.miniBatches; k++) {
    const part = <A extends Float32Array | Int32Array>(values: A, ...inner: number[]) => {
      const shape = [rows, responseTokens, ...inner];
      const cells = shape.reduce((a, b) => a * b, 1);
      return hostTensor(values.slice(k * cells, (k + 1) * cells), shape);
    };
    const lengths = rollouts.lengths.slice(k * rows, (k + 1) * rows);
    const weigh = (aggregation: Aggregation) =>
      hostTensor(tokenWeights(lengths, responseTokens, aggregation), [rows, responseTokens]);
    yield {
      ...promptTensors(prompts.slice(k * size, (k + 1) * size)),
      inputs: part(inputs),
      targets: part(rollouts.tokens),
      tokenWeights: weigh(algorithm.aggregation),
      tokenShares: weigh("token-mean"),
      oldLogProbs: part(batch.oldLogProbs),
      advantages: part(batch.advantages),
      ...(kl === null || kl.estimator === "full"
        ? {}
        : { referenceLogProbs: part(present(referenceLogProbs, "referenceLogProbs")) }),
      ...(kl?.estimator === "full"
        ? { referenceAll: part(present(referenceAll, "referenceAll"), VOCABULARY.length) }
        : {}),
      ...(hasKlLoss(algorithm) ? { klCoefficient: hostScalar(klCoefficient) } : {}),
    };
  }
}

function present(values: Float32Array | null, name: string): Float32Array {
  if (values === null) throw new TypeError(`${name}: expected numbers, got null`);
  return values;
}
