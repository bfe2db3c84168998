/** Evaluations of all finished runs as one table. */
import type { EvaluationRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";
import { spending } from "./spending.ts";
import { createTable, type Table } from "./table.ts";

/** One split of one evaluation of one run. */
export interface EvaluationRow {
  readonly arm: string;
  readonly seed: number;
  readonly step: number;
  /** Generated so far for training and scoring; what is generated for measuring is left out. */
  readonly rollouts: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly split: string;
  readonly accuracy: number;
  readonly prompts: number;
}

const COLUMNS = [
  "arm",
  "seed",
  "step",
  "rollouts",
  "tokens",
  "seconds",
  "split",
  "accuracy",
  "prompts",
] as const satisfies readonly (keyof EvaluationRow)[];

function* evaluationRows(results: ExperimentResults): Generator<EvaluationRow> {
  for (const arm of results.arms) {
    for (const run of doneRuns(arm)) {
      for (const { record, rollouts, tokens, seconds } of spending(run)) {
        if (record.kind !== "evaluation") continue;
        const spent = { step: record.step, rollouts, tokens, seconds };
        for (const [split, { accuracy, prompts }] of Object.entries(record.splits)) {
          yield { arm: arm.name, seed: run.seed, ...spent, split, accuracy, prompts };
        }
      }
    }
  }
}

/** Every split of every evaluation of every finished run. */
export function evaluationTable(results: ExperimentResults): Promise<Table<EvaluationRow>> {
  return createTable<EvaluationRow>(COLUMNS, evaluationRows(results));
}

/** The run's evaluations, in order. */
export function evaluations(run: Pick<RunData, "records">): readonly EvaluationRecord[] {
  return run.records.filter((record) => record.kind === "evaluation");
}
