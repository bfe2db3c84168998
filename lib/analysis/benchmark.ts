/** Accuracy on the benchmark splits at one evaluation, and at a run's first and last one. */
import { mean } from "../core/statistics.ts";
import type { EvaluationRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { evaluations } from "./evaluations.ts";
import { type ArmResults, doneRuns } from "./results.ts";

/** The paper's benchmarks by the name of the split that stands in for each. */
export const PAPER_BENCHMARKS: Readonly<Record<string, string>> = {
  verse: "MathVerse",
  vista: "MathVista",
  vision: "MathVision",
  logic: "LogicVista",
  chart: "ChartQA",
};

/** One policy on all benchmark splits. */
export interface BenchmarkScores {
  /** Split → accuracy, a share. */
  readonly splits: Readonly<Record<string, number>>;
  /** Split → number of prompts. */
  readonly prompts: Readonly<Record<string, number>>;
  /** Mean over the splits, each counting the same. */
  readonly average: number;
}

/** The benchmark splits of one evaluation, `validation` being none of them; null where it had none. */
export function benchmarkScores(record: EvaluationRecord): BenchmarkScores | null {
  const found = Object.entries(record.splits).filter(([split]) => split !== "validation");
  if (found.length === 0) return null;
  return {
    splits: Object.fromEntries(found.map(([split, { accuracy }]) => [split, accuracy])),
    prompts: Object.fromEntries(found.map(([split, { prompts }]) => [split, prompts])),
    average: mean(found.map(([, { accuracy }]) => accuracy)),
  };
}

/** The benchmarks at the last evaluation; null where that one had none. */
export function finalBenchmarks(run: Pick<RunData, "records">): BenchmarkScores | null {
  const last = evaluations(run).at(-1);
  return last === undefined ? null : benchmarkScores(last);
}

/** One split of one arm: values by seed. */
export interface BenchmarkResult {
  readonly split: string;
  /** Prompts in the split. */
  readonly prompts: number;
  readonly seeds: readonly number[];
  readonly first: readonly number[]; // [seeds]
  readonly last: readonly number[]; // [seeds]
}

/** The first and the last evaluation of a run. */
interface Ends {
  readonly seed: number;
  readonly first: EvaluationRecord;
  readonly last: EvaluationRecord;
}

function endsOf(arm: ArmResults): readonly Ends[] {
  return doneRuns(arm).flatMap((run) => {
    const records = evaluations(run), first = records[0], last = records.at(-1);
    return first === undefined || last === undefined ? [] : [{ seed: run.seed, first, last }];
  });
}

/** The splits of the arm's evaluations, and `average` over all of them but `validation`. */
export function benchmarkResults(arm: ArmResults): readonly BenchmarkResult[] {
  const runs = endsOf(arm);
  const [some] = runs;
  if (some === undefined) return [];
  const known = Object.keys(some.last.splits).filter((split) =>
    runs.every(({ first, last }) => split in first.splits && split in last.splits)
  );
  const seeds = runs.map(({ seed }) => seed);
  const rows = known.map((split) => ({
    split,
    prompts: some.last.splits[split]!.prompts,
    seeds,
    first: runs.map(({ first }) => first.splits[split]!.accuracy),
    last: runs.map(({ last }) => last.splits[split]!.accuracy),
  }));
  const benchmarks = rows.filter(({ split }) => split !== "validation");
  if (benchmarks.length < 2) return rows;
  const average = (when: "first" | "last") =>
    runs.map((_, seed) => mean(benchmarks.map((row) => row[when][seed]!)));
  const prompts = benchmarks.reduce((sum, row) => sum + row.prompts, 0);
  return [...rows, {
    split: "average",
    prompts,
    seeds,
    first: average("first"),
    last: average("last"),
  }];
}

/** One slice of the validation split of one arm: values by seed. */
export interface SliceOutcome extends Omit<BenchmarkResult, "split"> {
  /** A modality, or a source. */
  readonly slice: string;
}

/** Accuracy on the validation split by modality or source, by name; empty where all prompts are of one. */
export function sliceOutcomes(
  arm: ArmResults,
  by: "modalities" | "sources",
): readonly SliceOutcome[] {
  const runs = endsOf(arm);
  const slicesAt = ({ splits }: EvaluationRecord) => splits.validation?.[by] ?? {};
  const [some] = runs;
  if (some === undefined) return [];
  const known = Object.keys(slicesAt(some.last)).sort().filter((slice) =>
    runs.every(({ first, last }) => slice in slicesAt(first) && slice in slicesAt(last))
  );
  if (known.length < 2) return [];
  const share = (record: EvaluationRecord, slice: string) => {
    const { correct, prompts } = slicesAt(record)[slice]!;
    return correct / prompts;
  };
  return known.map((slice) => ({
    slice,
    prompts: slicesAt(some.last)[slice]!.prompts,
    seeds: runs.map(({ seed }) => seed),
    first: runs.map(({ first }) => share(first, slice)),
    last: runs.map(({ last }) => share(last, slice)),
  }));
}
