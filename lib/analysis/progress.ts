/** The Variance-Progress theorem (MMR1, arXiv 2509.21268) against measurements. */
import { quantileOf } from "../core/bootstrap.ts";
import { type Estimate, mean } from "../core/statistics.ts";
import { spearmanInterval } from "../core/correlation.ts";
import { bySeed, type ProbedPrompt, type ProbeSet } from "./probes.ts";
import { promptBootstrap } from "./prompt_bootstrap.ts";

/** Upper edges of the bins of Var[R]; K rollouts can show slightly more than ¼. */
export const VARIANCE_EDGES: readonly number[] = [0.02, 0.05, 0.1, 0.15, 0.2, Infinity];
/** Prompts below this variance say little about a ratio to it: c_min is estimated from those above. */
export const VARIANCE_FLOOR = 0.02;
/** Bins with fewer prompts are left out. */
const FEWEST = 5;
/** c_min is also given as this quantile over prompts. */
export const LOW_QUANTILE = 0.05;

/** Which bin a variance belongs to; null for none at all, 0. */
export function varianceBin(variance: number): number | null {
  return variance > 0 ? VARIANCE_EDGES.findIndex((edge) => variance <= edge) : null;
}

const lowEdge = (bin: number) => bin === 0 ? 0 : VARIANCE_EDGES[bin - 1]!;

/** Whether a bin lies above {@link VARIANCE_FLOOR}: c_min is estimated from these. */
export function isAboveFloor(bin: number): boolean {
  return lowEdge(bin) >= VARIANCE_FLOOR;
}

/** Prompts of about one reward variance. */
export interface VarianceBin {
  readonly bin: number;
  readonly low: number;
  readonly high: number;
  /** Prompts, those of several seeds counted each. */
  readonly count: number;
  readonly variance: number;
  /** Mean of ‖∇J_x‖². */
  readonly squaredNorm: Estimate;
  /** Mean ‖∇J_x‖² over mean Var[R]. */
  readonly ratio: Estimate;
}

/** ‖∇J_x‖² against Var[R]. */
export interface GradientProgress {
  readonly bins: readonly VarianceBin[];
  /** Prompts whose fresh rollouts show no variance, and the mean of ‖∇J_x‖² over them. */
  readonly still: { readonly count: number; readonly squaredNorm: number };
  /** Slope of log mean ‖∇J_x‖² over log mean Var[R] across the bins: 1 where they are proportional. */
  readonly exponent: Estimate;
  /** The lowest ratio of a bin above the floor: the estimate of c_min. */
  readonly constant: Estimate;
  /** {@link LOW_QUANTILE} of ‖∇J_x‖²/Var[R] over prompts above the floor, noise included. */
  readonly quantile: Estimate;
  /** Spearman's correlation of the two: mean over seeds, with the interval of one. */
  readonly correlation: Estimate;
  readonly correlations: readonly number[];
}

/** Several correlations of the same prompts, one per seed: their mean after Fisher's transform, and so its ends. */
export function meanCorrelation(estimates: readonly Estimate[]): Estimate {
  const known = estimates.filter(({ value }) => !Number.isNaN(value));
  const over = (pick: (estimate: Estimate) => number) =>
    Math.tanh(mean(known.map((estimate) => Math.atanh(pick(estimate)))));
  return {
    value: over(({ value }) => value),
    low: over(({ low }) => low),
    high: over(({ high }) => high),
    n: estimates[0]?.n ?? 0,
  };
}

/** Least squares of y on x with weights; NaN for fewer than two points. */
function slope(points: readonly { x: number; y: number; weight: number }[]): number {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const center = (pick: "x" | "y") =>
    points.reduce((sum, point) => sum + point.weight * point[pick], 0) / total;
  const [x, y] = [center("x"), center("y")];
  const xy = points.reduce((sum, p) => sum + p.weight * (p.x - x) * (p.y - y), 0);
  const xx = points.reduce((sum, p) => sum + p.weight * (p.x - x) ** 2, 0);
  return points.length < 2 ? NaN : xy / xx;
}

/** Sums over the rows of one bin. */
interface BinSums {
  readonly count: number;
  readonly variance: number;
  readonly squaredNorm: number;
}

/** Rows by prompt: what a bootstrap over prompts draws. */
export function byPrompt({ rows, prompts }: ProbeSet): readonly (readonly ProbedPrompt[])[] {
  const groups = Map.groupBy(rows, ({ prompt }) => prompt);
  return Array.from({ length: prompts }, (_, prompt) => groups.get(prompt) ?? []);
}

/**
 * Prompts are sorted by the variance of their fresh rollouts, and ‖∇J_x‖² and Var[R] are both from the first ones: noise
 * that moves a prompt to another bin then enters neither. A ratio of means, not a mean of ratios: single ones are as
 * noisy as their denominators are small. Intervals are over prompts.
 */
export function gradientProgress(set: ProbeSet): GradientProgress {
  const prompts = byPrompt(set).map((own) =>
    own.map((row) => ({ row, bin: varianceBin(row.freshVariance) }))
  );
  const sumsOf = (picked: readonly number[]) => {
    const sums = VARIANCE_EDGES.map(() => ({ count: 0, variance: 0, squaredNorm: 0 }));
    for (const index of picked) {
      for (const { row, bin } of prompts[index]!) {
        if (bin === null) continue;
        const own = sums[bin]!;
        own.count++;
        own.variance += row.variance;
        own.squaredNorm += row.squaredGradNorm;
      }
    }
    return sums;
  };
  const whole = sumsOf([...prompts.keys()]);
  const used = [...VARIANCE_EDGES.keys()].filter((bin) => whole[bin]!.count >= FEWEST);
  const ratio = ({ squaredNorm, variance }: BinSums) => squaredNorm / variance;
  const above = used.filter(isAboveFloor);
  const lowQuantile = (picked: readonly number[]) => {
    const ratios = picked.flatMap((index) =>
      prompts[index]!.filter(({ row }) => row.freshVariance >= VARIANCE_FLOOR && row.variance > 0)
        .map(({ row }) => row.squaredGradNorm / row.variance)
    ).sort((a, b) => a - b);
    return ratios.length === 0 ? NaN : quantileOf(ratios, LOW_QUANTILE);
  };
  const estimates = promptBootstrap(set.prompts, (picked) => {
    const sums = sumsOf(picked);
    const points = used.map((bin) => sums[bin]!)
      .filter(({ variance, squaredNorm }) => variance > 0 && squaredNorm > 0)
      .map(({ count, variance, squaredNorm }) => ({
        x: Math.log(variance / count),
        y: Math.log(squaredNorm / count),
        weight: count,
      }));
    const ratios = above.map((bin) => ratio(sums[bin]!)).filter((value) => !Number.isNaN(value));
    return [
      slope(points),
      ratios.length === 0 ? NaN : Math.min(...ratios),
      lowQuantile(picked),
      ...used.flatMap((bin) => [sums[bin]!.squaredNorm / sums[bin]!.count, ratio(sums[bin]!)]),
    ];
  });
  const [exponent, constant, quantile, ...perBin] = estimates as [Estimate, Estimate, Estimate];
  const still = set.rows.filter(({ freshVariance }) => freshVariance === 0);
  const correlations = bySeed(set).map((rows) =>
    spearmanInterval(
      rows.map(({ squaredGradNorm }) => squaredGradNorm),
      rows.map(({ freshVariance }) => freshVariance),
    )
  );
  return {
    bins: used.map((bin, k) => ({
      bin,
      low: lowEdge(bin),
      high: VARIANCE_EDGES[bin]!,
      count: whole[bin]!.count,
      variance: whole[bin]!.variance / whole[bin]!.count,
      squaredNorm: (perBin as readonly Estimate[])[2 * k]!,
      ratio: (perBin as readonly Estimate[])[2 * k + 1]!,
    })),
    still: {
      count: still.length,
      squaredNorm: still.length === 0 ? 0 : mean(still.map((row) => row.squaredGradNorm)),
    },
    exponent,
    constant,
    quantile,
    correlation: meanCorrelation(correlations),
    correlations: correlations.map(({ value }) => value),
  };
}
