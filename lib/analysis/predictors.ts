/** How well scores from few rollouts predict what a prompt has to teach. */
import { partialSpearman, spearmanInterval } from "../core/correlation.ts";
import { type Estimate, mean, spearman } from "../core/statistics.ts";
import { variancePromotion } from "../sampler/scores.ts";
import { bySeed, gainMeasure, gainOf, type ProbedPrompt, type ProbeSet } from "./probes.ts";
import { meanCorrelation } from "./progress.ts";
import { promptBootstrap } from "./prompt_bootstrap.ts";
import type { Score } from "./variance_decomposition.ts";

/** Diversity scores of a probe. */
export const TDS = [
  "tdsInverseSelfBleu",
  "tdsDistinct3",
  "tdsEditDistance",
] as const satisfies readonly Score[];
/** One of {@link TDS}. */
export type Tds = typeof TDS[number];

/** Shares β of TDS in VPS = (1 − β)·OVS + β·TDS. */
export const TDS_SHARES: readonly number[] = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1];
/** The paper's (α, β) = (0.8, 0.2). */
export const PAPER_SHARE = 0.2;

/** Something a prompt is worth training on for. */
export interface Target {
  readonly key: "groupGradient" | "squaredGradNorm" | "gain";
  readonly valueOf: (row: ProbedPrompt) => number;
}

/** Rank correlations with one target: means over seeds, each with the interval of one. */
export interface TargetPrediction {
  readonly target: Target["key"];
  /** Of scores from few rollouts. */
  readonly ovs: Estimate;
  readonly tds: Readonly<Record<Tds, Estimate>>;
  /** Of Var[R] from the fresh K rollouts: what a score without noise would reach. */
  readonly variance: Estimate;
  /** VPS at each of {@link TDS_SHARES}. */
  readonly vps: Readonly<Record<Tds, readonly Estimate[]>>;
  /** Of TDS at a fixed OVS from the same few rollouts, and at a fixed Var[R] from the fresh K. */
  readonly givenOvs: Readonly<Record<Tds, Estimate>>;
  readonly givenVariance: Readonly<Record<Tds, Estimate>>;
  /** VPS at {@link PAPER_SHARE} less OVS alone; interval over prompts. */
  readonly improvement: Readonly<Record<Tds, Estimate>>;
}

/** All targets of one set of probes. */
export interface Predictors {
  readonly targets: readonly TargetPrediction[];
  /** Step size of the gain: the largest that importance weights still measure. */
  readonly stepSize: number;
}

/** For differences of correlations: ranking anew takes its time. */
const REPETITIONS = 300;

function record<V>(make: (tds: Tds) => V): Readonly<Record<Tds, V>> {
  return Object.fromEntries(TDS.map((tds) => [tds, make(tds)])) as Record<Tds, V>;
}

const vpsOf = (row: ProbedPrompt, tds: Tds, share: number) =>
  variancePromotion(row.ovs, row[tds], { ovs: 1 - share, tds: share });

function predictionOf({ key, valueOf }: Target, set: ProbeSet): TargetPrediction {
  const seeds = bySeed(set).map((rows) => ({ rows, target: rows.map(valueOf) }));
  const over = (score: (row: ProbedPrompt) => number) =>
    meanCorrelation(
      seeds.map(({ rows, target }) => spearmanInterval(rows.map(score), target)),
    );
  const given = (tds: Tds, control: (row: ProbedPrompt) => number) =>
    meanCorrelation(
      seeds.map(({ rows, target }) =>
        partialSpearman(rows.map((row) => row[tds]), target, rows.map(control))
      ),
    );
  const columns = seeds.map(({ rows, target }) => ({
    target,
    ovs: rows.map(({ ovs }) => ovs),
    mixed: TDS.map((tds) => rows.map((row) => vpsOf(row, tds, PAPER_SHARE))),
  }));
  const differences = promptBootstrap(
    set.prompts,
    (picked) => {
      const perSeed = columns.map(({ target, ovs, mixed }) => {
        const drawn = (values: readonly number[]) => picked.map((index) => values[index]!);
        const wanted = drawn(target), alone = spearman(drawn(ovs), wanted);
        return mixed.map((values) => spearman(drawn(values), wanted) - alone);
      });
      return TDS.map((_, k) => mean(perSeed.map((own) => own[k]!)));
    },
    { repetitions: REPETITIONS },
  );
  return {
    target: key,
    ovs: over(({ ovs }) => ovs),
    tds: record((tds) => over((row) => row[tds])),
    variance: over(({ freshVariance }) => freshVariance),
    vps: record((tds) => TDS_SHARES.map((share) => over((row) => vpsOf(row, tds, share)))),
    givenOvs: record((tds) => given(tds, ({ ovs }) => ovs)),
    givenVariance: record((tds) => given(tds, ({ freshVariance }) => freshVariance)),
    improvement: record((tds) => differences[TDS.indexOf(tds)]!),
  };
}

/** Rank correlations of the scores with what they are to predict. */
export function predictors(set: ProbeSet): Predictors {
  const measures = set.stepSizes.map((_, k) => gainMeasure(set, k));
  // The largest step that weights measure: little noise, and still near what a gradient promises.
  const step = Math.max(0, measures.lastIndexOf("weighted")), measure = measures[step]!;
  const { advantage } = set.config.algorithm;
  const targets: readonly Target[] = [
    {
      key: "groupGradient",
      valueOf: (row) =>
        advantage.kind === "grpo" ? row.groupSquaredNormStandardized : row.groupSquaredNorm,
    },
    { key: "squaredGradNorm", valueOf: (row) => row.squaredGradNorm },
    { key: "gain", valueOf: (row) => gainOf(row, step, measure).value },
  ];
  return {
    targets: targets.map((target) => predictionOf(target, set)),
    stepSize: set.stepSizes[step]!,
  };
}
