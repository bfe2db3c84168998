/** Means over seeds, and differences at the seeds that two sets of runs share. */
import { pairedInterval, tInterval } from "../core/statistics.ts";

/** Seed → value. */
export type SeedValues = ReadonlyMap<number, number>;

/** A mean with its 95 % Student-t interval over seeds; without one for a single seed. */
export interface Estimate {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** A mean difference with its interval and the p-value of the paired t-test. */
export interface Difference extends Estimate {
  readonly p: number | null;
}

/** Their mean and its interval; null for no values. */
export function seedEstimate(values: readonly number[]): Estimate | null {
  if (values.length === 0) return null;
  const { mean, low, high, n } = tInterval(values);
  return n < 2 ? { mean, low: null, high: null, n } : { mean, low, high, n };
}

/** The seeds that both have, rising. */
export function sharedSeeds(a: SeedValues, b: SeedValues): readonly number[] {
  return [...a.keys()].filter((seed) => b.has(seed)).sort((x, y) => x - y);
}

/** a − b over the seeds they share; null where they share none. */
export function pairedDifference(a: SeedValues, b: SeedValues): Difference | null {
  const shared = sharedSeeds(a, b);
  if (shared.length === 0) return null;
  const { mean, low, high, n, p } = pairedInterval(
    shared.map((seed) => a.get(seed)!),
    shared.map((seed) => b.get(seed)!),
  );
  return Number.isNaN(low)
    ? { mean, low: null, high: null, n, p: null }
    : { mean, low, high, n, p };
}
