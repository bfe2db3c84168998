/** What a run had spent when it wrote a record. */
import { type RunRecord, spent } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";

/** A record with the cost of training and scoring up to and including it. Measuring is no part of the cost. */
export interface SpentRecord {
  readonly record: RunRecord;
  readonly rollouts: number;
  readonly tokens: number;
  readonly seconds: number;
}

/** Seconds of a record that the run needed, as against those spent on measuring it. */
export function trainingSeconds(record: RunRecord): number {
  switch (record.kind) {
    case "step":
    case "supervised":
      return record.seconds.total;
    case "refresh":
      return record.control ? 0 : record.seconds.total;
    case "evaluation":
    case "gallery":
    case "probe":
      return 0;
    default:
      record satisfies never;
      return 0;
  }
}

/** The run's records in order, each with what had been spent by then. */
export function* spending(run: Pick<RunData, "records">): Generator<SpentRecord> {
  let rollouts = 0, tokens = 0, seconds = 0;
  for (const record of run.records) {
    seconds += trainingSeconds(record);
    if ("rollouts" in record && "tokens" in record) { // counts are running totals
      rollouts = spent(record.rollouts);
      tokens = spent(record.tokens);
    }
    yield { record, rollouts, tokens, seconds };
  }
}
