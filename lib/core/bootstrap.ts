/**
 * Statistics over runs and tasks with seeded bootstrap intervals, after Agarwal et al., “Deep Reinforcement
 * Learning at the Edge of the Statistical Precipice” (NeurIPS 2021) and its code, google-research/rliable.
 *
 * The percentile bootstrap covers too little when a task has few runs. Of nominal 95 % intervals for the mean of
 * normal data, 75 % cover it at n = 3, 83 % at 5, 89 % at 8 and 90 % at 10 (measured by simulation; Student's t:
 * 95 % each). Below ten runs a t interval is the default; these intervals stand beside it.
 */
import type { RandomSource } from "./random.ts";
import type { Estimate } from "./statistics.ts";

/** Scores of several runs on each task; tasks may differ in their number of runs. */
export type Scores = readonly (readonly number[])[]; // [tasks][runs]

/** How a bootstrap is done. */
export interface BootstrapOptions {
  /** A place of its own: the same place gives the same interval. */
  readonly random: RandomSource;
  readonly repetitions?: number;
  readonly level?: number;
}

/** Ends of a 95 % interval are then known to about 0.005 of its probability. */
const REPETITIONS = 2000;

/**
 * Mean of the middle half: floor(n/4) values are cut at either side, as by SciPy's `trim_mean(…, 0.25)`. With up to
 * three values it is the mean; NaN for none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(interquartileMean([100, 1, 2, 3]), 2.5);
 * ```
 */
export function interquartileMean(values: readonly number[]): number {
  const cut = Math.floor(values.length / 4);
  const kept = values.toSorted((a, b) => a - b).slice(cut, values.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** The quantile at `share` in [0, 1] of rising values, linear between neighbours (NumPy's default). */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1), below = Math.floor(place);
  const low = sorted[below]!, high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/** The middle `level` of many repetitions of a statistic. */
function middle(values: Float64Array, level: number): readonly [low: number, high: number] {
  values.sort();
  return [quantileOf(values, (1 - level) / 2), quantileOf(values, (1 + level) / 2)];
}

/** Runs drawn with replacement, within each task: tasks are strata. */
function resample(scores: Scores, random: RandomSource): number[][] {
  return scores.map((runs) => runs.map(() => runs[random.integer(runs.length)]!));
}

/** Runs per task; an error where a task has none. */
function countRuns(scores: Scores): number {
  const fewest = scores.reduce((least, { length }) => Math.min(least, length), Infinity);
  if (scores.length === 0 || fewest === 0) {
    throw new RangeError(
      `scores: expected runs on every task, got ${
        scores.length === 0 ? "no task" : "a task without"
      }`,
    );
  }
  return fewest;
}

/**
 * A statistic of all scores with its percentile interval by the stratified bootstrap: runs are drawn anew within
 * each task. `n` is the number of runs of the task with the fewest; for fewer than two there is no interval (NaN).
 *
 * Errors: a RangeError for no task, or a task without runs.
 *
 * @param statistic of the flattened scores, such as {@link interquartileMean}
 */
export function stratifiedBootstrap(
  scores: Scores,
  statistic: (values: readonly number[]) => number,
  { random, repetitions = REPETITIONS, level = 0.95 }: BootstrapOptions,
): Estimate {
  const n = countRuns(scores), value = statistic(scores.flat());
  if (n < 2) return { value, low: NaN, high: NaN, n };
  const stream = random.at("stratified");
  const values = Float64Array.from(
    { length: repetitions },
    () => statistic(resample(scores, stream).flat()),
  );
  const [low, high] = middle(values, level);
  return { value, low, high, n };
}

/**
 * Probability that a run of `a` scores higher than one of `b`: the Mann–Whitney U over the number of pairs, ties
 * counting half, averaged over tasks (rliable, `metrics.probability_of_improvement`).
 *
 * Errors: a RangeError when the numbers of tasks differ, or a task has no runs.
 */
export function probabilityOfImprovement(a: Scores, b: Scores): number {
  checkTasks(a, b);
  const shares = a.map((ours, task) => {
    const theirs = b[task]!;
    let wins = 0;
    for (const x of ours) for (const y of theirs) wins += x > y ? 1 : x === y ? 0.5 : 0;
    return wins / (ours.length * theirs.length);
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/**
 * {@link probabilityOfImprovement} with its percentile interval: the runs of both sides are drawn anew within each
 * task, independently of each other. Where equal seeds make the runs of both sides alike, pairing is not used.
 * `n` is the smaller number of runs; for fewer than two on a side there is no interval (NaN).
 *
 * Between few runs without overlap every repetition gives 0 or 1 and the interval has no width: it then says no more
 * than that the samples do not overlap.
 */
export function improvementInterval(
  a: Scores,
  b: Scores,
  { random, repetitions = REPETITIONS, level = 0.95 }: BootstrapOptions,
): Estimate {
  const value = probabilityOfImprovement(a, b), n = Math.min(countRuns(a), countRuns(b));
  if (n < 2) return { value, low: NaN, high: NaN, n };
  const stream = random.at("improvement");
  const values = Float64Array.from(
    { length: repetitions },
    () => probabilityOfImprovement(resample(a, stream), resample(b, stream)),
  );
  const [low, high] = middle(values, level);
  return { value, low, high, n };
}

function checkTasks(a: Scores, b: Scores): void {
  countRuns(a);
  countRuns(b);
  if (a.length !== b.length) {
    throw new RangeError(`tasks: expected ${a.length} on both sides, got ${b.length}`);
  }
}

/** How many runs score above a threshold. */
export interface ProfilePoint extends Estimate {
  readonly threshold: number;
}

/**
 * Performance profile: for each threshold τ the share of runs × tasks with a score above τ (the mean over tasks of
 * the share of runs, where tasks have as many runs each), with pointwise bands by the stratified bootstrap
 * (rliable, `run_score_deviation`).
 *
 * Errors: a RangeError for no task, a task without runs, or thresholds that do not rise.
 */
export function performanceProfile(
  scores: Scores,
  thresholds: readonly number[],
  { random, repetitions = REPETITIONS, level = 0.95 }: BootstrapOptions,
): readonly ProfilePoint[] {
  const n = countRuns(scores);
  thresholds.forEach((threshold, i) => {
    if (i > 0 && !(threshold > thresholds[i - 1]!)) {
      throw new RangeError(`thresholds: expected rising values, got ${threshold} at ${i}`);
    }
  });
  // A score is as good as the number of thresholds it exceeds: resampling then only counts.
  const exceeded = scores.map((runs) =>
    runs.map((score) => thresholds.filter((threshold) => score > threshold).length)
  );
  const size = scores.flat().length;
  const profileOf = (counts: Scores): Float64Array => {
    const above = new Float64Array(thresholds.length + 1);
    for (const runs of counts) for (const count of runs) above[count]!++;
    for (let i = thresholds.length - 1; i >= 0; i--) above[i]! += above[i + 1]!;
    return above.subarray(1).map((count) => count / size); // entry k: scores above threshold k
  };
  const profile = profileOf(exceeded);
  if (n < 2) {
    return thresholds.map((threshold, i) => ({
      threshold,
      value: profile[i]!,
      low: NaN,
      high: NaN,
      n,
    }));
  }
  const stream = random.at("profile");
  const repeated = Array.from(
    { length: repetitions },
    () => profileOf(resample(exceeded, stream)),
  );
  return thresholds.map((threshold, i) => {
    const [low, high] = middle(Float64Array.from(repeated, (shares) => shares[i]!), level);
    return { threshold, value: profile[i]!, low, high, n };
  });
}
