/** The paper's Figure 3 for one arm: where scores lie at each refresh, and how prompts move between refreshes. */
import { spearman } from "../core/statistics.ts";
import { type Binning, chooseBinning, histogram } from "./binning.ts";
import type { ArmResults } from "./results.ts";
import { readScorings, type Scoring, scoringSteps } from "./scorings.ts";
import {
  type Flow,
  flowOf,
  scoreCorrelation,
  shareWithin,
  sumMatrices,
  type TransitionMatrix,
  transitionMatrix,
} from "./transition.ts";

/** Prompts per bin at one refresh, mean over seeds. */
export interface ScoreHistogram {
  readonly step: number;
  readonly counts: readonly number[];
  /** The same scoring repeated on the unchanged policy; null where that was not done. */
  readonly control: readonly number[] | null;
}

/** Prompts moving between bins, all seeds together; shares and correlation by seed. */
export interface ScoreTransition {
  readonly fromStep: number;
  readonly toStep: number;
  readonly control: boolean;
  readonly counts: TransitionMatrix;
  /** Per seed: share on the diagonal, share within one bin of it, correlation of the two scorings. */
  readonly diagonal: readonly number[];
  readonly withinOne: readonly number[];
  readonly correlation: readonly number[];
  /** Per seed: Spearman's rank correlation of the two scorings. */
  readonly rankCorrelation: readonly number[];
  /** Per seed: shares of prompts that move up and down, and their mean move. */
  readonly flow: readonly Flow[];
}

/** Of more refreshes than this, an even selection is looked at: a page of hundreds shows nothing. */
export const REFRESHES_SHOWN = 10;

/** Figure 3 for one arm. */
export interface ScoreDynamics {
  readonly arm: string;
  readonly binning: Binning;
  /** Prompts in the pool. */
  readonly prompts: number;
  readonly scoringRollouts: number;
  readonly seeds: readonly number[];
  /** Refreshes in all; `histograms` and `transitions` are of at most {@link REFRESHES_SHOWN}, evenly spaced. */
  readonly refreshes: number;
  readonly histograms: readonly ScoreHistogram[];
  readonly transitions: readonly ScoreTransition[];
}

/** α·OVS + β·TDS is at most this: OVS never exceeds 1/4, TDS never exceeds 1. */
export function highestScore(weights: { readonly ovs: number; readonly tds: number }): number {
  return weights.ovs / 4 + weights.tds;
}

/** At most `most` indices below `count`, evenly spaced, the first and the last among them. */
export function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, k) => Math.round(k * (count - 1) / (most - 1)));
}

function meanCounts(counts: readonly (readonly number[])[]): readonly number[] | null {
  const [first] = counts;
  if (first === undefined) return null;
  return first.map((_, bin) => counts.reduce((sum, seed) => sum + seed[bin]!, 0) / counts.length);
}

function transition(
  pairs: readonly (readonly [Scoring, Scoring])[],
  binning: Binning,
): ScoreTransition | null {
  const [first] = pairs;
  if (first === undefined) return null;
  const matrices = pairs.map(([from, to]) =>
    transitionMatrix(from.scores.vps, to.scores.vps, binning)
  );
  return {
    fromStep: first[0].step,
    toStep: first[1].step,
    control: first[1].control,
    counts: sumMatrices(matrices),
    diagonal: matrices.map((matrix) => shareWithin(matrix, 0)),
    withinOne: matrices.map((matrix) => shareWithin(matrix, 1)),
    correlation: pairs.flatMap(([from, to]) =>
      scoreCorrelation(from.scores.vps, to.scores.vps) ?? []
    ),
    rankCorrelation: pairs.map(([from, to]) => spearman(from.scores.vps, to.scores.vps))
      .filter((value) => !Number.isNaN(value)),
    flow: matrices.map(flowOf),
  };
}

/** Reads the arm's scores; null when its sampler keeps none or no run is finished. */
export async function scoreDynamics(
  arm: ArmResults,
  { bins }: { readonly bins: number },
): Promise<ScoreDynamics | null> {
  const steps = scoringSteps(arm);
  const shown = evenly(steps.length, REFRESHES_SHOWN);
  // What is not shown is not read, and has no say in the binning.
  const needed = new Set(shown.flatMap((i) => [steps[i], steps[i + 1]]));
  const scorings = await readScorings(arm, (step) => needed.has(step));
  const { sampler } = arm.config;
  const [first] = scorings;
  if (first === undefined || sampler.kind !== "vas") return null;
  const binning = chooseBinning(scorings.map(({ scores }) => scores.vps), {
    count: bins,
    low: 0,
    high: highestScore(sampler.weights),
  });
  const key = (seed: number, step: number, control: boolean) => `${seed} ${step} ${control}`;
  const byPlace = new Map(scorings.map((s) => [key(s.seed, s.step, s.control), s]));
  const at = (seed: number, step: number, control: boolean) =>
    byPlace.get(key(seed, step, control));
  const seeds = [...new Set(scorings.map(({ seed }) => seed))];
  const paired = (from: number, to: number, control: boolean) =>
    seeds.flatMap((seed) => {
      const before = at(seed, from, false), after = at(seed, to, control);
      return before === undefined || after === undefined ? [] : [[before, after] as const];
    });
  const counts = (step: number, control: boolean) =>
    meanCounts(seeds.flatMap((seed) => {
      const scoring = at(seed, step, control);
      return scoring === undefined ? [] : [histogram(scoring.scores.vps, binning)];
    }));
  return {
    arm: arm.name,
    binning,
    prompts: first.scores.vps.length,
    scoringRollouts: first.rollouts,
    seeds,
    refreshes: steps.length,
    histograms: shown.map((i) => steps[i]!).map((step) => ({
      step,
      counts: counts(step, false) ?? [],
      control: counts(step, true),
    })),
    transitions: shown.flatMap((i) => {
      const step = steps[i]!, next = steps[i + 1];
      return [
        next === undefined ? null : transition(paired(step, next, false), binning),
        transition(paired(step, step, true), binning),
      ].filter((found) => found !== null);
    }),
  };
}
