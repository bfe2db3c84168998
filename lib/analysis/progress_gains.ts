/** Measured one-step gains against the Variance-Progress theorem's lower bound. */
import { spearmanInterval } from "../core/correlation.ts";
import { type Estimate, mean } from "../core/statistics.ts";
import { bySeed, type GainMeasure, gainMeasure, gainOf, type ProbeSet } from "./probes.ts";
import { byPrompt, meanCorrelation, VARIANCE_EDGES, varianceBin } from "./progress.ts";
import { promptBootstrap } from "./prompt_bootstrap.ts";

/** Whether an interval lies above the bound, below it, or on both sides. */
export type BoundVerdict = "holds" | "fails" | "open";

/** Gain of prompts of about one reward variance. */
export interface GainBin {
  readonly bin: number;
  readonly count: number;
  readonly variance: number;
  readonly gain: Estimate;
  /** η·(c/4)·mean Var[R]. */
  readonly bound: number;
  readonly verdict: BoundVerdict;
}

/** Everything about one step size. */
export interface StepGain {
  readonly stepSize: number;
  readonly measure: GainMeasure;
  readonly bins: readonly GainBin[];
  /** Mean gain, and the same over the mean of η‖∇J_x‖²: 1 where a step is as good as its first order. */
  readonly gain: Estimate;
  readonly efficiency: Estimate;
  /** Shares of prompts: gain at or above the bound; above it, below it, and below 0 by more than noise. */
  readonly holds: Estimate;
  readonly shown: number;
  readonly contradicted: number;
  readonly harmed: number;
  /** Spearman's correlation of gain and Var[R]: mean over seeds, with the interval of one. */
  readonly correlation: Estimate;
}

/** One-sided 95 % point of the normal distribution. */
const ONE_SIDED = 1.6449;
const FEWEST = 5;

/**
 * Gains of every step size against η·(c/4)·Var[R], for the prompts whose first rollouts show some variance. The
 * variance is that of the first rollouts, which the step was taken from and the gain was not measured with.
 *
 * @param constant c
 */
export function progressGains(set: ProbeSet, constant: number): readonly StepGain[] {
  const prompts = byPrompt(set).map((own) => own.filter(({ variance }) => variance > 0));
  return set.stepSizes.map((stepSize, k): StepGain => {
    const measure = gainMeasure(set, k), slope = stepSize * constant / 4;
    const measuredOn = prompts.map((own) =>
      own.map((row) => ({ row, bin: varianceBin(row.variance)!, gain: gainOf(row, k, measure) }))
    );
    const rows = measuredOn.flat();
    const counts = VARIANCE_EDGES.map((_, bin) => rows.filter((row) => row.bin === bin).length);
    const used = [...counts.keys()].filter((bin) => counts[bin]! >= FEWEST);
    const estimates = promptBootstrap(set.prompts, (picked) => {
      const sums = VARIANCE_EDGES.map(() => ({ count: 0, gain: 0 }));
      let count = 0, gain = 0, squared = 0, holds = 0;
      for (const index of picked) {
        for (const { row, bin, gain: own } of measuredOn[index]!) {
          sums[bin]!.count++;
          sums[bin]!.gain += own.value;
          count++;
          gain += own.value;
          squared += row.squaredGradNorm;
          if (own.value >= slope * row.variance) holds++;
        }
      }
      return [
        gain / count,
        gain / (stepSize * squared),
        holds / count,
        ...used.map((bin) => sums[bin]!.gain / sums[bin]!.count),
      ];
    });
    const [gain, efficiency, holds, ...perBin] = estimates as [Estimate, Estimate, Estimate];
    const share = (test: (row: typeof rows[number]) => boolean) =>
      rows.filter(test).length / rows.length;
    const correlations = bySeed(set).map((own) => {
      const moved = own.filter(({ variance }) => variance > 0);
      return spearmanInterval(
        moved.map((row) => gainOf(row, k, measure).value),
        moved.map(({ variance }) => variance),
      );
    });
    return {
      stepSize,
      measure,
      bins: used.map((bin, j): GainBin => {
        const variance = mean(rows.filter((row) => row.bin === bin).map(({ row }) => row.variance));
        const found = (perBin as readonly Estimate[])[j]!, bound = slope * variance;
        const verdict = found.low >= bound ? "holds" : found.high < bound ? "fails" : "open";
        return { bin, count: counts[bin]!, variance, gain: found, bound, verdict };
      }),
      gain,
      efficiency,
      holds,
      shown: share(({ row, gain }) => gain.value - ONE_SIDED * gain.error >= slope * row.variance),
      contradicted: share(({ row, gain }) =>
        gain.value + ONE_SIDED * gain.error < slope * row.variance
      ),
      harmed: share(({ gain }) => gain.value + ONE_SIDED * gain.error < 0),
      correlation: meanCorrelation(correlations),
    };
  });
}
