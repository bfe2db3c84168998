/** The paper's Table 4: one factor at a time on the benchmarks, and how far seed noise alone would spread it. */
import { holm, mean } from "../core/statistics.ts";
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
import { type SeedNoise, seedNoise } from "./seed_noise.ts";

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
  /** `best`: the highest average; `notWorse`: the 95 % interval of its difference to that one includes 0. */
  readonly standing: "best" | "notWorse" | null;
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
  const meanOf = (arm: ArmResults) => mean([...averages(scores.get(arm)!).values()]);
  const best = design.settings.filter((arm) => scores.get(arm)!.size > 0)
    .reduce((best, arm) => meanOf(arm) > meanOf(best) ? arm : best);
  const standing = (arm: ArmResults): AblationRow["standing"] => {
    if (arm === best) return "best";
    const below = pairedDifference(averages(scores.get(arm)!), averages(scores.get(best)!));
    return below !== null && below.high !== null && below.high >= 0 ? "notWorse" : null;
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
        standing: standing(arm),
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

/** Smallest and largest of the paper's averages, in per cent, and how many settings they are of. */
export function paperSpan(
  { rows }: PaperAblation,
): { readonly settings: number; readonly low: number; readonly high: number } {
  const averages = rows.map((row) => Number(row.at(-1)));
  const blocks = new Set(rows.map(([parameter]) => parameter)).size;
  return {
    settings: rows.length - (blocks - 1), // the base row stands in every block
    low: Math.min(...averages),
    high: Math.max(...averages),
  };
}
