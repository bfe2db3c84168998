/**
 * The policy's loss with its penalties, token by token and in plain numbers: what `policy_objective.ts` is checked
 * against.
 *
 * Sources: MMR1 (arXiv 2509.21268) section 3; hiyouga/EasyR1:verl/trainer/core_algos.py.
 */
import { fullKl, type KlEstimator, tokenKl } from "./kl.ts";
import { type Aggregation, tokenLosses } from "./objective/objective.ts";
import { type ClipSide, importanceRatio, type ResponseTokens } from "./objective/token_loss.ts";
import { hasKlLoss, type LossConfig, type PolicySum } from "./policy_objective.ts";

/**
 * One number from a number per token. `token-mean`: over all tokens, so long rollouts weigh more.
 * `sequence-mean`: mean over rollouts of their token means; a rollout without tokens counts as 0.
 * `sequence-sum`: Σ over tokens/(rollouts·R), so that a token's weight depends on no length (Dr. GRPO).
 * The first two agree where all rollouts are equally long.
 *
 * @param rollouts the tokens' values, rollout by rollout
 * @param responseTokens R: the longest response that there can be
 */
export function aggregate(
  rollouts: readonly (readonly number[])[],
  kind: Aggregation,
  responseTokens = Math.max(...rollouts.map(({ length }) => length)),
): number {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  switch (kind) {
    case "token-mean":
      return sum(rollouts.flat()) / Math.max(1, sum(rollouts.map(({ length }) => length)));
    case "sequence-mean":
      return sum(rollouts.map((values) => sum(values) / Math.max(1, values.length))) /
        Math.max(1, rollouts.length);
    case "sequence-sum":
      return sum(rollouts.flat()) / Math.max(1, rollouts.length * responseTokens);
    default:
      return kind satisfies never;
  }
}

/** One rollout's response tokens. */
export interface ScoredRollout extends ResponseTokens {
  /** Read with a penalty on KL, but for the estimator `full`. */
  readonly referenceLogProbs?: ArrayLike<number>; // [tokens]
  /** log π over the vocabulary at each token: read by the estimator `full`, and for the entropy. */
  readonly all?: readonly ArrayLike<number>[]; // [tokens][vocabulary]
  /** Read by the estimator `full`. */
  readonly referenceAll?: readonly ArrayLike<number>[]; // [tokens][vocabulary]
}

/**
 * The loss of a mini-batch and what is reported beside it: see `policy_objective.ts`. Losses and the penalty on KL are
 * aggregated as the settings say; everything else is a mean over tokens. `entropy` is there where `all` is.
 *
 * Errors: a TypeError where the settings need what a rollout lacks.
 */
export function policyLoss(
  rollouts: readonly ScoredRollout[],
  config: LossConfig,
  klCoefficient: number,
  responseTokens?: number,
): Readonly<Record<Exclude<PolicySum, "klReference" | "entropy">, number>> & {
  readonly klReference?: number;
  readonly entropy?: number;
} {
  const mean = (
    value: (rollout: ScoredRollout, t: number) => number,
    kind: Aggregation = "token-mean",
  ) =>
    aggregate(
      rollouts.map((rollout) => Array.from(rollout.logProbs, (_, t) => value(rollout, t))),
      kind,
      responseTokens,
    );
  const losses = new Map(
    rollouts.map((rollout) => [rollout, tokenLosses(rollout, config.objective)]),
  );
  const share = (side: ClipSide) =>
    mean((rollout, t) => Number(losses.get(rollout)![t]!.clip === side));
  const ratio = ({ logProbs, oldLogProbs }: ScoredRollout, t: number) =>
    importanceRatio(logProbs[t]!, oldLogProbs[t]!);
  const policyLoss = mean((rollout, t) => losses.get(rollout)![t]!.loss, config.aggregation);
  const { kl } = config;
  const penalty = kl === null
    ? null
    : (rollout: ScoredRollout, t: number) => klAt(kl.estimator, rollout, t);
  const hasEntropy = config.entropyCoefficient !== 0 || rollouts.every(({ all }) => all);
  const entropy = hasEntropy ? mean(entropyAt) : 0;
  return {
    loss: policyLoss +
      (penalty !== null && hasKlLoss(config)
        ? klCoefficient * mean(penalty, config.aggregation)
        : 0) -
      config.entropyCoefficient * entropy,
    policyLoss,
    clipFractionHigh: share("high"),
    clipFractionLow: share("low"),
    dualClipFraction: share("dual"),
    ...(penalty === null ? {} : { klReference: mean(penalty) }),
    klOld: mean(({ logProbs, oldLogProbs }, t) => oldLogProbs[t]! - logProbs[t]!),
    ratioMean: mean(ratio),
    ratioSquareMean: mean((rollout, t) => ratio(rollout, t) ** 2),
    ...(hasEntropy ? { entropy } : {}),
  };
}

function klAt(estimator: KlEstimator, rollout: ScoredRollout, t: number): number {
  const { logProbs, referenceLogProbs, all, referenceAll } = rollout;
  if (estimator === "full") {
    if (all === undefined || referenceAll === undefined) {
      throw new TypeError("all, referenceAll: expected distributions for the estimator full");
    }
    return fullKl(all[t]!, referenceAll[t]!);
  }
  if (referenceLogProbs === undefined) {
    throw new TypeError(`referenceLogProbs: expected numbers for the estimator ${estimator}`);
  }
  return tokenKl(estimator, logProbs[t]!, referenceLogProbs[t]!);
}

function entropyAt({ all }: ScoredRollout, t: number): number {
  if (all === undefined) throw new TypeError("all: expected distributions for the entropy");
  return -Array.from(all[t]!).reduce((sum, x) => sum + Math.exp(x) * x, 0);
}
