/** The critic's graphs: values of responses, and one optimiser update of them. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import type { CriticConfig } from "../algorithm/advantage/advantage.ts";
import { VALUE_SUMS, valueLossGraph } from "../algorithm/value_loss.ts";
import {
  criticDecayMask,
  criticParameterCount,
  criticWeights,
  responseValues,
} from "../policy/critic.ts";
import type { PolicyShape } from "../policy/parameters.ts";
import { Graph, type Tensor } from "../tensor/graph.ts";
import { responseInputs } from "./prompt_tensors.ts";
import type { TrainingSizes } from "./training_graph.ts";
import { updateGraph } from "./update_graph.ts";

/**
 * The graph that only evaluates.
 *
 * Inputs: `parameters` [parameters of the critic], `patches` [P, …], `question` [P, …], `inputs` [P·G, R]
 * (response ids shifted right by one). Output: `values` [P·G, R].
 */
export function valuesGraph(shape: PolicyShape, prompts: number, groupSize: number): Graph {
  const graph = new Graph();
  graph.withoutGradient(() => {
    const parameters = graph.input("parameters", [criticParameterCount(shape)]);
    const values = responseValues(graph, criticWeights(graph, parameters, shape), shape, {
      ...responseInputs(graph, shape, prompts, groupSize),
      prompts,
      groupSize,
    });
    graph.output("values", values);
  });
  return graph;
}

/**
 * The graph of one optimiser update of the critic.
 *
 * Inputs: those of {@link valuesGraph} and {@link updateGraph}; `oldValues`, `returns` and `tokenShares`
 * (1/(tokens in the mini-batch), 0 behind a response's end), each [P·G, R]. Outputs: those of
 * {@link updateGraph}, `sums` (see {@link VALUE_SUMS}) and `values` [P·G, R] before the update.
 */
export function criticTrainingGraph(
  shape: PolicyShape,
  bound: CriticConfig["valueClip"],
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  { prompts, groupSize, microBatches }: TrainingSizes,
): Graph {
  if (prompts % microBatches !== 0) {
    throw new RangeError(`Cannot cut ${prompts} prompts into ${microBatches} equal micro-batches`);
  }
  const graph = new Graph();
  const cells = [prompts * groupSize, shape.responseTokens];
  const data = {
    ...responseInputs(graph, shape, prompts, groupSize),
    oldValues: graph.input("oldValues", cells),
    returns: graph.input("returns", cells),
    tokenShares: graph.input("tokenShares", cells),
  };
  const layout = { parameters: criticParameterCount(shape), decay: criticDecayMask(shape) };
  const parts = updateGraph(graph, layout, optimizer, data, microBatches, (parameters, part) => {
    const { patches, question, inputs, ...targets } = part as typeof data;
    const values = responseValues(graph, criticWeights(graph, parameters, shape), shape, {
      patches,
      question,
      inputs,
      prompts: prompts / microBatches,
      groupSize,
    });
    const sums = valueLossGraph(graph, bound, { values, ...targets });
    return { loss: sums.valueLoss, sums, values };
  });
  graph.withoutGradient(() => {
    const total = (name: typeof VALUE_SUMS[number]) =>
      parts.map(({ sums }) => sums[name]).reduce((a, b) => graph.add(a, b));
    const stacked = VALUE_SUMS.map((name) => graph.reshape(total(name), [1]));
    graph.output("sums", graph.concat(stacked, 0));
    graph.output("values", join(graph, parts.map(({ values }) => values)));
  });
  return graph;
}

function join(graph: Graph, parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0]! : graph.concat(parts, 0);
}
