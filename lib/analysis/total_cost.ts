/** What all runs of an experiment cost together. */
import type { GenerationCount, RunRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { doneRuns, earlierStages, type ExperimentResults } from "./results.ts";

/** Sums over finished runs, the stages before them and cold starts; what several arms share counts once. */
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

type Counted = Pick<RunData, "records" | "previous">;

/** The last running totals in a run's records; null where nothing was generated. */
function totalsOf({ records }: Pick<RunData, "records">) {
  let last: Extract<RunRecord, { rollouts: GenerationCount }> | null = null;
  for (const record of records) if ("rollouts" in record && "tokens" in record) last = record;
  return {
    rollouts: last === null ? 0 : forAllPurposes(last.rollouts),
    tokens: last === null ? 0 : forAllPurposes(last.tokens),
  };
}

/** The cost of everything that the results were made from. */
export function totalCost(results: ExperimentResults): TotalCost {
  const stages = earlierStages(results).map(({ run }) => run);
  const finished = [...results.arms.flatMap(doneRuns), ...stages.filter(isDone)];
  const runs = new Map(finished.map((run) => [run.id, run]));
  let rollouts = 0, tokens = 0, seconds = 0;
  const all: readonly Counted[] = [...runs.values(), ...results.coldStarts];
  for (const { records, previous } of all) {
    for (const record of records) if ("seconds" in record) seconds += record.seconds.total;
    // A stage goes on counting where the one before it stopped.
    const totals = totalsOf({ records }), before = totalsOf(previous ?? { records: [] });
    rollouts += totals.rollouts - before.rollouts;
    tokens += totals.tokens - before.tokens;
  }
  return { runs: runs.size, rollouts, tokens, seconds };
}

const isDone = ({ status }: RunData) => status === "done";
