/** Accuracy on the benchmark splits at a run's first and last evaluation. */
import type { EvaluationRecord } from "../schema/run_record.ts";
import { evaluations } from "./evaluations.ts";
import { type ArmResults, doneRuns } from "./results.ts";

/** One split of one arm: values by seed. */
export interface BenchmarkResult {
  readonly split: string;
  /** Prompts in the split. */
  readonly prompts: number;
  readonly first: readonly number[]; // [seeds]
  readonly last: readonly number[]; // [seeds]
}

/** The splits of the arm's evaluations, and `average` over all of them but `validation`. */
export function benchmarkResults(arm: ArmResults): readonly BenchmarkResult[] {
  const runs = doneRuns(arm).map((run) => {
    const records = evaluations(run);
    return { first: records[0], last: records.at(-1) };
  }).filter((run): run is { first: EvaluationRecord; last: EvaluationRecord } =>
    run.first !== undefined
  );
  const [some] = runs;
  if (some === undefined) return [];
  const known = Object.keys(some.last.splits).filter((split) =>
    runs.every(({ first, last }) => split in first.splits && split in last.splits)
  );
  const rows = known.map((split) => ({
    split,
    prompts: some.last.splits[split]!.prompts,
    first: runs.map(({ first }) => first.splits[split]!.accuracy),
    last: runs.map(({ last }) => last.splits[split]!.accuracy),
  }));
  const benchmarks = rows.filter(({ split }) => split !== "validation");
  if (benchmarks.length < 2) return rows;
  const average = (when: "first" | "last") =>
    runs.map((_, seed) =>
      benchmarks.reduce((sum, row) => sum + row[when][seed]!, 0) / benchmarks.length
    );
  const prompts = benchmarks.reduce((sum, row) => sum + row.prompts, 0);
  return [...rows, { split: "average", prompts, first: average("first"), last: average("last") }];
}
