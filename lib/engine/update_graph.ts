/** What graphs that train have in common: backward over micro-batches, clipping, AdamW. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import { adamwUpdate } from "../algorithm/adamw_graph.ts";
import type { Graph, Tensor } from "../tensor/graph.ts";

/** A flat parameter vector that is trained, by size and decay. */
export interface TrainedLayout {
  readonly parameters: number;
  /** 1 where weight decay applies, else 0. */
  readonly decay: Float32Array; // [parameters]
}

/** Names of a training graph's state: inputs as they are, outputs under `next.`. */
export const STATE_NAMES = ["parameters", "firstMoment", "secondMoment"] as const;

/**
 * Completes `graph` to one optimiser update.
 *
 * Declares the inputs `parameters`, `firstMoment`, `secondMoment`, each [parameters], and `schedule` [3]
 * (learning rate, 1/(1−β₁ᵗ), 1/(1−β₂ᵗ)), and the outputs `next.*` (the new state) and `norm` [] (gradient norm
 * before clipping).
 *
 * @param data inputs whose first axis is cut into micro-batches
 * @param microBatch builds the loss of one part; losses add up to the update's
 * @returns what `microBatch` returned, part by part, for its caller to combine
 */
export function updateGraph<M extends { readonly loss: Tensor }>(
  graph: Graph,
  layout: TrainedLayout,
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  data: Readonly<Record<string, Tensor>>,
  microBatches: number,
  microBatch: (parameters: Tensor, part: Readonly<Record<string, Tensor>>) => M,
): M[] {
  const [parameters, firstMoment, secondMoment] = STATE_NAMES.map((name) =>
    graph.input(name, [layout.parameters])
  ) as [Tensor, Tensor, Tensor];
  const schedule = graph.input("schedule", [3]);
  const pieces = graph.withoutGradient(() =>
    Object.entries(data).map(([name, tensor]) => [name, cut(graph, tensor, microBatches)] as const)
  );
  const parts: M[] = [];
  let gradient: Tensor | null = null;
  for (let k = 0; k < microBatches; k++) {
    const part = Object.fromEntries(pieces.map(([name, tensors]) => [name, tensors[k]!]));
    const built = microBatch(parameters, part);
    const [own] = graph.gradient(built.loss, [parameters]) as [Tensor];
    gradient = gradient === null ? own : graph.withoutGradient(() => graph.add(gradient!, own));
    parts.push(built);
  }
  graph.withoutGradient(() => {
    const scalars = graph.split(schedule, [1, 1, 1], 0) as [Tensor, Tensor, Tensor];
    const decay = graph.constant(layout.decay, [layout.parameters]);
    const state = { parameters, firstMoment, secondMoment };
    const next = adamwUpdate(graph, optimizer, state, gradient!, decay, scalars);
    for (const name of STATE_NAMES) graph.output(`next.${name}`, next[name]);
    graph.output("norm", next.norm);
  });
  return parts;
}

function cut(graph: Graph, tensor: Tensor, parts: number): Tensor[] {
  if (parts === 1) return [tensor];
  return graph.split(tensor, Array(parts).fill(tensor.shape[0]! / parts), 0);
}
