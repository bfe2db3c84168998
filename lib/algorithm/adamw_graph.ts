/** AdamW with global-norm clipping on flat vectors, for any tensor runtime. */
import type { Ops } from "../tensor/ops.ts";
import type { AdamWConfig } from "./adamw.ts";

/** Guards the divisions by the gradient norm and by the root of the second moment. */
const EPSILON = 1e-8;

/** Flat vectors that one update reads and replaces. */
export interface OptimizerState<T> {
  readonly parameters: T; // [parameters]
  readonly firstMoment: T; // [parameters]
  readonly secondMoment: T; // [parameters]
}

/**
 * One update: g ← g·min(1, maxNorm/‖g‖); m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²;
 * θ ← θ − lr·(m̂/(√v̂ + ε) + λ·θ), the decay only where `decay` is 1.
 *
 * @param schedule three scalars [1]: the learning rate and the bias corrections 1/(1−β₁ᵗ), 1/(1−β₂ᵗ)
 * @returns the new state and the gradient's L2 norm before clipping
 */
export function adamwUpdate<T>(
  ops: Ops<T>,
  config: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  { parameters, firstMoment, secondMoment }: OptimizerState<T>,
  gradient: T,
  decay: T,
  schedule: readonly [T, T, T],
): OptimizerState<T> & { norm: T } {
  const { beta1, beta2, weightDecay, maxGradNorm } = config;
  const [learningRate, correction1, correction2] = schedule;
  const norm = ops.sqrt(ops.squaredNorm(gradient));
  const scale = ops.min(1, ops.div(maxGradNorm, ops.add(norm, EPSILON)));
  const g = ops.mul(gradient, scale);
  const m = ops.add(ops.mul(firstMoment, beta1), ops.mul(g, 1 - beta1));
  const v = ops.add(ops.mul(secondMoment, beta2), ops.mul(ops.mul(g, g), 1 - beta2));
  const step = ops.div(
    ops.mul(m, correction1),
    ops.add(ops.sqrt(ops.mul(v, correction2)), EPSILON),
  );
  const decayed = ops.mul(ops.mul(decay, weightDecay), parameters);
  const next = ops.sub(parameters, ops.mul(ops.add(step, decayed), learningRate));
  return { parameters: next, firstMoment: m, secondMoment: v, norm };
}
