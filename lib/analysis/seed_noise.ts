/** How much runs of one setting differ, and how far that alone spreads several of them. */
import { expectedNormalRange, normalRangeCdf, normalRangeQuantile } from "../core/normal_range.ts";
import { mean, variance } from "../core/statistics.ts";
import type { BenchmarkScores } from "./benchmark.ts";
import type { SeedValues } from "./paired_seeds.ts";

/** How runs of one setting differ, in shares. */
export interface SeedNoise {
  /** Standard deviation between seeds of one run's average, pooled over settings. */
  readonly deviation: number;
  /** Its degrees of freedom. */
  readonly df: number;
  /**
   * The same after taking out what all runs of one seed have in common: what separates settings that share a
   * seed. Null where some setting lacks a seed.
   */
  readonly sharedSeeds: number | null;
  /** What the numbers of prompts alone allow: √(Σ p(1 − p)/n)/splits, independent answers at the mean accuracies. */
  readonly binomial: number;
  /** Settings that it is measured on. */
  readonly settings: number;
}

/**
 * Range of the averages of several runs of one and the same setting, in units of their standard deviation
 * `deviation`.
 */
export interface NoiseRange {
  readonly runs: number;
  readonly expected: number;
  /** Not exceeded in 95 % of cases. */
  readonly usual: number;
  /** Probability of a range at least as wide as `observed`. */
  readonly p: number;
}

/** What a range of `runs` normal numbers with this standard deviation is like. */
export function noiseRange(runs: number, deviation: number, observed: number): NoiseRange {
  return {
    runs,
    expected: deviation * expectedNormalRange(runs),
    usual: deviation * normalRangeQuantile(0.95, runs),
    p: 1 - normalRangeCdf(observed / deviation, runs),
  };
}

const averages = (scores: ReadonlyMap<number, BenchmarkScores>): SeedValues =>
  new Map([...scores].map(([seed, { average }]) => [seed, average]));

/** Pooled within-setting standard deviation; null where no setting has two seeds. */
export function seedNoise(
  settings: readonly ReadonlyMap<number, BenchmarkScores>[],
): SeedNoise | null {
  const repeated = settings.filter(({ size }) => size > 1);
  if (repeated.length === 0) return null;
  const values = repeated.map((scores) => [...averages(scores).values()]);
  const df = values.reduce((sum, { length }) => sum + length - 1, 0);
  const pooled = values.reduce((sum, own) => sum + variance(own) * (own.length - 1), 0) / df;
  const all = repeated.flatMap((scores) => [...scores.values()]);
  const splits = Object.keys(all[0]!.splits);
  const binomial = splits.reduce((sum, split) => {
    const share = mean(all.map((scores) => scores.splits[split] ?? NaN));
    return sum + share * (1 - share) / all[0]!.prompts[split]!;
  }, 0);
  return {
    deviation: Math.sqrt(pooled),
    df,
    sharedSeeds: residualDeviation(repeated.map(averages)),
    binomial: Math.sqrt(binomial) / splits.length,
    settings: repeated.length,
  };
}

/** √ of the mean square of x − setting mean − seed mean + mean; null for an incomplete table or a single row. */
function residualDeviation(settings: readonly SeedValues[]): number | null {
  const [first] = settings;
  const seeds = [...first?.keys() ?? []];
  const complete = settings.every((own) =>
    own.size === seeds.length && seeds.every((seed) => own.has(seed))
  );
  if (!complete || settings.length < 2 || seeds.length < 2) return null;
  const rows = settings.map((own) => seeds.map((seed) => own.get(seed)!));
  const rowMeans = rows.map((row) => mean(row));
  const seedMeans = seeds.map((_, j) => mean(rows.map((row) => row[j]!)));
  const grand = mean(rowMeans);
  let sum = 0;
  rows.forEach((row, i) =>
    row.forEach((value, j) => sum += (value - rowMeans[i]! - seedMeans[j]! + grand) ** 2)
  );
  return Math.sqrt(sum / ((rows.length - 1) * (seeds.length - 1)));
}
