/** Optimisation steps of all finished runs as one table. */
import { doneRuns, type ExperimentResults } from "./results.ts";
import { spending } from "./spending.ts";
import { createTable, type Table } from "./table.ts";

/** One step of one run. */
export interface StepRow {
  readonly arm: string;
  readonly seed: number;
  readonly step: number;
  /** Generated so far for training and scoring; what is generated for measuring is left out. */
  readonly rollouts: number;
  readonly tokens: number;
  /** Spent so far on training and scoring. */
  readonly seconds: number;
  readonly rewardMean: number;
  readonly gradNorm: number;
  readonly clipFraction: number;
  readonly informativeGroups: number;
  readonly duplicatePrompts: number;
  readonly klReference: number;
  readonly entropy: number;
}

const COLUMNS = [
  "arm",
  "seed",
  "step",
  "rollouts",
  "tokens",
  "seconds",
  "rewardMean",
  "gradNorm",
  "clipFraction",
  "informativeGroups",
  "duplicatePrompts",
  "klReference",
  "entropy",
] as const satisfies readonly (keyof StepRow)[];

/** The columns of {@link StepRow} that are measured, not spent. */
export type StepMetric = Exclude<
  typeof COLUMNS[number],
  "arm" | "seed" | "step" | "rollouts" | "tokens" | "seconds"
>;

function* stepRows(results: ExperimentResults): Generator<StepRow> {
  for (const arm of results.arms) {
    for (const run of doneRuns(arm)) {
      for (const { record, rollouts, tokens, seconds } of spending(run)) {
        if (record.kind !== "step") continue;
        const { step, rewardMean, gradNorm, clipFraction, informativeGroups } = record;
        const { duplicatePrompts, klReference, entropy } = record;
        yield {
          arm: arm.name,
          seed: run.seed,
          step,
          rollouts,
          tokens,
          seconds,
          rewardMean,
          gradNorm,
          clipFraction,
          informativeGroups,
          duplicatePrompts,
          klReference,
          entropy,
        };
      }
    }
  }
}

/** Every step of every finished run, in the order of arms, seeds and steps. */
export function stepTable(results: ExperimentResults): Promise<Table<StepRow>> {
  return createTable<StepRow>(COLUMNS, stepRows(results));
}
