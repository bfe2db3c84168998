/** How long until something happens, when for some it did not happen while they were watched. */
import { studentQuantile } from "./student.ts";
import type { Estimate } from "./statistics.ts";

/** One run's way to an event. */
export interface Duration {
  /** Cost or time at the event; without an event, how far the run was watched (right-censored). */
  readonly time: number;
  readonly reached: boolean;
}

/** A place where the curve of {@link kaplanMeier} falls, or where runs are lost from view. */
export interface SurvivalPoint {
  readonly time: number;
  /** Runs watched up to this time without an event before it. */
  readonly atRisk: number;
  readonly events: number;
  readonly censored: number;
  /** Estimated share without an event after this time. */
  readonly survival: number;
}

/**
 * Kaplan and Meier's estimate S(t) = Π over t_i ≤ t of (1 − d_i/n_i), with d_i events among the n_i runs at risk at
 * t_i. It is 1 before the first point and constant between points. Runs censored at t count as at risk there.
 *
 * Errors: a RangeError for a time below 0 or none at all.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const runs = [{ time: 2, reached: true }, { time: 3, reached: false }];
 * deepEqual(kaplanMeier(runs).map(({ survival }) => survival), [0.5, 0.5]);
 * ```
 */
export function kaplanMeier(durations: readonly Duration[]): readonly SurvivalPoint[] {
  for (const { time } of durations) {
    if (!(time >= 0 && time < Infinity)) {
      throw new RangeError(`durations: expected times ≥ 0, got ${time}`);
    }
  }
  const byTime = Map.groupBy(durations, ({ time }) => time);
  let atRisk = durations.length, survival = 1;
  return [...byTime].sort(([a], [b]) => a - b).map(([time, runs]) => {
    const events = runs.filter(({ reached }) => reached).length;
    survival *= 1 - events / atRisk;
    const point = { time, atRisk, events, censored: runs.length - events, survival };
    atRisk -= runs.length;
    return point;
  });
}

/** The mean of min(T, horizon), with its interval. */
export interface RestrictedMean extends Estimate {
  readonly standardError: number;
  readonly horizon: number;
  /** Runs with the event up to the horizon. */
  readonly reached: number;
  /** Runs without: they count in full, none is dropped. */
  readonly censored: number;
}

/**
 * Restricted mean time to the event: the area ∫₀^τ S(t) dt under {@link kaplanMeier}'s curve up to the horizon τ, the
 * mean of min(T, τ).
 *
 * Its variance is Greenwood's, Σ A_i²·d_i/(n_i(n_i − d_i)) over the events up to τ with A_i = ∫ from t_i to τ of S
 * (Klein and Moeschberger, “Survival Analysis”, 4.5), times n/(n − 1); the interval is Student's t with n − 1 degrees
 * of freedom, cut to [0, τ]. Where no run is censored before τ, both are exactly those of the mean of min(T, τ):
 * below ten runs a normal interval would cover too little.
 *
 * Where no run reaches the event the mean is τ and nothing is known about its spread: no interval (NaN).
 *
 * Errors: a RangeError for no runs, or when τ lies beyond the last run's time and that run was censored: nothing is
 * known of S there.
 */
export function restrictedMean(
  durations: readonly Duration[],
  horizon: number,
  level = 0.95,
): RestrictedMean {
  const n = durations.length;
  if (n === 0) throw new RangeError("durations: expected at least one, got none");
  if (!(horizon > 0)) throw new RangeError(`horizon: expected a number > 0, got ${horizon}`);
  const cut = durations.map(({ time, reached }) =>
    time > horizon ? { time: horizon, reached: false } : { time, reached }
  );
  const curve = kaplanMeier(cut), last = curve.at(-1)!;
  if (last.survival > 0 && last.time < horizon) {
    throw new RangeError(
      `horizon: expected at most ${last.time}, where the last run was lost from view, got ${horizon}`,
    );
  }
  // From the right: the area between each point and the horizon.
  let area = 0, right = horizon, variance = 0;
  for (const { time, atRisk, events, survival } of curve.toReversed()) {
    area += survival * (right - time);
    // After an event of all that are left, S and the area are 0.
    if (events < atRisk) variance += area ** 2 * events / (atRisk * (atRisk - events));
    right = time;
  }
  const value = area + right;
  const reached = cut.filter((run) => run.reached).length;
  const counts = { n, horizon, reached, censored: n - reached };
  if (n < 2 || reached === 0) {
    return { value, standardError: NaN, low: NaN, high: NaN, ...counts };
  }
  const standardError = Math.sqrt(variance * n / (n - 1));
  const half = studentQuantile(level, n - 1) * standardError;
  return {
    value,
    standardError,
    low: Math.max(0, value - half),
    high: Math.min(horizon, value + half),
    ...counts,
  };
}
