/** What size of effect a paired design could have seen, outcome by outcome, and the seeds that others would need. */
import { detectableEffect, deviationFactors, POWER, seedsNeeded } from "../core/power.ts";
import { mean, standardDeviation } from "../core/statistics.ts";
import type { Baselines } from "./baseline.ts";
import { type Outcome, outcomesOf } from "./outcome.ts";
import type { ExperimentResults } from "./results.ts";
import { seedDifferences, seedValues } from "./seed_values.ts";

/** How far differences vary from seed to seed, and what can be seen through it. */
export interface SeedNoise {
  /** Standard deviation of the differences. */
  readonly deviation: number;
  /** 95 % interval of it, for normal differences. */
  readonly low: number;
  readonly high: number;
  /** Smallest mean difference that this many pairs find with the stated power in one test at 5 %. */
  readonly detectable: number;
  /** The same at 5 % over the number of compared arms: the first and strictest step of Holm's correction. */
  readonly detectableCorrected: number;
}

/** One arm against its baseline on one outcome. */
export interface Detectable {
  readonly outcome: Outcome;
  readonly arm: string;
  readonly baseline: string;
  /** Seeds that both have finished. */
  readonly n: number;
  /** Mean of the baseline at these seeds; null where there are none. */
  readonly baselineMean: number | null;
  /** Null for fewer than two pairs. */
  readonly noise: SeedNoise | null;
}

/** An effect in the outcome's unit: shares as they are, other numbers as a share of the baseline's mean. */
export function effectSize(
  { outcome, baselineMean }: Pick<Detectable, "outcome" | "baselineMean">,
  effect: number,
): number | null {
  if (outcome.unit === "share") return effect;
  return baselineMean === null ? null : effect * Math.abs(baselineMean);
}

function seedNoise(
  differences: readonly number[],
  compared: number,
  power: number,
): SeedNoise | null {
  const n = differences.length;
  if (n < 2) return null;
  const deviation = standardDeviation(differences), [low, high] = deviationFactors(n);
  return {
    deviation,
    low: low * deviation,
    high: high * deviation,
    detectable: deviation * detectableEffect(n, power),
    detectableCorrected: deviation * detectableEffect(n, power, 1 - 0.05 / compared),
  };
}

/** Every outcome of every arm that has a baseline, also where no seed of both is finished. */
export function detectableEffects(
  results: ExperimentResults,
  baselines: Pick<Baselines, "of">,
  power = POWER,
): readonly Detectable[] {
  const pairs = results.arms.flatMap((arm) => {
    const baseline = baselines.of(arm);
    return baseline === null ? [] : [{ arm, baseline }];
  });
  return outcomesOf(results).flatMap((outcome) =>
    pairs.map(({ arm, baseline }) => {
      const ours = seedValues(arm, outcome.valueOf), theirs = seedValues(baseline, outcome.valueOf);
      const differences = seedDifferences(ours, theirs);
      const shared = [...theirs].filter(([seed]) => ours.has(seed)).map(([, value]) => value);
      return {
        outcome,
        arm: arm.name,
        baseline: baseline.name,
        n: differences.length,
        baselineMean: shared.length === 0 ? null : mean(shared),
        noise: seedNoise(differences, pairs.length, power),
      };
    })
  );
}

/** Seeds that an effect needs, and what the interval of the standard deviation makes of them. */
export interface SeedsForEffect {
  readonly seeds: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Seeds needed to find `effect` (see {@link effectSize}) with the stated power in one test at 5 %. Null where the
 * noise is not known, the effect is 0, or a share would have to change by more than its baseline's mean.
 */
export function seedsForEffect(
  row: Detectable,
  effect: number,
  power = POWER,
): SeedsForEffect | null {
  const size = effectSize(row, effect), { noise } = row;
  if (noise === null || size === null || !(size > 0)) return null;
  if (row.outcome.unit === "share" && size > row.baselineMean!) return null;
  const needed = (deviation: number) => seedsNeeded(size / deviation, power); // two, where nothing varies
  return {
    seeds: needed(noise.deviation),
    low: needed(noise.low),
    high: needed(noise.high),
  };
}
