/**
 * What a critic minimises, in plain numbers and as a graph, and how well it explains the returns.
 *
 * Sources: PPO (arXiv 1707.06347) equation 9, the squared-error term; its bound on how far values move is of
 * openai/baselines:baselines/ppo2/model.py, in verl-project/verl:verl/trainer/ppo/core_algos.py and
 * hiyouga/EasyR1:verl/trainer/core_algos.py as `compute_value_loss`.
 */
import { mean, variance } from "../core/statistics.ts";
import type { Ops } from "../tensor/ops.ts";
import type { CriticConfig } from "./advantage/advantage.ts";

type Bound = CriticConfig["valueClip"];

/**
 * One token's loss: ½·max((V − G)², (clip(V, V_old ± c) − G)²); with c null ½·(V − G)².
 *
 * The value earns nothing by moving past V_old ± c towards G: there the loss is flat. Moving away from G always
 * costs.
 *
 * @returns the loss, and whether the bound decides it
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(tokenValueLoss({ value: 0.75, oldValue: 0, target: 1 }, 0.5), { loss: 0.125, clipped: true });
 * deepEqual(tokenValueLoss({ value: 0.5, oldValue: 0, target: 1 }, 0.5), { loss: 0.125, clipped: false });
 * deepEqual(tokenValueLoss({ value: 0.5, oldValue: 0, target: 1 }, null), { loss: 0.125, clipped: false });
 * ```
 */
export function tokenValueLoss(
  { value, oldValue, target }: {
    readonly value: number;
    /** At rollout time. */
    readonly oldValue: number;
    /** G: the return. */
    readonly target: number;
  },
  bound: Bound,
): { readonly loss: number; readonly clipped: boolean } {
  const free = (value - target) ** 2;
  if (bound === null) return { loss: free / 2, clipped: false };
  const near = Math.max(oldValue - bound, Math.min(oldValue + bound, value));
  const held = (near - target) ** 2;
  return { loss: Math.max(free, held) / 2, clipped: free < held };
}

/** The means of {@link tokenValueLoss} over tokens: the loss and the share of tokens the bound decides. */
export function valueLoss(
  tokens: readonly Parameters<typeof tokenValueLoss>[0][],
  bound: Bound,
): Record<typeof VALUE_SUMS[number], number> {
  const losses = tokens.map((token) => tokenValueLoss(token, bound));
  return {
    valueLoss: mean(losses.map(({ loss }) => loss)),
    valueClipFraction: mean(losses.map(({ clipped }) => Number(clipped))),
  };
}

/** What {@link valueLossGraph} reads; all [rollouts, tokens]. */
export interface ValueLossInputs<T> {
  readonly values: T;
  readonly oldValues: T;
  readonly returns: T;
  /** Each token's weight: 1/(tokens in the mini-batch), 0 behind a response's end. */
  readonly tokenShares: T;
}

/** Sums that {@link valueLossGraph} reports, in this order. They add up over micro-batches. */
export const VALUE_SUMS = ["valueLoss", "valueClipFraction"] as const;

/** {@link valueLoss} for any tensor runtime. */
export function valueLossGraph<T>(
  ops: Ops<T>,
  bound: Bound,
  { values, oldValues, returns, tokenShares }: ValueLossInputs<T>,
): Record<typeof VALUE_SUMS[number], T> {
  const share = (x: T) => ops.sum(ops.mul(x, tokenShares));
  const squaredError = (x: T) => {
    const error = ops.sub(x, returns);
    return ops.mul(error, error);
  };
  const free = squaredError(values);
  if (bound === null) {
    return { valueLoss: ops.mul(share(free), 0.5), valueClipFraction: ops.constant(0) };
  }
  // Not V_old + clip(V − V_old): rounding would part it from V where nothing is held back.
  const atMost = ops.min(values, ops.add(oldValues, bound));
  const held = squaredError(ops.max(atMost, ops.sub(oldValues, bound)));
  return {
    valueLoss: ops.mul(share(ops.max(free, held)), 0.5),
    valueClipFraction: share(ops.less(free, held)),
  };
}

/**
 * Explained variance of returns, 1 − Var(G − V)/Var(G): 1 where values are right up to a constant, 0 where they
 * say as much as a constant would, negative where they say less; null where all returns are equal.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(explainedVariance([0.25, 0.75], [0, 1]), 0.75);
 * equal(explainedVariance([0.25, 0.75], [1, 1]), null);
 * ```
 */
export function explainedVariance(
  values: readonly number[],
  returns: readonly number[],
): number | null {
  if (returns.every((target) => target === returns[0])) return null;
  return 1 - variance(returns.map((target, i) => target - values[i]!)) / variance(returns);
}
