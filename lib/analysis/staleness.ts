/** How wrong a score is some steps after it was taken, against how wrong it is at once. */
import { mean, spearman } from "../core/statistics.ts";
import { type Estimate, seedEstimate } from "./paired_seeds.ts";
import type { ArmResults } from "./results.ts";
import { evenly } from "./score_dynamics.ts";
import { readScorings, type Scoring, scoringSteps } from "./scorings.ts";

/** What two scorings of one pool disagree on. */
export interface Disagreement {
  /** Spearman's rank correlation of the scores; NaN where one side does not vary. */
  readonly rankCorrelation: number;
  /** Mean absolute difference of OVS, and of VPS. */
  readonly ovsError: number;
  readonly vpsError: number;
  /** Share of sampling weight that lies on other prompts: ½ Σ |w/Σw − w′/Σw′|. */
  readonly misplaced: number;
}

/** Estimates of {@link Disagreement} over seeds, at one age of the scores. */
export interface StalenessPoint {
  /** Age of the scores in steps; 0 is the control: the same policy scored twice. */
  readonly lag: number;
  /** Pairs of scorings per run, the most of any run. */
  readonly pairs: number;
  readonly rankCorrelation: Estimate | null;
  /** Rank correlation with scoring noise taken out: r / √(control at one end · control at the other). */
  readonly corrected: Estimate | null;
  readonly ovsError: Estimate | null;
  readonly vpsError: Estimate | null;
  readonly misplaced: Estimate | null;
  /** `misplaced` less the mean of the controls at both ends. */
  readonly excess: Estimate | null;
}

/** Staleness of one arm's scores. */
export interface Staleness {
  readonly arm: string;
  readonly prompts: number;
  readonly scoringRollouts: number;
  readonly seeds: readonly number[];
  /** Refreshes compared with each other, and refreshes in all. */
  readonly compared: number;
  readonly refreshes: number;
  /** Lags rising; without controls there is none of 0. */
  readonly points: readonly StalenessPoint[];
}

/** Of more refreshes than this, an even selection is compared: pairs grow with the square. */
const MOST_COMPARED = 24;

/** ½ Σ |a/Σa − b/Σb|: total variation distance; weights that are all 0 count as equal ones. */
export function misplacedWeight(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const total = (values: ArrayLike<number>) => mean(values) * values.length;
  const sumA = total(a), sumB = total(b), equal = 1 / a.length;
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    const x = sumA > 0 ? a[i]! / sumA : equal, y = sumB > 0 ? b[i]! / sumB : equal;
    distance += Math.abs(x - y) / 2;
  }
  return distance;
}

function meanDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

/** Compares two scorings of the same pool. */
export function disagreement(a: Scoring["scores"], b: Scoring["scores"]): Disagreement {
  return {
    rankCorrelation: spearman(a.vps, b.vps),
    ovsError: meanDistance(a.ovs, b.ovs),
    vpsError: meanDistance(a.vps, b.vps),
    misplaced: misplacedWeight(a.weight, b.weight),
  };
}

/** One pair of scorings of one run. */
interface Pair extends Disagreement {
  readonly lag: number;
  readonly corrected: number;
  readonly excess: number;
}

/** All pairs of one run's scorings, and each with its control. */
function pairsOf(scorings: readonly Scoring[]): readonly Pair[] {
  const used = scorings.filter(({ control }) => !control);
  const controls = new Map(scorings.flatMap((again) => {
    const own = used.find(({ step }) => step === again.step);
    return again.control && own !== undefined
      ? [[again.step, disagreement(own.scores, again.scores)] as const]
      : [];
  }));
  const pairs: Pair[] = [...controls.values()].map((control) => ({
    ...control,
    lag: 0,
    corrected: NaN,
    excess: NaN,
  }));
  used.forEach((from, i) => {
    for (const to of used.slice(i + 1)) {
      const found = disagreement(from.scores, to.scores);
      const before = controls.get(from.step), after = controls.get(to.step);
      const reliability = (before?.rankCorrelation ?? NaN) * (after?.rankCorrelation ?? NaN);
      pairs.push({
        ...found,
        lag: to.step - from.step,
        corrected: reliability > 0 ? found.rankCorrelation / Math.sqrt(reliability) : NaN,
        excess: found.misplaced -
          ((before?.misplaced ?? NaN) + (after?.misplaced ?? NaN)) / 2,
      });
    }
  });
  return pairs;
}

/** Every pair of refreshes of each run, by lag; null for an arm that does not score its pool twice. */
export async function staleness(arm: ArmResults): Promise<Staleness | null> {
  const steps = scoringSteps(arm);
  const selected = new Set(evenly(steps.length, MOST_COMPARED).map((i) => steps[i]!));
  const scorings = await readScorings(arm, (step) => selected.has(step));
  const [first] = scorings;
  if (first === undefined || selected.size < 2) return null;
  const bySeed = [...Map.groupBy(scorings, ({ seed }) => seed)]
    .map(([seed, own]) => ({ seed, byLag: Map.groupBy(pairsOf(own), ({ lag }) => lag) }));
  const lags = [...new Set(bySeed.flatMap(({ byLag }) => [...byLag.keys()]))].sort((a, b) => a - b);
  return {
    arm: arm.name,
    prompts: first.scores.vps.length,
    scoringRollouts: first.rollouts,
    seeds: bySeed.map(({ seed }) => seed),
    compared: selected.size,
    refreshes: steps.length,
    points: lags.map((lag) => {
      const runs = bySeed.map(({ byLag }) => byLag.get(lag) ?? []);
      // First over the pairs of a run, then over runs: pairs of one run are no replicates.
      const over = (metric: keyof Pair) =>
        seedEstimate(runs.flatMap((pairs) => {
          const known = pairs.map((pair) => pair[metric]).filter((value) => !Number.isNaN(value));
          return known.length === 0 ? [] : [mean(known)];
        }));
      return {
        lag,
        pairs: Math.max(...runs.map(({ length }) => length)),
        rankCorrelation: over("rankCorrelation"),
        corrected: over("corrected"),
        ovsError: over("ovsError"),
        vpsError: over("vpsError"),
        misplaced: over("misplaced"),
        excess: over("excess"),
      };
    }),
  };
}

/** Where the corrected rank correlation comes to lie under a level. */
export interface Expiry {
  /** The first lag at which it lies under the level, with whether its interval does too; null for none. */
  readonly lag: number | null;
  readonly certain: boolean;
  /** The last lag at which the whole interval lies at or above the level; null for none. */
  readonly goodUntil: number | null;
  /** The longest lag that was measured. */
  readonly longest: number;
}

/** Null where no lag has a corrected correlation. */
export function expiryOf({ points }: Staleness, level: number): Expiry | null {
  const known = points.filter(({ corrected }) => corrected !== null);
  const longest = known.at(-1)?.lag;
  if (longest === undefined) return null;
  const under = known.find(({ corrected }) => corrected!.mean < level);
  const good = known.filter(({ corrected }) => corrected!.low !== null && corrected!.low >= level);
  return {
    lag: under?.lag ?? null,
    certain: under?.corrected?.high != null && under.corrected.high < level,
    goodUntil: good.filter(({ lag }) => under === undefined || lag < under.lag).at(-1)?.lag ?? null,
    longest,
  };
}
