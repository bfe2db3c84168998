/** A run's evaluations. */
import type { EvaluationRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";

/** In the order they were made. */
export function evaluations(run: Pick<RunData, "records">): readonly EvaluationRecord[] {
  return run.records.filter((record) => record.kind === "evaluation");
}
