/** What all runs of an experiment cost together. */
import type { GenerationCount, RunRecord } from "../schema/run_record.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";

/** Sums over finished runs and cold starts; a run that stands in several arms counts once. */
export interface TotalCost {
  /** Finished runs. */
  readonly runs: number;
  /** Generated for any purpose: training, groups left out of it, scoring, and measuring. */
  readonly rollouts: number;
  readonly tokens: number;
  /** Of every recorded phase, cold starts included; time between records is not in it. */
  readonly seconds: number;
}

const forAllPurposes = (count: GenerationCount) =>
  Object.values(count).reduce((sum, purpose) => sum + purpose, 0);

/** The cost of everything that the results were made from. */
export function totalCost(results: ExperimentResults): TotalCost {
  const runs = new Map(results.arms.flatMap(doneRuns).map((run) => [run.id, run]));
  let rollouts = 0, tokens = 0, seconds = 0;
  for (const { records } of [...runs.values(), ...results.coldStarts]) {
    let last: Extract<RunRecord, { rollouts: { training: number } }> | null = null;
    for (const record of records) {
      if ("seconds" in record) seconds += record.seconds.total;
      if ("rollouts" in record && "tokens" in record) last = record; // counts are running totals
    }
    if (last === null) continue;
    rollouts += forAllPurposes(last.rollouts);
    tokens += forAllPurposes(last.tokens);
  }
  return { runs: runs.size, rollouts, tokens, seconds };
}
