/** Validation accuracy of a run against what it had spent. */
import type { RunRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { interpolate, type Point } from "./curve.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";
import { placesOf, recordsOf } from "./records_of.ts";
import { spentColumns } from "./spending.ts";
import { createTable, type Table } from "./table.ts";

/** A place on the curve. */
export interface AccuracyPoint {
  readonly step: number;
  /** Spent so far on training and scoring. */
  readonly rollouts: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly accuracy: number;
  /** False for the ends of a scoring, where the accuracy is interpolated between evaluations. */
  readonly measured: boolean;
  /** True in the stages of training before the run. */
  readonly earlier: boolean;
}

/** What a curve is found from. */
type Training = Pick<RunData, "records" | "previous">;

/**
 * Evaluations, and the beginning and end of every scoring. While prompts are scored the policy stays as it is: cost
 * rises and accuracy does not, which a line from evaluation to evaluation would hide.
 * What the stages before the run spent and reached stands in front.
 */
export function accuracyPoints({ records, previous }: Training): readonly AccuracyPoint[] {
  const known = curves.get(records);
  if (known !== undefined) return known;
  const before = previous === undefined
    ? []
    : accuracyPoints(previous).map((point) => ({ ...point, earlier: true }));
  const points = [...before, ...findPoints(records, before.at(-1)?.seconds ?? 0)];
  curves.set(records, points);
  return points;
}

/** Asked for by several outcomes and figures, found once. */
const curves = new WeakMap<readonly RunRecord[], readonly AccuracyPoint[]>();

function findPoints(
  records: readonly RunRecord[],
  secondsBefore: number,
): readonly AccuracyPoint[] {
  const measured: Point[] = [];
  for (const record of recordsOf({ records }, "evaluation")) {
    const { validation } = record.splits;
    if (validation !== undefined) measured.push({ x: record.step, y: validation.accuracy });
  }
  const points: AccuracyPoint[] = [];
  const spent = spentColumns({ records });
  const at = (i: number) => ({
    rollouts: spent.rollouts[i] ?? 0,
    tokens: spent.tokens[i] ?? 0,
    seconds: secondsBefore + (spent.seconds[i] ?? 0),
    earlier: false,
  });
  for (const i of placesOf({ records }, "evaluation", "refresh")) {
    const record = records[i]!;
    const scoring = record.kind === "refresh" && !record.control;
    if (!scoring && !(record.kind === "evaluation" && record.splits.validation !== undefined)) {
      continue;
    }
    const accuracy = interpolate(measured, record.step);
    if (accuracy === null) continue;
    const { step } = record, before = at(i - 1);
    if (scoring && points.at(-1)?.rollouts !== before.rollouts) {
      points.push({ step, ...before, accuracy, measured: false });
    }
    points.push({ step, ...at(i), accuracy, measured: !scoring });
  }
  return points;
}

/** What a curve can run over. */
export type CostAxis = "step" | "rollouts" | "tokens" | "seconds";

/** The curve over one axis; over steps, only what was measured, and of the run's own steps. */
export function accuracyCurve(run: Training, axis: CostAxis): readonly Point[] {
  return accuracyPoints(run).filter(({ measured, earlier }) =>
    (measured && !earlier) || axis !== "step"
  )
    .map((point) => ({ x: point[axis], y: point.accuracy }));
}

/** The largest cost at which every finished run was evaluated or had been; null where one was never evaluated. */
export function commonBudget(results: ExperimentResults, axis: CostAxis): number | null {
  const ends = results.arms.flatMap(doneRuns).map((run) => accuracyCurve(run, axis).at(-1)?.x);
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 || known.length < ends.length ? null : Math.min(...known);
}

/** One point of one run. */
export interface AccuracyRow extends AccuracyPoint {
  readonly arm: string;
  readonly seed: number;
}

const COLUMNS = [
  "arm",
  "seed",
  "step",
  "rollouts",
  "tokens",
  "seconds",
  "accuracy",
  "measured",
  "earlier",
] as const satisfies readonly (keyof AccuracyRow)[];

/** The curves of all finished runs as one table. Rows come one at a time: there may be a million. */
export function accuracyTable(results: ExperimentResults): Promise<Table<AccuracyRow>> {
  return createTable<AccuracyRow>(
    COLUMNS,
    (function* () {
      for (const arm of results.arms) {
        for (const run of doneRuns(arm)) {
          for (const point of accuracyPoints(run)) {
            yield { arm: arm.name, seed: run.seed, ...point };
          }
        }
      }
    })(),
  );
}
