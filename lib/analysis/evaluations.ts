/** A run's evaluations. */
import type { EvaluationRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { recordsOf } from "./records_of.ts";

/** In the order they were made. */
export function evaluations(run: Pick<RunData, "records">): readonly EvaluationRecord[] {
  return recordsOf(run, "evaluation");
}
