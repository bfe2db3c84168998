/**
 * GRPO's objective, token by token and in plain numbers: what `objective_graph.ts` is checked against.
 *
 * Sources: MMR1 (arXiv 2509.21268) section 3; hiyouga/EasyR1:verl/trainer/core_algos.py.
 */
import type { GrpoConfig } from "./grpo.ts";
import type { GRPO_SUMS } from "./objective_graph.ts";

/** Bound on log-ratios before the exponential. */
const LOG_RATIO_BOUND = 20;
/** Bound on the k3 estimate of one token. */
const K3_BOUND = 10;

const bounded = (x: number, bound: number) => Math.max(-bound, Math.min(bound, x));

/** r = π/π_old = exp(log π − log π_old), with the exponent kept in ±20. */
export function importanceRatio(logProb: number, oldLogProb: number): number {
  return Math.exp(bounded(logProb - oldLogProb, LOG_RATIO_BOUND));
}

/**
 * Which bound decides a token's loss, so that no gradient flows: `high` r above 1 + clipRangeHigh with A > 0,
 * `low` r below 1 − clipRangeLow with A < 0, `dual` r above C with A < 0.
 */
export type ClipSide = "none" | "high" | "low" | "dual";

/**
 * max(−A·r, −A·clip(r, 1 − low, 1 + high)); for A < 0 at most −A·C (dual clip).
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.3, dualClip: 3 };
 * deepEqual(clippedLoss(1, 1.5, settings), { loss: -1.3, clip: "high" });
 * deepEqual(clippedLoss(-1, 0.5, settings), { loss: 0.8, clip: "low" });
 * deepEqual(clippedLoss(-1, 5, settings), { loss: 3, clip: "dual" });
 * ```
 */
export function clippedLoss(
  advantage: number,
  ratio: number,
  { clipRangeLow, clipRangeHigh, dualClip }: Pick<
    GrpoConfig,
    "clipRangeLow" | "clipRangeHigh" | "dualClip"
  >,
): { readonly loss: number; readonly clip: ClipSide } {
  const free = -advantage * ratio;
  const clipped = -advantage * Math.max(1 - clipRangeLow, Math.min(1 + clipRangeHigh, ratio));
  const loss = Math.max(free, clipped);
  if (advantage < 0 && dualClip !== null && -advantage * dualClip < loss) {
    return { loss: -advantage * dualClip, clip: "dual" };
  }
  if (clipped <= free) return { loss, clip: "none" };
  return { loss, clip: advantage < 0 ? "low" : "high" };
}

/**
 * k3 = e^d − d − 1 with d = log π_ref − log π in ±20: an estimate of KL(π ‖ π_ref) from a token of π; never
 * negative, at most 10.
 */
export function k3(logProb: number, referenceLogProb: number): number {
  const d = bounded(referenceLogProb - logProb, LOG_RATIO_BOUND);
  return bounded(Math.expm1(d) - d, K3_BOUND); // expm1: no cancellation where the policies nearly agree
}

/**
 * One number from a number per token. `token-mean`: over all tokens, so long rollouts weigh more.
 * `sequence-mean`: mean over rollouts of their token means. A rollout without tokens counts as 0 in the second.
 * Both agree where all rollouts are equally long.
 *
 * @param rollouts the tokens' values, rollout by rollout
 */
export function aggregate(
  rollouts: readonly (readonly number[])[],
  kind: GrpoConfig["aggregation"],
): number {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  switch (kind) {
    case "token-mean":
      return sum(rollouts.flat()) / Math.max(1, sum(rollouts.map(({ length }) => length)));
    case "sequence-mean":
      return sum(rollouts.map((values) => sum(values) / Math.max(1, values.length))) /
        Math.max(1, rollouts.length);
    default:
      return kind satisfies never;
  }
}

/** One rollout's response tokens and its advantage. */
export interface ScoredRollout {
  readonly advantage: number;
  readonly logProbs: ArrayLike<number>; // [tokens]
  /** Of the policy that generated. */
  readonly oldLogProbs: ArrayLike<number>; // [tokens]
  readonly referenceLogProbs: ArrayLike<number>; // [tokens]
}

/**
 * The loss of a mini-batch, policy loss + β·k3, and what is reported beside it. Losses are aggregated as the
 * settings say; everything else is a mean over tokens.
 */
export function grpoLoss(
  rollouts: readonly ScoredRollout[],
  config: GrpoConfig,
): Record<typeof GRPO_SUMS[number], number> {
  const tokens = rollouts.map(({ advantage, logProbs, oldLogProbs, referenceLogProbs }) =>
    Array.from(logProbs, (logProb, t) => {
      const ratio = importanceRatio(logProb, oldLogProbs[t]!);
      return {
        ...clippedLoss(advantage, ratio, config),
        ratio,
        klReference: k3(logProb, referenceLogProbs[t]!),
        klOld: oldLogProbs[t]! - logProb,
      };
    })
  );
  type Token = typeof tokens[number][number];
  const mean = (value: (token: Token) => number, kind: GrpoConfig["aggregation"] = "token-mean") =>
    aggregate(tokens.map((rollout) => rollout.map(value)), kind);
  const share = (side: ClipSide) => mean(({ clip }) => Number(clip === side));
  const policyLoss = mean(({ loss }) => loss, config.aggregation);
  const kl = mean(({ klReference }) => klReference, config.aggregation);
  return {
    loss: policyLoss + config.klCoefficient * kl,
    policyLoss,
    clipFractionHigh: share("high"),
    clipFractionLow: share("low"),
    dualClipFraction: share("dual"),
    klReference: mean(({ klReference }) => klReference),
    klOld: mean(({ klOld }) => klOld),
    ratioMean: mean(({ ratio }) => ratio),
    ratioSquareMean: mean(({ ratio }) => ratio ** 2),
  };
}
