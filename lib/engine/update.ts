/** What programs that train have in common: backward over micro-batches, clipping, AdamW. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import { adamwUpdate } from "../algorithm/adamw_graph.ts";
import type { DifferentiableOps } from "../tensor/ops.ts";
import type { Named, TensorSpec } from "../tensor/program.ts";

/** A flat parameter vector that is trained, by size and decay. */
export interface TrainedLayout {
  readonly parameters: number;
  /** 1 where weight decay applies, else 0. */
  readonly decay: Float32Array; // [parameters]
}

/** Names of a training program's state: inputs as they are, outputs under `next.`. */
export const STATE_NAMES = ["parameters", "firstMoment", "secondMoment"] as const;
/** Names of the state's outputs. */
export const NEXT_NAMES = STATE_NAMES.map((name) => `next.${name}` as const);

/** The state, and `schedule`: learning rate, 1/(1−β₁ᵗ), 1/(1−β₂ᵗ). */
export function updateInputs({ parameters }: TrainedLayout) {
  const vector = { shape: [parameters] };
  return {
    parameters: vector,
    firstMoment: vector,
    secondMoment: vector,
    schedule: { shape: [3] },
  };
}

/** One optimiser update as it is built. */
export interface Update<M, T> {
  /** What the micro-batches gave besides their losses. */
  readonly parts: readonly M[];
  /** `next.*`, the new state, and `norm` [], the gradient's norm before clipping. */
  readonly outputs: Named<T>;
}

/**
 * One optimiser update: the gradient of the sum of the micro-batches' losses, clipping, AdamW.
 *
 * @param inputs those that {@link updateInputs} declares, and the data
 * @param specs of the data, whose first axis is cut into micro-batches
 * @param microBatch builds the loss of one part
 */
export function update<T, M extends { readonly loss: T }>(
  ops: DifferentiableOps<T>,
  layout: TrainedLayout,
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  inputs: Named<T> & Readonly<Record<typeof STATE_NAMES[number] | "schedule", T>>,
  specs: Named<TensorSpec>,
  microBatches: number,
  microBatch: (part: Named<T>) => M,
): Update<M, T> {
  const { parameters, firstMoment, secondMoment, schedule } = inputs;
  const pieces = Object.entries(specs).map(([name, spec]) =>
    [name, cut(ops, inputs[name]!, spec, microBatches)] as const
  );
  const parts: M[] = [];
  let gradient: T | null = null;
  for (let k = 0; k < microBatches; k++) {
    const part = Object.fromEntries(pieces.map(([name, tensors]) => [name, tensors[k]!]));
    const built = ops.differentiate([parameters], () => microBatch(part));
    const own = built.gradients[0]!;
    gradient = gradient === null ? own : ops.add(gradient, own);
    parts.push(built);
  }
  const scalars = ops.split(schedule, [1, 1, 1], 0) as [T, T, T];
  const decay = ops.constant(layout.decay, [layout.parameters]);
  const state = { parameters, firstMoment, secondMoment };
  const next = adamwUpdate(ops, optimizer, state, gradient!, decay, scalars);
  return {
    parts,
    outputs: {
      ...Object.fromEntries(STATE_NAMES.map((name) => [`next.${name}`, next[name]])),
      norm: next.norm,
    },
  };
}

function cut<T>(
  ops: DifferentiableOps<T>,
  tensor: T,
  { shape }: TensorSpec,
  parts: number,
): readonly T[] {
  return parts === 1 ? [tensor] : ops.split(tensor, Array(parts).fill(shape[0]! / parts), 0);
}

/** The sum of one scalar or vector over micro-batches. */
export function total<T>(ops: DifferentiableOps<T>, parts: readonly T[]): T {
  return parts.reduce((a, b) => ops.add(a, b));
}
