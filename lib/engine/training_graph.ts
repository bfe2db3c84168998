/** One optimiser step as one graph: forward, backward over micro-batches, clipping, AdamW. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import { adamwUpdate } from "../algorithm/adamw_graph.ts";
import type { AlgorithmConfig } from "../algorithm/algorithm.ts";
import {
  hasKlLoss,
  type LossConfig,
  policyObjective,
  policySums,
} from "../algorithm/policy_objective.ts";
import { supervisedLoss } from "../algorithm/supervised.ts";
import { QUESTION_TOKENS } from "../dataset/prompt.ts";
import { tokenLogProbs } from "../policy/forward.ts";
import {
  decayMask,
  IMAGE_PATCHES,
  parameterCount,
  PATCH_PIXELS,
  type PolicyShape,
  type Weights,
  weightsOf,
} from "../policy/parameters.ts";
import { VOCABULARY } from "../policy/tokenizer.ts";
import { Graph, type Tensor } from "../tensor/graph.ts";

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
    patches: graph.input("patches", [prompts, IMAGE_PATCHES, PATCH_PIXELS]),
    question: graph.input("question", [prompts, QUESTION_TOKENS], "int32"),
    inputs: graph.input("inputs", [rollouts, length], "int32"),
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
 * Inputs: the state `parameters`, `firstMoment`, `secondMoment`, each [parameters]; `schedule` [3] (learning
 * rate, 1/(1−β₁ᵗ), 1/(1−β₂ᵗ)); `inverseTemperature` []; `klCoefficient` [] where the penalty on KL is in the loss;
 * the data, with `referenceLogProbs` or, for the estimator `full`, `referenceAll` where there is one. Outputs: the new state under `next.*`,
 * `sums` (see {@link sumNames}), `largestRatio` [], `norm` [] (gradient norm before clipping).
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
  const count = parameterCount(shape);
  const parameters = graph.input("parameters", [count]);
  const firstMoment = graph.input("firstMoment", [count]);
  const secondMoment = graph.input("secondMoment", [count]);
  const schedule = graph.input("schedule", [3]);
  const scalars = {
    inverseTemperature: graph.input("inverseTemperature", []),
    klCoefficient: objective.kind !== "supervised" && hasKlLoss(objective)
      ? graph.input("klCoefficient", [])
      : null,
  };
  const data = Object.entries(dataInputs(graph, shape, objective, sizes));
  const parts = graph.withoutGradient(() =>
    data.map(([name, tensor]) => {
      const size = tensor.shape[0]! / microBatches;
      const pieces = microBatches === 1
        ? [tensor]
        : graph.split(tensor, Array(microBatches).fill(size), 0);
      return [name, pieces] as const;
    })
  );

  let gradient: Tensor | null = null,
    sums: Tensor | null = null,
    largestRatio: Tensor | null = null;
  for (let k = 0; k < microBatches; k++) {
    const weights = weightsOf(graph, parameters, shape);
    const piece = Object.fromEntries(parts.map(([name, pieces]) => [name, pieces[k]!]));
    const size = { prompts: prompts / microBatches, groupSize };
    const micro = microBatch(graph, weights, shape, objective, piece, size, scalars);
    const [part] = graph.gradient(micro.loss, [parameters]) as [Tensor];
    graph.withoutGradient(() => {
      gradient = gradient === null ? part : graph.add(gradient, part);
      sums = sums === null ? micro.sums : graph.add(sums, micro.sums);
      largestRatio = largestRatio === null
        ? micro.largestRatio
        : graph.max(largestRatio, micro.largestRatio);
    });
  }
  graph.withoutGradient(() => {
    const rates = graph.split(schedule, [1, 1, 1], 0) as [Tensor, Tensor, Tensor];
    const decay = graph.constant(decayMask(shape), [count]);
    const state = { parameters, firstMoment, secondMoment };
    const next = adamwUpdate(graph, optimizer, state, gradient!, decay, rates);
    graph.output("next.parameters", next.parameters);
    graph.output("next.firstMoment", next.firstMoment);
    graph.output("next.secondMoment", next.secondMoment);
    graph.output("norm", next.norm);
    graph.output("sums", sums!);
    graph.output("largestRatio", largestRatio!);
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
        patches: graph.input("patches", [prompts, IMAGE_PATCHES, PATCH_PIXELS]),
        question: graph.input("question", [prompts, QUESTION_TOKENS], "int32"),
        inputs: graph.input("inputs", [rollouts, length], "int32"),
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
