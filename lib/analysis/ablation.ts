/** The paper's Table 4: one factor at a time on the benchmarks, and how far seed noise alone would spread it. */
import { expectedNormalRange, normalRangeCdf, normalRangeQuantile } from "../core/normal_range.ts";
import { holm, mean, variance } from "../core/statistics.ts";
import type { RunConfig } from "../schema/run_config.ts";
import {
  type AblatedFactor,
  type AblationDesign,
  ablationDesign,
  type FactorValue,
} from "./ablation_design.ts";
import { type BenchmarkScores, finalBenchmarks } from "./benchmark.ts";
import {
  type Difference,
  type Estimate,
  pairedDifference,
  seedEstimate,
  type SeedValues,
} from "./paired_seeds.ts";
import { type ArmResults, doneRuns, type ExperimentResults } from "./results.ts";

/** Table 4 as `reports/paper/tables.json` has it. */
export interface PaperAblation {
  /** Names of the columns: parameter, value, benchmarks, average. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly PaperValue[])[];
}
export type PaperValue = string | number | readonly number[] | null;

/** The paper's values in one row, in per cent. */
export interface PaperRow {
  /** Value of the factor in the paper. */
  readonly value: PaperValue;
  readonly benchmarks: readonly number[];
  readonly average: number;
  /** Less the average of the paper's base row. */
  readonly difference: number;
}

/** Steps of the paper's run, and steps per pass over its training set (section 6.1: 10 passes). */
export const PAPER_STEPS = 70, PAPER_STEPS_PER_EPOCH = 7;

/** A factor of Table 4 and what the paper's table calls it. */
interface PaperFactor extends AblatedFactor {
  readonly paper: string;
}

const vasOf = ({ sampler }: RunConfig) => sampler.kind === "vas" ? sampler : null;

/** The factors of Table 4, in its order. */
export const TABLE4_FACTORS = [
  {
    key: "mixtureRatio",
    paper: "mixtureRatio",
    valueOf: (config) => vasOf(config)?.mixtureRatio ?? null,
  },
  {
    key: "refreshInterval",
    paper: "updateInterval",
    valueOf: (config) => vasOf(config)?.refreshInterval ?? null,
  },
  {
    key: "scoringRollouts",
    paper: "rollouts",
    valueOf: (config) => vasOf(config)?.scoringRollouts ?? null,
  },
  {
    key: "weights",
    paper: "vpsWeights",
    valueOf: (config) => {
      const weights = vasOf(config)?.weights;
      return weights === undefined ? null : [weights.ovs, weights.tds];
    },
  },
] as const satisfies readonly PaperFactor[];

/** One row of the table. */
export interface AblationRow {
  /** Key of its block's factor. */
  readonly factor: string;
  readonly value: FactorValue;
  readonly arm: ArmResults;
  readonly isBase: boolean;
  /** Split → mean accuracy over seeds. */
  readonly splits: Readonly<Record<string, number>>;
  /** Mean over the splits; null without a finished run. */
  readonly average: Estimate | null;
  /** Average less the base's, paired by seed, `p` after Holm's correction; null for the base. */
  readonly difference: Difference | null;
  /** The paper's row with the same value (T_update: the same share of the run). */
  readonly paper: PaperRow | null;
}

/** The table. */
export interface AblationTable {
  readonly design: AblationDesign;
  /** Split → prompts. */
  readonly prompts: Readonly<Record<string, number>>;
  readonly rows: readonly AblationRow[];
  /** Differences that were tested, each setting once. */
  readonly comparisons: number;
  readonly noise: SeedNoise | null;
}

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

/** Benchmarks at the end of an arm's finished runs, by seed. */
function scoresBySeed(arm: ArmResults): ReadonlyMap<number, BenchmarkScores> {
  return new Map(
    doneRuns(arm).flatMap((run) => {
      const scores = finalBenchmarks(run);
      return scores === null ? [] : [[run.seed, scores]];
    }),
  );
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

/** The paper's value that a value of ours stands for. */
function samePaperValue(
  factor: string,
  ours: FactorValue,
  theirs: PaperValue | undefined,
  steps: number,
): boolean {
  if (factor !== "refreshInterval") return JSON.stringify(ours) === JSON.stringify(theirs);
  // The same share of the run, to the nearest step of ours.
  return Math.abs(Number(ours) - Number(theirs) * steps / PAPER_STEPS) <= 0.5;
}

function paperRow(
  paper: PaperAblation,
  factor: PaperFactor,
  value: FactorValue,
  steps: number,
  baseAverage: number | null,
): PaperRow | null {
  const found = paper.rows.find(([name, theirs]) =>
    name === factor.paper && samePaperValue(factor.key, value, theirs, steps)
  );
  if (found === undefined) return null;
  const numbers = found.slice(2).map(Number);
  const average = numbers.at(-1)!;
  return {
    value: found[1]!,
    benchmarks: numbers.slice(0, -1),
    average,
    difference: baseAverage === null ? NaN : average - baseAverage,
  };
}

/** The setting that the paper's four blocks have in common. */
const PAPER_BASE: Readonly<Record<string, FactorValue>> = {
  mixtureRatio: 0.5,
  scoringRollouts: 8,
  weights: [0.5, 0.5],
};

/** The table; null where the arms vary none of its factors, or no run is finished. */
export function ablationTable(
  { arms }: ExperimentResults,
  paper: PaperAblation,
): AblationTable | null {
  const design = ablationDesign(
    arms.filter(({ config }) => config.sampler.kind === "vas"),
    TABLE4_FACTORS,
    ({ config }) =>
      TABLE4_FACTORS.every(({ key, valueOf }) =>
        !(key in PAPER_BASE) || JSON.stringify(valueOf(config)) === JSON.stringify(PAPER_BASE[key])
      ),
  );
  if (design === null) return null;
  const scores = new Map(design.settings.map((arm) => [arm, scoresBySeed(arm)]));
  const [some] = [...scores.values()].flatMap((own) => [...own.values()]);
  if (some === undefined) return null;
  const baseAverages = averages(scores.get(design.base)!);
  const raw = new Map(
    design.settings.slice(1).map((arm) => [
      arm,
      pairedDifference(averages(scores.get(arm)!), baseAverages),
    ]),
  );
  const tested = [...raw.values()].filter((difference) => difference?.p != null);
  const corrected = holm(tested.map((difference) => difference!.p!));
  const differenceOf = (arm: ArmResults): Difference | null => {
    const found = raw.get(arm) ?? null, at = tested.indexOf(found);
    return found === null || at < 0 ? found : { ...found, p: corrected[at]! };
  };
  const rows = design.blocks.flatMap(({ factor, cases }) => {
    const named = TABLE4_FACTORS.find(({ key }) => key === factor.key)!;
    const baseCase = cases.find(({ isBase }) => isBase)!;
    const rowOf = (value: FactorValue, arm: ArmResults, base: number | null) =>
      paperRow(paper, named, value, arm.config.training.steps, base);
    const paperBase = rowOf(baseCase.value, baseCase.arm, null)?.average ?? null;
    return cases.map(({ value, arm, isBase }): AblationRow => {
      const own = [...scores.get(arm)!.values()];
      return {
        factor: factor.key,
        value,
        arm,
        isBase,
        splits: Object.fromEntries(
          Object.keys(some.splits).map((split) => [
            split,
            mean(own.map(({ splits }) => splits[split] ?? NaN)),
          ]),
        ),
        average: seedEstimate(own.map(({ average }) => average)),
        difference: isBase ? null : differenceOf(arm),
        paper: rowOf(value, arm, paperBase),
      };
    });
  });
  return {
    design,
    prompts: some.prompts,
    rows,
    comparisons: tested.length,
    noise: seedNoise([...scores.values()]),
  };
}
