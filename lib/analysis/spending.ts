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

/** What had been spent by each record. */
export interface SpentColumns {
  readonly rollouts: Float64Array; // [records]
  readonly tokens: Float64Array; // [records]
  readonly seconds: Float64Array; // [records]
}

const columns = new WeakMap<readonly RunRecord[], SpentColumns>();

/** {@link spending} as columns: tables and curves of a million records ask for it, and it is added up once. */
export function spentColumns({ records }: Pick<RunData, "records">): SpentColumns {
  const known = columns.get(records);
  if (known !== undefined) return known;
  const found = {
    rollouts: new Float64Array(records.length),
    tokens: new Float64Array(records.length),
    seconds: new Float64Array(records.length),
  };
  let rollouts = 0, tokens = 0, seconds = 0;
  records.forEach((record, i) => {
    seconds += trainingSeconds(record);
    if ("rollouts" in record && "tokens" in record) { // counts are running totals
      rollouts = spent(record.rollouts);
      tokens = spent(record.tokens);
    }
    found.rollouts[i] = rollouts;
    found.tokens[i] = tokens;
    found.seconds[i] = seconds;
  });
  columns.set(records, found);
  return found;
}

/** The run's records in order, each with what had been spent by then. */
export function* spending(run: Pick<RunData, "records">): Generator<SpentRecord> {
  const { rollouts, tokens, seconds } = spentColumns(run);
  for (const [i, record] of run.records.entries()) {
    yield { record, rollouts: rollouts[i]!, tokens: tokens[i]!, seconds: seconds[i]! };
  }
}
