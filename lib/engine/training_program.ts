/** One optimiser step as one program: forward, backward over micro-batches, clipping, AdamW. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import type { AlgorithmConfig } from "../algorithm/algorithm.ts";
import {
  hasKlLoss,
  type LossConfig,
  policyObjective,
  policySums,
} from "../algorithm/policy_objective.ts";
import { supervisedLoss } from "../algorithm/supervised.ts";
import { type GroupBatch, toCells, tokenLogProbs } from "../policy/group_forward.ts";
import type { PackedSizes } from "../policy/packed_rows.ts";
import {
  decayMask,
  parameterCount,
  type PolicyShape,
  type Weights,
  weightsOf,
} from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import type { DifferentiableOps } from "../tensor/ops.ts";
import { type Named, type Program, program, type TensorSpec } from "../tensor/program.ts";
import { type BatchSizes, packedInputs, partSizes, rowIds } from "./packed_batch.ts";
import { total, update, updateInputs } from "./update.ts";

/** What is optimised. */
export type Objective =
  | { readonly kind: "supervised" }
  | Pick<AlgorithmConfig, "kind" | keyof LossConfig>;

/** Sizes of one optimiser step. */
export type TrainingSizes = BatchSizes;

/** Names of the sums in the output `sums`, in order. */
export function sumNames(objective: Objective): readonly string[] {
  return objective.kind === "supervised" ? ["loss"] : policySums(objective);
}

/** Data inputs of a step; the first axis is cut into micro-batches. */
function dataInputs(
  shape: PolicyShape,
  objective: Objective,
  sizes: TrainingSizes,
  rows: number,
): Named<TensorSpec> {
  const rollouts = sizes.prompts * sizes.groupSize, length = shape.responseTokens;
  const perToken = { shape: [rollouts, length] };
  const common = {
    ...packedInputs(shape, sizes, rows),
    targets: rowIds(sizes, rows),
    tokenWeights: perToken,
  } as const;
  if (objective.kind === "supervised") return common;
  const { kl } = objective;
  return {
    ...common,
    tokenShares: perToken,
    oldLogProbs: perToken,
    advantages: perToken,
    ...(kl === null || kl.estimator === "full" ? {} : { referenceLogProbs: perToken }),
    ...(kl?.estimator === "full"
      ? { referenceAll: { shape: [rollouts, length, VOCABULARY.length] } }
      : {}),
  };
}

/** Inputs without a first axis to cut. */
interface Scalars<T> {
  readonly inverseTemperature: T; // []
  readonly klCoefficient: T | null; // []
}

/** Loss and reported sums of one micro-batch. */
function microBatch<T>(
  ops: DifferentiableOps<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  objective: Objective,
  data: Named<T>,
  size: PackedSizes,
  { inverseTemperature, klCoefficient }: Scalars<T>,
): { loss: T; sums: T; largestRatio: T } {
  const part = (name: string): T => data[name]!;
  const batch = data as unknown as GroupBatch<T> & { readonly targets: T }; // the inputs that `dataInputs` declares
  const rows = tokenLogProbs(
    ops,
    weights,
    shape,
    size,
    batch,
    inverseTemperature,
    VOCABULARY.length,
  );
  const rollouts = size.prompts * size.groupSize;
  const chosen = ops.reshape(toCells(ops, batch, rows.chosen), [rollouts, shape.responseTokens]);
  const stacked = (values: readonly T[]) =>
    ops.concat(values.map((value) => ops.reshape(value, [1])), 0);
  if (objective.kind === "supervised") {
    const loss = supervisedLoss(ops, chosen, part("tokenWeights"));
    return { loss, sums: stacked([loss]), largestRatio: ops.constant(1) };
  }
  const sizes = {
    rollouts,
    responseTokens: shape.responseTokens,
    vocabulary: VOCABULARY.length,
  };
  const { sums, loss, ratio } = policyObjective(ops, objective, {
    logProbs: chosen,
    all: toCells(ops, batch, rows.all),
    oldLogProbs: part("oldLogProbs"),
    referenceLogProbs: data.referenceLogProbs ?? null,
    referenceAll: data.referenceAll ?? null,
    klCoefficient,
    advantages: part("advantages"),
    tokenWeights: part("tokenWeights"),
    tokenShares: part("tokenShares"),
  }, sizes);
  const counted = ops.less(0, part("tokenShares"));
  return {
    loss,
    sums: stacked(policySums(objective).map((name) => sums[name]!)),
    largestRatio: ops.maximum(ops.mul(ratio, counted)),
  };
}

/**
 * The program of one optimiser step.
 *
 * Inputs: those of {@link updateInputs}; `inverseTemperature` []; `klCoefficient` [] where the penalty on KL is in the
 * loss; the data, with `referenceLogProbs` or, for the estimator `full`, `referenceAll` where there is one. Outputs:
 * those of {@link update}, `sums` (see {@link sumNames}) and `largestRatio` [].
 *
 * @param rows of each micro-batch, as `packResponses` counts them
 */
export function trainingProgram(
  shape: PolicyShape,
  objective: Objective,
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  sizes: TrainingSizes,
  rows: number,
): Program {
  const layout = { parameters: parameterCount(shape), decay: decayMask(shape) };
  const specs = dataInputs(shape, objective, sizes, rows), size = partSizes(sizes, rows);
  const hasKl = objective.kind !== "supervised" && hasKlLoss(objective);
  return program({
    ...updateInputs(layout),
    inverseTemperature: { shape: [] },
    ...(hasKl ? { klCoefficient: { shape: [] } } : {}),
    ...specs,
  }, (ops, { inverseTemperature, klCoefficient = null, ...inputs }) => {
    const scalars = { inverseTemperature, klCoefficient };
    const weights = () => weightsOf(ops, inputs.parameters, shape);
    const { parts, outputs } = update(
      ops,
      layout,
      optimizer,
      inputs,
      specs,
      sizes.microBatches,
      (part) => microBatch(ops, weights(), shape, objective, part, size, scalars),
    );
    return {
      ...outputs,
      sums: total(ops, parts.map((part) => part.sums)),
      largestRatio: parts.map((part) => part.largestRatio).reduce((a, b) => ops.max(a, b)),
    };
  });
}

/**
 * The program that only evaluates response log-probabilities: the frozen reference's, say.
 *
 * Inputs as in {@link trainingProgram} without optimiser and objective. Output `logProbs`: of the response tokens
 * [P·G, R], or of the `whole` vocabulary at each of them [P·G, R, vocabulary]; behind a response's end, numbers that
 * mean nothing.
 */
export function logProbsProgram(
  shape: PolicyShape,
  size: PackedSizes,
  { whole = false }: { readonly whole?: boolean } = {},
): Program {
  const cells = [size.prompts * size.groupSize, shape.responseTokens];
  const sizes = { ...size, microBatches: 1 };
  return program({
    parameters: { shape: [parameterCount(shape)] },
    ...packedInputs(shape, sizes, size.rows),
    targets: rowIds(sizes, size.rows),
    inverseTemperature: { shape: [] },
  }, (ops, { parameters, inverseTemperature, ...batch }) => {
    const weights = weightsOf(ops, parameters, shape), vocabulary = VOCABULARY.length;
    const rows = tokenLogProbs(ops, weights, shape, size, batch, inverseTemperature, vocabulary);
    return {
      logProbs: whole
        ? ops.reshape(toCells(ops, batch, rows.all), [...cells, vocabulary])
        : ops.reshape(toCells(ops, batch, rows.chosen), cells),
    };
  });
}
