/** Takes and compares the units that engines yield. */
import type { RunRecord } from "../../schema/run_record.ts";
import type { EngineStep } from "../engine_step.ts";

/** All units of an engine, with their snapshots and policies as they were when the unit was finished. */
export async function collect(steps: AsyncIterable<EngineStep>): Promise<EngineStep[]> {
  const units: EngineStep[] = [];
  for await (const unit of steps) {
    const snapshot = Promise.resolve(await unit.snapshot());
    const policies = [];
    for (const { file, bytes } of unit.policies) {
      const content = Promise.resolve(await bytes());
      policies.push({ file, bytes: () => content });
    }
    units.push({ ...unit, policies, snapshot: () => snapshot });
  }
  return units;
}

/** Records without their timings: what two executions of one run must agree on. */
export const timeless = (units: readonly EngineStep[]) =>
  units.flatMap(({ records }) => records).map((
    { seconds: _, ...rest }: RunRecord & { seconds?: unknown },
  ) => rest);

/** Records of one kind. */
export const recordsOf = <K extends RunRecord["kind"]>(units: readonly EngineStep[], kind: K) =>
  units.flatMap(({ records }) => records)
    .filter((record): record is Extract<RunRecord, { kind: K }> => record.kind === kind);
