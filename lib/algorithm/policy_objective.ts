/** The policy's loss with its penalties as a graph, for any tensor runtime. Checked against `policy_loss.ts`. */
import type { Ops } from "../tensor/ops.ts";
import type { AlgorithmConfig } from "./algorithm.ts";
import { klGraph } from "./kl_graph.ts";
import { tokenLossGraph } from "./objective/objective.ts";
import { importanceRatioGraph } from "./objective/token_loss.ts";

/** What of an algorithm its loss depends on. */
export type LossConfig = Pick<
  AlgorithmConfig,
  "objective" | "aggregation" | "kl" | "entropyCoefficient"
>;

/** Sizes of a batch of responses. */
export interface ResponseSizes {
  readonly rollouts: number;
  readonly responseTokens: number;
  readonly vocabulary: number;
}

/** What the loss reads; all [rollouts, R] unless said. */
export interface PolicyInputs<T> {
  readonly logProbs: T;
  /** Log-probabilities of the whole vocabulary, [rollouts·R, vocabulary]. */
  readonly all: T;
  /** Of the policy that generated. */
  readonly oldLogProbs: T;
  /** Null without a penalty on KL, and for its estimator `full`. */
  readonly referenceLogProbs: T | null;
  /** Only for the estimator `full`; [rollouts, R, vocabulary]. */
  readonly referenceAll: T | null;
  /** β, []; null unless the penalty is in the loss. */
  readonly klCoefficient: T | null;
  readonly advantages: T;
  /** Each token's weight in the loss. Decides the aggregation. */
  readonly tokenWeights: T;
  /** Each token's share in metrics: 1/(tokens in the mini-batch), else 0. */
  readonly tokenShares: T;
}

/** Names of the sums that {@link policyObjective} reports, in this order. They add up over micro-batches. */
export type PolicySum =
  | "loss"
  | "policyLoss"
  | "clipFractionHigh"
  | "clipFractionLow"
  | "dualClipFraction"
  | "klReference"
  | "klOld"
  | "ratioMean"
  | "ratioSquareMean"
  | "entropy";

/** The sums an algorithm reports: `klReference` only where a reference is evaluated. */
export function policySums({ kl }: Pick<LossConfig, "kl">): readonly PolicySum[] {
  return [
    "loss",
    "policyLoss",
    "clipFractionHigh",
    "clipFractionLow",
    "dualClipFraction",
    ...(kl === null ? [] : ["klReference"] as const),
    "klOld",
    "ratioMean",
    "ratioSquareMean",
    "entropy",
  ];
}

/** Whether the penalty on KL is a term of the loss. */
export function hasKlLoss({ kl }: Pick<LossConfig, "kl">): boolean {
  return kl?.place === "loss";
}

/**
 * Σ w·L + β·Σ w·KL − c·(mean entropy), with L the objective's loss of a token, w its weight; KL where the penalty is
 * in the loss, entropy where its coefficient c is not 0. Shares and means are over tokens, and the ratio is the
 * token's, whatever the objective clips.
 *
 * @returns the sums of {@link policySums} and every token's `ratio` [rollouts, R]
 */
export function policyObjective<T>(
  ops: Ops<T>,
  config: LossConfig,
  inputs: PolicyInputs<T>,
  sizes: ResponseSizes,
): { readonly sums: Readonly<Partial<Record<PolicySum, T>>>; readonly loss: T; readonly ratio: T } {
  const { logProbs, all, oldLogProbs, advantages, tokenWeights, tokenShares } = inputs;
  const ratio = importanceRatioGraph(ops, logProbs, oldLogProbs);
  const terms = tokenLossGraph(
    ops,
    { logProbs, oldLogProbs, ratio, advantages, tokenShares },
    config.objective,
  );
  const weighted = (x: T) => ops.sum(ops.mul(x, tokenWeights));
  const share = (x: T) => ops.sum(ops.mul(x, tokenShares));
  const kl = config.kl === null ? null : klGraph(ops, config.kl.estimator, inputs, sizes);
  const entropy = meanEntropy(
    ops,
    all,
    ops.reshape(tokenShares, [sizes.rollouts * sizes.responseTokens]),
  );
  const policyLoss = weighted(terms.loss);
  let loss = policyLoss;
  if (kl !== null && hasKlLoss(config)) {
    if (inputs.klCoefficient === null) {
      throw new TypeError("klCoefficient: expected a tensor, got null");
    }
    loss = ops.add(loss, ops.mul(weighted(kl), inputs.klCoefficient));
  }
  if (config.entropyCoefficient !== 0) {
    loss = ops.sub(loss, ops.mul(entropy, config.entropyCoefficient));
  }
  const sums = {
    loss,
    policyLoss,
    clipFractionHigh: share(terms.high),
    clipFractionLow: share(terms.low),
    dualClipFraction: share(terms.dual),
    ...(kl === null ? {} : { klReference: share(kl) }),
    klOld: share(ops.sub(oldLogProbs, logProbs)),
    ratioMean: share(ratio),
    ratioSquareMean: share(ops.mul(ratio, ratio)),
    entropy,
  };
  return { sums, loss, ratio };
}

/**
 * Mean entropy of the token distribution, −Σ_v π log π, in nats.
 *
 * @param all log-probabilities [rollouts·tokens, vocabulary]
 * @param tokenShares [rollouts·tokens]
 */
function meanEntropy<T>(ops: Ops<T>, all: T, tokenShares: T): T {
  const entropy = ops.neg(ops.sum(ops.mul(ops.exp(all), all), [1]));
  return ops.sum(ops.mul(entropy, tokenShares));
}
