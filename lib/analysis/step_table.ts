/** Optimisation steps of all finished runs as one table. */
import { loadArquero } from "../../deps.ts";
import type { StepRecord } from "../schema/run_record.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";
import { placesOf } from "./records_of.ts";
import { spentColumns } from "./spending.ts";
import type { Table } from "./table.ts";

/** One step of one run; NaN where every update of the step was left out. */
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
  readonly responseLengthMean: number;
}

const COLUMNS = [
  "arm",
  "seed",
  "rollouts",
  "tokens",
  "seconds",
  "step",
  "rewardMean",
  "gradNorm",
  "clipFraction",
  "informativeGroups",
  "duplicatePrompts",
  "klReference",
  "entropy",
  "responseLengthMean",
] as const satisfies readonly (keyof StepRow)[];

/**
 * Every step of every finished run, in the order of arms, seeds and steps.
 *
 * Columns are filled in place: a million steps as row objects would take seconds.
 */
export async function stepTable(results: ExperimentResults): Promise<Table<StepRow>> {
  const runs = results.arms.flatMap((arm) => doneRuns(arm).map((run) => ({ arm: arm.name, run })));
  const size = runs.reduce((sum, { run }) => sum + placesOf(run, "step").length, 0);
  const arms = new Array<string>(size);
  const numbers = Object.fromEntries(
    COLUMNS.filter((name) => name !== "arm").map((name) => [name, new Float64Array(size)]),
  ) as Record<Exclude<typeof COLUMNS[number], "arm">, Float64Array>;
  let row = 0;
  for (const { arm, run } of runs) {
    const spent = spentColumns(run);
    for (const i of placesOf(run, "step")) {
      const record = run.records[i] as StepRecord;
      arms[row] = arm;
      numbers.seed[row] = run.seed;
      numbers.rollouts[row] = spent.rollouts[i]!;
      numbers.tokens[row] = spent.tokens[i]!;
      numbers.seconds[row] = spent.seconds[i]!;
      // Name by name: the engine looks up fields whose name it knows much faster.
      numbers.step[row] = record.step;
      numbers.rewardMean[row] = record.rewardMean;
      numbers.gradNorm[row] = record.gradNorm ?? NaN;
      numbers.clipFraction[row] = record.clipFraction ?? NaN;
      numbers.informativeGroups[row] = record.informativeGroups;
      numbers.duplicatePrompts[row] = record.duplicatePrompts;
      numbers.klReference[row] = record.klReference ?? NaN;
      numbers.entropy[row] = record.entropy ?? NaN;
      numbers.responseLengthMean[row] = record.responseLengthMean;
      row++;
    }
  }
  const { table } = await loadArquero();
  return table({ arm: arms, ...numbers }, [...COLUMNS]) as Table<StepRow>;
}
