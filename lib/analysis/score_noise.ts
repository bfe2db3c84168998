/** How noisy the outcome variance score is at N rollouts: real rollouts of an unchanged policy, subsampled. */
import { quantileOf } from "../core/bootstrap.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { mean, spearman, standardDeviation } from "../core/statistics.ts";

/** Rollouts of one policy, judged. */
export interface ScoreOutcomes {
  /** 1 where a rollout was right, else 0. // [prompts][rollouts] */
  readonly outcomes: readonly Uint8Array[];
}

/** The two estimates of P(1 − P) from N rollouts. */
export const ESTIMATORS = {
  /** p̂(1 − p̂), as the paper has it: low by the factor (N − 1)/N on average. */
  plugIn: (share: number, _rollouts: number): number => share * (1 - share),
  /** p̂(1 − p̂)·N/(N − 1): right on average. */
  unbiased: (share: number, rollouts: number): number =>
    share * (1 - share) * rollouts / (rollouts - 1),
} as const satisfies Readonly<Record<string, (share: number, rollouts: number) => number>>;
export type Estimator = keyof typeof ESTIMATORS;

/** Estimates of prompts of about one pass rate. */
export interface NoiseBin {
  /** Mean pass rate of its prompts, from the rollouts left over. */
  readonly passRate: number;
  readonly prompts: number;
  /** Mean, 5 % and 95 % quantile of the estimates. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** One estimator at one number of rollouts, over all prompts and draws. */
export interface NoiseRow {
  readonly rollouts: number;
  readonly estimator: Estimator;
  /** Mean of estimate − truth. */
  readonly bias: number;
  /** Standard deviation of estimate − truth; the noise of the truth itself is in it. */
  readonly deviation: number;
  /** Spearman's rank correlation of estimate and truth, mean over draws. */
  readonly rankCorrelation: number;
  readonly bins: readonly NoiseBin[];
}

/** The whole experiment. */
export interface ScoreNoise {
  readonly prompts: number;
  /** K: rollouts per prompt. */
  readonly rolloutsPerPrompt: number;
  /** Independent subsamples per prompt. */
  readonly draws: number;
  readonly rows: readonly NoiseRow[];
}

/** Settings of {@link scoreNoise}. */
export interface ScoreNoiseOptions {
  /** Ns. */
  readonly rollouts?: readonly number[];
  readonly draws?: number;
  readonly seed?: number;
}

/** Pass rates are binned in so many equal bins. */
const BINS = 20;

/**
 * How many of `count` outcomes drawn without replacement are right, when `right` of all `total` are. Which rollouts
 * they are makes no difference.
 */
function rightAmong(right: number, total: number, count: number, random: RandomSource): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (random.next() * (total - i) < right - found) found++;
  }
  return found;
}

/**
 * Draws N of each prompt's K outcomes without replacement, estimates P(1 − P) from them, and compares with the
 * truth, the unbiased estimate from the K − N left over. Seeded: equal input gives equal output.
 *
 * Errors: a RangeError for no prompts, prompts of different K, or N outside [2, K − 2].
 */
export function scoreNoise(
  { outcomes }: ScoreOutcomes,
  { rollouts = [8, 16, 32], draws = 20, seed = 0 }: ScoreNoiseOptions = {},
): ScoreNoise {
  const total = outcomes[0]?.length ?? 0;
  if (outcomes.length === 0 || outcomes.some(({ length }) => length !== total)) {
    throw new RangeError(
      "outcomes: expected prompts with one number of rollouts, got none or several",
    );
  }
  const wrong = rollouts.find((count) => !(count >= 2 && count <= total - 2));
  if (wrong !== undefined) {
    throw new RangeError(`rollouts: expected numbers in [2, ${total - 2}], got ${wrong}`);
  }
  const rights = outcomes.map((own) => own.reduce((sum, value) => sum + value, 0));
  return {
    prompts: outcomes.length,
    rolloutsPerPrompt: total,
    draws,
    rows: rollouts.flatMap((count) => {
      const drawn = Array.from({ length: draws }, (_, draw) => {
        const random = randomSource(seed, "score noise", count, draw);
        const found = rights.map((right) => rightAmong(right, total, count, random));
        const rest = rights.map((right, i) => (right - found[i]!) / (total - count));
        return { shares: found.map((right) => right / count), rest };
      });
      return (Object.keys(ESTIMATORS) as Estimator[]).map((estimator) =>
        noiseRow(estimator, count, total - count, drawn)
      );
    }),
  };
}

function noiseRow(
  estimator: Estimator,
  rollouts: number,
  rest: number,
  drawn: readonly { readonly shares: readonly number[]; readonly rest: readonly number[] }[],
): NoiseRow {
  const estimates = drawn.map(({ shares }) =>
    shares.map((share) => ESTIMATORS[estimator](share, rollouts))
  );
  const truths = drawn.map((draw) => draw.rest.map((share) => ESTIMATORS.unbiased(share, rest)));
  const errors = estimates.flatMap((own, d) => own.map((value, i) => value - truths[d]![i]!));
  const correlations = estimates.map((own, d) => spearman(own, truths[d]!))
    .filter((value) => !Number.isNaN(value));
  const points = drawn.flatMap((draw, d) =>
    draw.rest.map((passRate, i) => ({ passRate, estimate: estimates[d]![i]! }))
  );
  const bins = Map.groupBy(
    points,
    ({ passRate }) => Math.min(BINS - 1, Math.floor(passRate * BINS)),
  );
  return {
    rollouts,
    estimator,
    bias: mean(errors),
    deviation: standardDeviation(errors),
    rankCorrelation: mean(correlations),
    bins: [...bins].sort(([a], [b]) => a - b).map(([, own]) => {
      const sorted = own.map(({ estimate }) => estimate).sort((a, b) => a - b);
      return {
        passRate: mean(own.map(({ passRate }) => passRate)),
        prompts: own.length / drawn.length,
        mean: mean(sorted),
        low: quantileOf(sorted, 0.05),
        high: quantileOf(sorted, 0.95),
      };
    }),
  };
}
