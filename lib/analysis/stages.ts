/** The paper's Table 3: what each stage of training adds on the benchmarks. */
import { holm } from "../core/statistics.ts";
import { coldStartId } from "../schema/identity.ts";
import type { RunData } from "../store/run_data.ts";
import { type BenchmarkScores, benchmarkScores, finalBenchmarks } from "./benchmark.ts";
import { evaluations } from "./evaluations.ts";
import { type Difference, type Estimate, pairedDifference, seedEstimate } from "./paired_seeds.ts";
import {
  type ArmResults,
  type ColdStartResults,
  doneRuns,
  type ExperimentResults,
} from "./results.ts";

/** The stages, each on top of the one before. */
export const STAGES = ["base", "coldStart", "grpo", "vas"] as const;
export type Stage = typeof STAGES[number];

/** Table 3 as `reports/paper/tables.json` has it: model, benchmarks, average. */
export interface PaperStages {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** One stage on the benchmarks. */
export interface StageRow {
  readonly stage: Stage;
  /** The arm whose runs it is; null for what lies before reinforcement learning. */
  readonly arm: string | null;
  /** Split → accuracy over policies. */
  readonly splits: Readonly<Record<string, Estimate>>;
  readonly average: Estimate;
  /** Less the stage before, paired by seed; `average` with p after Holm's correction over the stages. */
  readonly gain:
    | { readonly splits: Readonly<Record<string, Difference>>; readonly average: Difference }
    | null;
  /** In per cent: benchmarks in the paper's order, then their average. */
  readonly paper: { readonly name: string; readonly values: readonly number[] } | null;
}

/** The table. */
export interface StageTable {
  readonly rows: readonly StageRow[];
  /** Split → prompts. */
  readonly prompts: Readonly<Record<string, number>>;
  /** Cold starts that the runs began from: below the number of seeds, runs share them. */
  readonly coldStarts: number;
  readonly seeds: readonly number[];
}

/** Benchmarks of one stage by seed, with what tells policies apart: runs that share a cold start share its policy. */
interface StageScores {
  readonly stage: Stage;
  readonly arm: string | null;
  readonly bySeed: ReadonlyMap<number, BenchmarkScores>;
  /** Each policy once: by a number for each cold start before reinforcement learning, then by seed. */
  readonly policies: ReadonlyMap<number, BenchmarkScores>;
}

/** The untrained policy, and the one that the cold start ends with. */
function coldStartScores(
  { records }: ColdStartResults,
): { readonly base: BenchmarkScores | null; readonly coldStart: BenchmarkScores | null } {
  const found = evaluations({ records });
  const first = found[0], last = found.at(-1);
  return {
    base: first?.step === 0 ? benchmarkScores(first) : null,
    coldStart: last === undefined || last.step === 0 ? null : benchmarkScores(last),
  };
}

function beforeTraining(
  results: ExperimentResults,
  runs: readonly RunData[],
): readonly StageScores[] {
  const known = new Map(results.coldStarts.map((start) => [start.id, coldStartScores(start)]));
  const bySeed = new Map(runs.map((run) => [run.seed, coldStartId(run.config)]));
  const used = [...new Set(bySeed.values())];
  return (["base", "coldStart"] as const).map((stage) => ({
    stage,
    arm: null,
    bySeed: new Map([...bySeed].flatMap(([seed, id]) => {
      const scores = known.get(id)?.[stage] ?? null;
      return scores === null ? [] : [[seed, scores]];
    })),
    policies: new Map(used.flatMap((id, i) => {
      const scores = known.get(id)?.[stage] ?? null;
      return scores === null ? [] : [[i, scores]];
    })),
  }));
}

function afterTraining(stage: Stage, arm: ArmResults): StageScores {
  const bySeed = new Map(
    doneRuns(arm).flatMap((run) => {
      const scores = finalBenchmarks(run);
      return scores === null ? [] : [[run.seed, scores]];
    }),
  );
  return { stage, arm: arm.name, bySeed, policies: bySeed };
}

/** Gains of a stage on every split and on the average; null where no seed has both. */
function gainOf(
  after: StageScores,
  before: StageScores,
  splits: readonly string[],
): StageRow["gain"] {
  const difference = (valueOf: (scores: BenchmarkScores) => number) => {
    // Before reinforcement learning seeds may share policies, which then count once.
    const replicates = after.arm === null ? "policies" : "bySeed";
    const values = (stage: StageScores) =>
      new Map([...stage[replicates]].map(([key, scores]) => [key, valueOf(scores)]));
    return pairedDifference(values(after), values(before));
  };
  const average = difference(({ average }) => average);
  if (average === null) return null;
  return {
    average,
    splits: Object.fromEntries(
      splits.map((split) => [split, difference(({ splits }) => splits[split] ?? NaN)!]),
    ),
  };
}

/** The table; null where fewer than two stages have been measured. */
export function stageTable(results: ExperimentResults, paper: PaperStages): StageTable | null {
  const grpo = results.arms.find(({ config }) => config.sampler.kind === "random");
  const vas = results.arms.find(({ config }) => config.sampler.kind === "vas");
  const arms = [grpo, vas].filter((arm) => arm !== undefined);
  const stages = [
    ...beforeTraining(results, arms.flatMap(doneRuns)),
    ...(grpo === undefined ? [] : [afterTraining("grpo", grpo)]),
    ...(vas === undefined ? [] : [afterTraining("vas", vas)]),
  ].filter(({ policies }) => policies.size > 0);
  const [some] = stages;
  if (some === undefined || stages.length < 2) return null;
  const { prompts } = [...some.policies.values()][0]!;
  const splits = Object.keys(prompts);
  const gains = stages.map((stage, i) => i === 0 ? null : gainOf(stage, stages[i - 1]!, splits));
  const tested = gains.filter((gain) => gain?.average.p != null);
  const corrected = holm(tested.map((gain) => gain!.average.p!));
  return {
    prompts,
    seeds: [...new Set(arms.flatMap(doneRuns).map(({ seed }) => seed))].sort((a, b) => a - b),
    coldStarts: new Set(arms.flatMap(doneRuns).map(({ config }) => coldStartId(config))).size,
    rows: stages.map(({ stage, arm, policies }, i) => {
      const own = [...policies.values()];
      const gain = gains[i]!, at = tested.indexOf(gain);
      const [name, ...values] = paper.rows[STAGES.indexOf(stage)] ?? [];
      return {
        stage,
        arm,
        splits: Object.fromEntries(
          splits.map((
            split,
          ) => [split, seedEstimate(own.map(({ splits }) => splits[split]!))!]),
        ),
        average: seedEstimate(own.map(({ average }) => average))!,
        gain: gain === null || at < 0
          ? gain
          : { ...gain, average: { ...gain.average, p: corrected[at]! } },
        paper: name === undefined ? null : { name: String(name), values: values.map(Number) },
      };
    }),
  };
}
