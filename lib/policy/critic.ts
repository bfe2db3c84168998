/**
 * The critic of PPO: the policy's transformer with a head of one number in place of the vocabulary's.
 *
 * It starts as the policy it judges, with a head of zeros: every value is 0 at first, and what the policy has
 * learnt to see is there to be used. From then on the two share nothing.
 */
import type { Ops } from "../tensor/ops.ts";
import { groupActivations, type GroupBatch, toCells } from "./group_forward.ts";
import type { PackedSizes } from "./packed_rows.ts";
import {
  cutWeights,
  layoutDecay,
  layoutSize,
  type ParameterSpec,
  parameterSpecs,
  type PolicyShape,
  type Weights,
} from "./parameters.ts";

/** Name of the policy's matrix that the critic lacks, and of the critic's that stands in its place. */
const POLICY_HEAD = "head", VALUE_HEAD = "valueHead";

/** The layout, in order: the policy's without its head, then the value head [width, 1]. */
export function criticSpecs(shape: PolicyShape): readonly ParameterSpec[] {
  return [
    ...parameterSpecs(shape).filter(({ name }) => name !== POLICY_HEAD),
    { name: VALUE_HEAD, shape: [shape.width, 1], deviation: 0, decays: true },
  ];
}

/** Number of a critic's parameters. */
export function criticParameterCount(shape: PolicyShape): number {
  return layoutSize(criticSpecs(shape));
}

/** 1 where weight decay applies, else 0. // [parameters of the critic] */
export function criticDecayMask(shape: PolicyShape): Float32Array {
  return layoutDecay(criticSpecs(shape));
}

/** The parameters a critic starts from: the policy's, by name, and a head of zeros. */
export function criticFromPolicy(policy: Float32Array, shape: PolicyShape): Float32Array {
  const specs = parameterSpecs(shape);
  if (policy.length !== layoutSize(specs)) {
    throw new RangeError(
      `Cannot start a critic: expected ${layoutSize(specs)} parameters, got ${policy.length}`,
    );
  }
  const critic = new Float32Array(criticParameterCount(shape));
  let from = 0, to = 0;
  for (const spec of specs) {
    const size = layoutSize([spec]);
    if (spec.name !== POLICY_HEAD) {
      critic.set(policy.subarray(from, from + size), to);
      to += size;
    }
    from += size;
  }
  return critic;
}

/** Cuts a critic's flat vector into its matrices. */
export function criticWeights<T>(ops: Ops<T>, flat: T, shape: PolicyShape): Weights<T> {
  return cutWeights(ops, flat, criticSpecs(shape));
}

/**
 * Values of the states in which response tokens are chosen, [P·G, R]; behind a response's end, numbers that mean
 * nothing.
 *
 * The value at t is of the state before token t: it sees the prompt and tokens before t, as the policy does
 * when it chooses token t.
 */
export function responseValues<T>(
  ops: Ops<T>,
  weights: Weights<T>,
  shape: PolicyShape,
  sizes: PackedSizes,
  batch: GroupBatch<T>,
): T {
  const activations = groupActivations(ops, weights, shape, sizes, batch);
  const values = ops.matMul(activations, weights.get(VALUE_HEAD)); // [N, 1]
  const cells = [sizes.prompts * sizes.groupSize, shape.responseTokens];
  return ops.reshape(toCells(ops, batch, values), cells);
}
