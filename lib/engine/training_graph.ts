/** One optimiser step as one graph: forward, backward over micro-batches, clipping, AdamW. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import type { AlgorithmConfig } from "../algorithm/algorithm.ts";
import {
  hasKlLoss,
  type LossConfig,
  policyObjective,
  policySums,
} from "../algorithm/policy_objective.ts";
import { supervisedLoss } from "../algorithm/supervised.ts";
import { tokenLogProbs } from "../policy/forward.ts";
import {
  decayMask,
  parameterCount,
  type PolicyShape,
  type Weights,
  weightsOf,
} from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { Graph, type Tensor } from "../tensor/graph.ts";
import { responseInputs } from "./prompt_tensors.ts";
import { updateGraph } from "./update_graph.ts";

/** What is optimised. */
export type Objective =
  | { readonly kind: "supervised" }
  | Pick<AlgorithmConfig, "kind" | keyof LossConfig>;

/** Sizes of one optimiser step. */
export interface TrainingSizes {
  readonly prompts: number;
  readonly groupSize: number;
  /** The step's prompts are computed in this many parts, one after the other, to bound memory. */
  readonly microBatches: number;
}

/** Names of the sums in the output `sums`, in order. */
export function sumNames(objective: Objective): readonly string[] {
  return objective.kind === "supervised" ? ["loss"] : policySums(objective);
}

/** Data inputs of a step and their shapes; the first axis is cut into micro-batches. */
function dataInputs(graph: Graph, shape: PolicyShape, objective: Objective, sizes: TrainingSizes) {
  const { prompts, groupSize } = sizes;
  const rollouts = prompts * groupSize, length = shape.responseTokens;
  const perToken = (name: string) => ({ [name]: graph.input(name, [rollouts, length]) });
  const common: Readonly<Record<string, Tensor>> = {
    ...responseInputs(graph, shape, prompts, groupSize),
    targets: graph.input("targets", [rollouts, length], "int32"),
    ...perToken("tokenWeights"),
  };
  if (objective.kind === "supervised") return common;
  const { kl } = objective;
  return {
    ...common,
    ...perToken("tokenShares"),
    ...perToken("oldLogProbs"),
    ...perToken("advantages"),
    ...(kl === null || kl.estimator === "full" ? {} : perToken("referenceLogProbs")),
    ...(kl?.estimator === "full"
      ? { referenceAll: graph.input("referenceAll", [rollouts, length, VOCABULARY.length]) }
      : {}),
  };
}

/** Inputs without a first axis to cut. */
interface Scalars {
  readonly inverseTemperature: Tensor; // []
  readonly klCoefficient: Tensor | null; // []
}

/** Loss and reported sums of one micro-batch. */
function microBatch(
  graph: Graph,
  weights: Weights<Tensor>,
  shape: PolicyShape,
  objective: Objective,
  data: Readonly<Record<string, Tensor>>,
  { prompts, groupSize }: { prompts: number; groupSize: number },
  { inverseTemperature, klCoefficient }: Scalars,
): { loss: Tensor; sums: Tensor; largestRatio: Tensor } {
  const part = (name: string): Tensor => data[name]!;
  const { chosen, all } = tokenLogProbs(
    graph,
    weights,
    shape,
    {
      patches: part("patches"),
      question: part("question"),
      inputs: part("inputs"),
      targets: part("targets"),
      prompts,
      groupSize,
    },
    inverseTemperature,
    VOCABULARY.length,
  );
  const stacked = (values: readonly Tensor[]) =>
    graph.withoutGradient(() => graph.concat(values.map((value) => graph.reshape(value, [1])), 0));
  if (objective.kind === "supervised") {
    const loss = supervisedLoss(graph, chosen, part("tokenWeights"));
    return { loss, sums: stacked([loss]), largestRatio: graph.constant(1) };
  }
  const sizes = {
    rollouts: prompts * groupSize,
    responseTokens: shape.responseTokens,
    vocabulary: VOCABULARY.length,
  };
  const { sums, loss, ratio } = policyObjective(graph, objective, {
    logProbs: chosen,
    all,
    oldLogProbs: part("oldLogProbs"),
    referenceLogProbs: data.referenceLogProbs ?? null,
    referenceAll: data.referenceAll ?? null,
    klCoefficient,
    advantages: part("advantages"),
    tokenWeights: part("tokenWeights"),
    tokenShares: part("tokenShares"),
  }, sizes);
  return graph.withoutGradient(() => {
    const counted = graph.less(0, part("tokenShares"));
    return {
      loss,
      sums: stacked(policySums(objective).map((name) => sums[name]!)),
      largestRatio: graph.maximum(graph.mul(ratio, counted)),
    };
  });
}

/**
 * The graph of one optimiser step.
 *
 * Inputs: those of {@link updateGraph}; `inverseTemperature` []; `klCoefficient` [] where the penalty on KL is in the
 * loss; the data, with `referenceLogProbs` or, for the estimator `full`, `referenceAll` where there is one. Outputs:
 * those of {@link updateGraph}, `sums` (see {@link sumNames}) and `largestRatio` [].
 */
export function trainingGraph(
  shape: PolicyShape,
  objective: Objective,
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  sizes: TrainingSizes,
): Graph {
  const { prompts, groupSize, microBatches } = sizes;
  if (prompts % microBatches !== 0) {
    throw new RangeError(`Cannot cut ${prompts} prompts into ${microBatches} equal micro-batches`);
  }
  const graph = new Graph();
  const scalars = {
    inverseTemperature: graph.input("inverseTemperature", []),
    klCoefficient: objective.kind !== "supervised" && hasKlLoss(objective)
      ? graph.input("klCoefficient", [])
      : null,
  };
  const layout = { parameters: parameterCount(shape), decay: decayMask(shape) };
  const data = dataInputs(graph, shape, objective, sizes);
  const size = { prompts: prompts / microBatches, groupSize };
  const parts = updateGraph(
    graph,
    layout,
    optimizer,
    data,
    microBatches,
    (parameters, part) =>
      microBatch(graph, weightsOf(graph, parameters, shape), shape, objective, part, size, scalars),
  );
  graph.withoutGradient(() => {
    const sums = parts.map((part) => part.sums).reduce((a, b) => graph.add(a, b));
    const ratios = parts.map((part) => part.largestRatio);
    graph.output("sums", sums);
    graph.output("largestRatio", ratios.reduce((a, b) => graph.max(a, b)));
  });
  return graph;
}

/**
 * The graph that only evaluates response log-probabilities: the frozen reference's, say.
 *
 * Inputs as in {@link trainingGraph} without optimiser and objective. Output `logProbs`: of the response tokens
 * [P·G, R], or of the `whole` vocabulary at each of them [P·G, R, vocabulary].
 */
export function logProbsGraph(
  shape: PolicyShape,
  prompts: number,
  groupSize: number,
  { whole = false }: { readonly whole?: boolean } = {},
): Graph {
  const graph = new Graph();
  graph.withoutGradient(() => {
    const weights = weightsOf(graph, graph.input("parameters", [parameterCount(shape)]), shape);
    const rollouts = prompts * groupSize, length = shape.responseTokens;
    const { chosen, all } = tokenLogProbs(
      graph,
      weights,
      shape,
      {
        ...responseInputs(graph, shape, prompts, groupSize),
        targets: graph.input("targets", [rollouts, length], "int32"),
        prompts,
        groupSize,
      },
      graph.input("inverseTemperature", []),
      VOCABULARY.length,
    );
    graph.output(
      "logProbs",
      whole ? graph.reshape(all, [rollouts, length, VOCABULARY.length]) : chosen,
    );
  });
  return graph;
}
