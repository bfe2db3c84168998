/** Two experiments, or two versions of one, side by side. */
import { holm, type Interval, mean, pairedInterval, tInterval, welch } from "../core/statistics.ts";
import { type Comparison, verdictOf } from "./comparison.ts";
import { type Outcome, outcomesOf } from "./outcome.ts";
import { type ArmResults, doneRuns, type ExperimentResults } from "./results.ts";
import { compareSettings } from "./setting.ts";

/** One of the two. */
export interface ComparedExperiment {
  /** What tables call it; the two have different names. */
  readonly name: string;
  /** Where its runs lie: runs with the same id are the same run only in the same place. */
  readonly store: string;
  readonly results: ExperimentResults;
}

/** An arm of the first experiment and its counterpart in the second; null where there is none. */
export interface ArmPair {
  /** The name both have, or both names. */
  readonly name: string;
  readonly a: ArmResults | null;
  readonly b: ArmResults | null;
  /** Seeds whose finished run is one and the same on both sides: nothing to compare. */
  readonly sameRuns: readonly number[];
}

/** A pair with both of its arms. */
export type WholePair = ArmPair & { readonly a: ArmResults; readonly b: ArmResults };

/** A setting in which the arms of some pairs differ; null where an arm has no such setting. */
export interface PairedSetting {
  readonly path: string;
  readonly a: string | null; // JSON
  readonly b: string | null; // JSON
  /** Names of the pairs that differ in this way. */
  readonly arms: readonly string[];
}

/**
 * How a difference was taken. `paired`: over the seeds both sides have finished; `Welch`: over all seeds, where fewer
 * than two are shared; `same runs`: not at all, for both sides are the same runs.
 */
export type DifferenceMethod = "paired" | "Welch" | "same runs";

/** One outcome of one pair. */
export interface PairedOutcome {
  readonly outcome: Outcome;
  readonly arm: string;
  /** Means over all finished seeds of a side, with 95 % Student-t intervals (NaN for a single seed). */
  readonly a: Interval | null;
  readonly b: Interval | null;
  readonly method: DifferenceMethod | null;
  /** The second less the first; `n` counts pairs, or the runs of both sides (Welch). Null without a difference. */
  readonly comparison: Comparison | null;
}

/** All there is to say about two experiments. */
export interface ExperimentComparison {
  readonly a: ComparedExperiment;
  readonly b: ComparedExperiment;
  readonly pairs: readonly ArmPair[];
  readonly settings: readonly PairedSetting[];
  readonly outcomes: readonly PairedOutcome[];
}

/** Whether both arms are there. */
export function isWhole(pair: ArmPair): pair is WholePair {
  return pair.a !== null && pair.b !== null;
}

/**
 * Arms that belong together: those of the same name, of the rest those with the same settings, and the only arm of
 * each. In the order of the first experiment, then of the second.
 */
function pairArms(a: ComparedExperiment, b: ComparedExperiment): readonly ArmPair[] {
  const left = a.results.arms, right = new Set(b.results.arms);
  const found = new Map<ArmResults, ArmResults>();
  const match = (isPair: (one: ArmResults, other: ArmResults) => boolean) => {
    for (const one of left) {
      const other = found.has(one) ? undefined : [...right].find((other) => isPair(one, other));
      if (other === undefined) continue;
      found.set(one, other);
      right.delete(other);
    }
  };
  match((one, other) => one.name === other.name);
  match(({ config: one }, { config: other }) => JSON.stringify(one) === JSON.stringify(other));
  if (left.length === 1 && b.results.arms.length === 1) match(() => true);
  const pairs = left.map((one): ArmPair => {
    const other = found.get(one) ?? null;
    if (other === null) return { name: one.name, a: one, b: null, sameRuns: [] };
    const ids = a.store === b.store ? new Set(doneRuns(other).map(({ id }) => id)) : new Set();
    return {
      name: one.name === other.name ? one.name : `${one.name} / ${other.name}`,
      a: one,
      b: other,
      sameRuns: doneRuns(one).filter(({ id }) => ids.has(id)).map(({ seed }) => seed),
    };
  });
  return [...pairs, ...[...right].map((b) => ({ name: b.name, a: null, b, sameRuns: [] }))];
}

/** Settings that differ, the same difference of several pairs once. */
function pairSettings(pairs: readonly WholePair[]): readonly PairedSetting[] {
  const rows = new Map<string, PairedSetting>();
  for (const { name, a, b } of pairs) {
    for (const { path, values: [left, right] } of compareSettings([a, b]).differing) {
      const key = JSON.stringify([path, left, right]);
      const arms = [...rows.get(key)?.arms ?? [], name];
      rows.set(key, { path, a: left ?? null, b: right ?? null, arms });
    }
  }
  return [...rows.values()];
}

/** An arm's values by seed; runs that do not say are left out. */
function valuesOf(outcome: Outcome, arm: ArmResults | null): ReadonlyMap<number, number> {
  const values = (arm === null ? [] : doneRuns(arm)).map((run) =>
    [run.seed, outcome.valueOf(run)] as const
  );
  return new Map(values.filter((entry): entry is [number, number] => entry[1] !== null));
}

interface Difference {
  readonly method: "paired" | "Welch";
  readonly n: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
}

/** The second side less the first; null where a side has no value. */
function differenceOf(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
): Difference | null {
  if (a.size === 0 || b.size === 0) return null;
  const none = { low: null, high: null, p: null };
  const shared = [...a.keys()].filter((seed) => b.has(seed));
  const unpaired = { method: "Welch", n: a.size + b.size, a: [...a.values()], b: [...b.values()] };
  if (shared.length < 2 && a.size > 1 && b.size > 1) {
    const { low, high, p } = welch(unpaired.b, unpaired.a);
    return { ...unpaired, method: "Welch", low, high, p };
  }
  if (shared.length === 0) return { ...unpaired, method: "Welch", ...none };
  const left = shared.map((seed) => a.get(seed)!), right = shared.map((seed) => b.get(seed)!);
  const both = { method: "paired", n: shared.length, a: left, b: right } as const;
  const { low, high, p } = pairedInterval(right, left);
  return Number.isNaN(low) ? { ...both, ...none } : { ...both, low, high, p };
}

function pairOutcomes(
  pairs: readonly ArmPair[],
  { a: { name }, b }: { readonly a: ComparedExperiment; readonly b: ComparedExperiment },
): readonly PairedOutcome[] {
  // Outcomes at equal cost are taken at one cost for all runs of both sides that are compared.
  const whole = pairs.filter(isWhole);
  const compared = whole.length === 0 ? pairs : whole;
  const arms = compared.flatMap(({ a, b }) => [a, b]).filter((arm) => arm !== null);
  return outcomesOf({ ...b.results, arms }).flatMap((outcome) => {
    const rows = pairs.map((pair) => {
      const a = valuesOf(outcome, pair.a), b = valuesOf(outcome, pair.b);
      return { pair, a, b, difference: pair.sameRuns.length > 0 ? null : differenceOf(a, b) };
    });
    const main = outcome.role === "main";
    const tested = rows.filter(({ difference }) => difference?.p != null);
    const adjusted = main ? holm(tested.map(({ difference }) => difference!.p!)) : [];
    return rows.map((row): PairedOutcome => {
      const { pair, a, b, difference } = row;
      const interval = (values: ReadonlyMap<number, number>) =>
        values.size === 0 ? null : tInterval([...values.values()]);
      const sides = { outcome, arm: pair.name, a: interval(a), b: interval(b) };
      if (difference === null) {
        return {
          ...sides,
          method: pair.sameRuns.length > 0 ? "same runs" : null,
          comparison: null,
        };
      }
      const { method, n, low, high } = difference;
      const p = main && difference.p !== null ? adjusted[tested.indexOf(row)]! : difference.p;
      const armMean = mean(difference.b), baselineMean = mean(difference.a);
      const comparison: Comparison = {
        outcome,
        arm: pair.name,
        baseline: name,
        n,
        armMean,
        baselineMean,
        difference: armMean - baselineMean,
        low,
        high,
        p,
        verdict: verdictOf({ low, high, p, main }),
      };
      return { ...sides, method, comparison };
    });
  });
}

/** The second experiment against the first, arm by arm; p-values of main outcomes are corrected across arms (Holm). */
export function compareExperiments(
  a: ComparedExperiment,
  b: ComparedExperiment,
): ExperimentComparison {
  const pairs = pairArms(a, b);
  const settings = pairSettings(pairs.filter(isWhole));
  return { a, b, pairs, settings, outcomes: pairOutcomes(pairs, { a, b }) };
}
