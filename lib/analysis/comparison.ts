/** Arms against the baseline, paired by seed. */
import { holm, mean, pairedInterval } from "../core/statistics.ts";
import type { RunData } from "../store/run_data.ts";
import type { Baselines } from "./baseline.ts";
import { type Outcome, outcomesOf } from "./outcome.ts";
import { type ArmResults, doneRuns, type ExperimentResults } from "./results.ts";

/** Two-sided level of every test, and of the complement of every interval. */
export const LEVEL = 0.05;

/** What the data say about one difference. */
export type Verdict = "higher" | "lower" | "not detectable" | "not after correction" | "too few";

/** One arm's outcome less the baseline's. */
export interface Comparison {
  readonly outcome: Outcome;
  readonly arm: string;
  /** The arm it is compared with. */
  readonly baseline: string;
  /** Seeds that both arms have finished. */
  readonly n: number;
  /** Means over these seeds. */
  readonly armMean: number;
  readonly baselineMean: number;
  readonly difference: number;
  /** 95 % Student-t interval of the per-seed differences; null where the spread is unknown. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided p of the paired t-test; for main outcomes after Holm's correction across arms. */
  readonly p: number | null;
  readonly verdict: Verdict;
}

/** Values of both arms at the seeds they share. */
function pairs(outcome: Outcome, arm: ArmResults, baseline: ArmResults): [number[], number[]] {
  const values: [number[], number[]] = [[], []];
  const others = new Map(doneRuns(baseline).map((run) => [run.seed, run]));
  for (const run of doneRuns(arm)) {
    const other = others.get(run.seed);
    const a = outcome.valueOf(run), b = other === undefined ? null : outcome.valueOf(other);
    if (a === null || b === null) continue;
    values[0].push(a);
    values[1].push(b);
  }
  return values;
}

/** The sign of a difference whose interval excludes 0, unless Holm's correction takes it back. */
export function verdictOf(
  { low, high, p, main }: {
    readonly low: number | null;
    readonly high: number | null;
    readonly p: number | null;
    readonly main: boolean;
  },
): Verdict {
  if (low === null || high === null) return "too few";
  if (low <= 0 && high >= 0) return "not detectable";
  if (main && p !== null && p >= LEVEL) return "not after correction";
  return low > 0 ? "higher" : "lower";
}

/** Asks every run once: a baseline is compared with several arms. */
function remembered(outcome: Outcome): Outcome {
  const known = new Map<RunData, number | null>();
  return {
    ...outcome,
    valueOf: (run) => {
      if (!known.has(run)) known.set(run, outcome.valueOf(run));
      return known.get(run)!;
    },
  };
}

/** Every arm but the baselines, on every outcome; arms without a seed in common with theirs are left out. */
export function compareArms(
  results: ExperimentResults,
  baselines: Pick<Baselines, "of">,
): readonly Comparison[] {
  return outcomesOf(results).map(remembered).flatMap((outcome) => {
    const raw = results.arms.flatMap((arm) => {
      const baseline = baselines.of(arm);
      if (baseline === null) return [];
      const [a, b] = pairs(outcome, arm, baseline);
      if (a.length === 0) return [];
      const paired = pairedInterval(a, b), interval = Number.isNaN(paired.low) ? null : paired;
      return [{
        arm: arm.name,
        baseline: baseline.name,
        n: a.length,
        armMean: mean(a),
        baselineMean: mean(b),
        interval,
      }];
    });
    const main = outcome.role === "main";
    const tested = raw.filter(({ interval }) => interval !== null);
    const adjusted = main ? holm(tested.map(({ interval }) => interval!.p)) : [];
    return raw.map(({ interval, ...rest }) => {
      const at = tested.findIndex(({ arm }) => arm === rest.arm);
      const p = interval === null ? null : main ? adjusted[at]! : interval.p;
      const low = interval?.low ?? null, high = interval?.high ?? null;
      const difference = rest.armMean - rest.baselineMean;
      return {
        outcome,
        ...rest,
        difference,
        low,
        high,
        p,
        verdict: verdictOf({ low, high, p, main }),
      };
    });
  });
}
