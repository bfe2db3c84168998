/** Runs in which updates were left out because their gradient was not finite. */
import { doneRuns, type ExperimentResults } from "./results.ts";

/** One finished run with such updates. */
export interface SkippedUpdates {
  readonly arm: string;
  readonly seed: number;
  readonly id: string;
  /** Updates left out, of all that were due. */
  readonly skipped: number;
  readonly updates: number;
  /** Steps that lost some, and those that lost all: these have no gradient norm. */
  readonly steps: number;
  readonly emptySteps: number;
}

/** Finished runs that lost updates, in the order of arms and seeds. */
export function skippedUpdates(results: ExperimentResults): readonly SkippedUpdates[] {
  return results.arms.flatMap((arm) =>
    doneRuns(arm).flatMap(({ id, seed, records }) => {
      let skipped = 0, updates = 0, steps = 0, emptySteps = 0;
      for (const record of records) {
        if (record.kind !== "step") continue;
        updates += record.updates;
        skipped += record.skippedUpdates;
        if (record.skippedUpdates > 0) steps++;
        if (record.skippedUpdates > 0 && record.skippedUpdates === record.updates) emptySteps++;
      }
      return skipped === 0
        ? []
        : [{ arm: arm.name, seed, id, skipped, updates, steps, emptySteps }];
    })
  );
}
