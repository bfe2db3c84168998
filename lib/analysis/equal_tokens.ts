/** Arms side by side at one budget of generated tokens, scoring and discarded groups included. */
import { interquartileMean, stratifiedBootstrap } from "../core/bootstrap.ts";
import { randomSource } from "../core/random.ts";
import { type Estimate as BootstrapEstimate, holm, mean } from "../core/statistics.ts";
import type { RestrictedMean } from "../core/survival.ts";
import { type GenerationCount, spent } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { accuracyCurve, commonBudget } from "./accuracy_curve.ts";
import type { Baselines } from "./baseline.ts";
import { type Verdict, verdictOf } from "./comparison.ts";
import { interpolate, meanHeight } from "./curve.ts";
import { accuracyAt, improvementOver } from "./improvement.ts";
import {
  type Difference,
  type Estimate,
  pairedDifference,
  seedEstimate,
  type SeedValues,
} from "./paired_seeds.ts";
import { type ArmResults, doneRuns, type ExperimentResults } from "./results.ts";
import { seedValues } from "./seed_values.ts";
import { meanCostToReach } from "./threshold.ts";

/** Runs from which on the interquartile mean leaves any out. */
const LEAST_RUNS_FOR_IQM = 4;

/** What an arm generated within the budget, by purpose: means over its runs. */
export type Generated = Pick<GenerationCount, "training" | "discarded" | "scoring">;

/** One arm at the budget. */
export interface EqualTokensRow {
  readonly arm: string;
  /** What it is compared with; null for an arm that others are compared with. */
  readonly baseline: string | null;
  readonly n: number;
  /** Validation accuracy at the budget. */
  readonly accuracy: Estimate | null;
  /** `best`: the highest mean; `notWorse`: the interval of the difference to it, paired by seed, includes 0. */
  readonly standing: "best" | "notWorse" | null;
  /** To the baseline, paired by seed; p after Holm's correction across arms. */
  readonly difference: Difference | null;
  readonly verdict: Verdict | null;
  /** Interquartile mean of the accuracies; null for fewer than four runs, where it is the mean. */
  readonly interquartile: BootstrapEstimate | null;
  /** Probability that a run is above one of the baseline. */
  readonly improvement: BootstrapEstimate | null;
  /** Mean height of the accuracy curve over tokens up to the budget. */
  readonly area: Estimate | null;
  readonly areaDifference: Difference | null;
  /** Tokens until the threshold is reached. */
  readonly reach: RestrictedMean | null;
  readonly rollouts: Generated;
  readonly tokens: Generated;
  /** Share of the budget that was trained on. */
  readonly trainedShare: number;
}

/** All arms with finished runs, and what they are compared by. */
export interface EqualTokens {
  /** Tokens: what the run that spent least had spent at its last evaluation. */
  readonly budget: number;
  /** Validation accuracy. */
  readonly threshold: number;
  /** The arm whose mean accuracy at the budget is the threshold; null where it was given. */
  readonly thresholdFrom: string | null;
  readonly rows: readonly EqualTokensRow[];
}

/** Counts when the run had generated `budget` tokens, linear between its records. */
function generatedAt(
  { records }: RunData,
  budget: number,
): { readonly rollouts: Generated; readonly tokens: Generated } {
  const counts = records.flatMap((record) =>
    "rollouts" in record && "tokens" in record
      ? [{ spent: spent(record.tokens), rollouts: record.rollouts, tokens: record.tokens }]
      : []
  );
  const at = (unit: "rollouts" | "tokens", purpose: keyof Generated) => {
    const points = counts.map((count) => ({ x: count.spent, y: count[unit][purpose] }));
    return interpolate([{ x: 0, y: 0 }, ...points], budget)!; // every run reaches the budget
  };
  const all = (unit: "rollouts" | "tokens") => ({
    training: at(unit, "training"),
    discarded: at(unit, "discarded"),
    scoring: at(unit, "scoring"),
  });
  return { rollouts: all("rollouts"), tokens: all("tokens") };
}

function meanGenerated(counts: readonly Generated[]): Generated {
  const over = (purpose: keyof Generated) => mean(counts.map((count) => count[purpose]));
  return {
    training: over("training"),
    discarded: over("discarded"),
    scoring: over("scoring"),
  };
}

/** Which arm has the highest mean, and which are not shown to be below it. */
function standingsOf(
  arms: ReadonlyMap<string, SeedValues>,
): ReadonlyMap<string, EqualTokensRow["standing"]> {
  const means = [...arms].filter(([, values]) => values.size > 0)
    .map(([arm, values]) => ({ arm, mean: mean([...values.values()]) }));
  const best = means.toSorted((a, b) => b.mean - a.mean)[0]?.arm;
  return new Map(
    [...arms].map(([arm, values]) => {
      if (arm === best) return [arm, "best"];
      const difference = best === undefined ? null : pairedDifference(values, arms.get(best)!);
      return [arm, difference?.high != null && difference.high >= 0 ? "notWorse" : null];
    }),
  );
}

/**
 * Every arm with finished runs at the common budget of generated tokens, against its baseline.
 *
 * @param threshold validation accuracy to reach; by default the mean that the first baseline has at the budget
 * @returns null where runs have no common budget, or the baseline no accuracy to set a threshold by
 */
export function compareAtEqualTokens(
  results: ExperimentResults,
  baselines: Baselines,
  { threshold: given }: { readonly threshold?: number } = {},
): EqualTokens | null {
  const budget = commonBudget(results, "tokens");
  if (budget === null || budget === 0) return null;
  const accuracyOf = (run: RunData) => accuracyAt(run, budget, "tokens");
  const starts = results.arms.flatMap(doneRuns).map((run) => accuracyCurve(run, "tokens")[0]!.x);
  const start = Math.max(...starts); // none, where runs are evaluated before they generate anything
  if (start > budget) return null;
  const areaOf = (run: RunData) => meanHeight(accuracyCurve(run, "tokens"), start, budget);
  const reference = [...seedValues(baselines.first, accuracyOf).values()];
  const threshold = given ?? (reference.length === 0 ? null : mean(reference));
  if (threshold === null) return null;

  const arms = results.arms.filter((arm) => doneRuns(arm).length > 0);
  const standings = standingsOf(
    new Map(arms.map((arm) => [arm.name, seedValues(arm, accuracyOf)])),
  );
  const rows = arms.map((arm) => rowOf(arm, baselines.of(arm)));
  const tested = rows.filter(({ difference }) => typeof difference?.p === "number");
  const adjusted = new Map(
    holm(tested.map(({ difference }) => difference!.p!)).map((p, i) => [tested[i]!.arm, p]),
  );
  return {
    budget,
    threshold,
    thresholdFrom: given === undefined ? baselines.first.name : null,
    rows: rows.map((row) => {
      if (row.difference === null) return { ...row, verdict: null };
      const difference = { ...row.difference, p: adjusted.get(row.arm) ?? null };
      return { ...row, difference, verdict: verdictOf({ ...difference, main: true }) };
    }),
  };

  function rowOf(arm: ArmResults, baseline: ArmResults | null): Omit<EqualTokensRow, "verdict"> {
    const accuracies = seedValues(arm, accuracyOf), areas = seedValues(arm, areaOf);
    const values = [...accuracies.values()];
    const counts = doneRuns(arm).map((run) => generatedAt(run, budget!));
    const tokens = meanGenerated(counts.map(({ tokens }) => tokens));
    const random = randomSource(0, "interquartile mean", arm.name);
    return {
      arm: arm.name,
      baseline: baseline?.name ?? null,
      n: values.length,
      accuracy: seedEstimate(values),
      standing: standings.get(arm.name) ?? null,
      difference: baseline === null
        ? null
        : pairedDifference(accuracies, seedValues(baseline, accuracyOf)),
      interquartile: values.length < LEAST_RUNS_FOR_IQM
        ? null
        : stratifiedBootstrap([values], interquartileMean, { random }),
      improvement: baseline === null ? null : improvementOver(arm, baseline, accuracyOf),
      area: seedEstimate([...areas.values()]),
      areaDifference: baseline === null
        ? null
        : pairedDifference(areas, seedValues(baseline, areaOf)),
      reach: meanCostToReach(arm, { threshold: threshold!, budget: budget!, axis: "tokens" }),
      rollouts: meanGenerated(counts.map(({ rollouts }) => rollouts)),
      tokens,
      trainedShare: tokens.training / budget!,
    };
  }
}
