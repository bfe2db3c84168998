/** How probable it is that a run of an arm ends higher than one of its baseline, at one common budget. */
import { improvementInterval } from "../core/bootstrap.ts";
import { randomSource } from "../core/random.ts";
import type { Estimate } from "../core/statistics.ts";
import type { RunData } from "../store/run_data.ts";
import { accuracyCurve, type CostAxis } from "./accuracy_curve.ts";
import { interpolate } from "./curve.ts";
import type { ArmResults } from "./results.ts";
import { seedValues } from "./seed_values.ts";

/** Validation accuracy of a run when it had spent `budget`, linear between evaluations; null where it did not. */
export function accuracyAt(
  run: Pick<RunData, "records">,
  budget: number,
  axis: CostAxis,
): number | null {
  return interpolate(accuracyCurve(run, axis), budget);
}

/**
 * Probability that a run of `arm` has a higher value than one of `baseline`, ties half, over all pairs of their
 * finished runs, with a bootstrap interval that covers too little for few seeds (core/bootstrap.ts). Pairing by seed
 * is not used.
 *
 * @param valueOf such as {@link accuracyAt} one budget
 * @returns null where one side has no value
 */
export function improvementOver(
  arm: ArmResults,
  baseline: ArmResults,
  valueOf: (run: RunData) => number | null,
): Estimate | null {
  const ours = [...seedValues(arm, valueOf).values()];
  const theirs = [...seedValues(baseline, valueOf).values()];
  if (ours.length === 0 || theirs.length === 0) return null;
  const random = randomSource(0, "improvement", arm.name, baseline.name);
  return improvementInterval([ours], [theirs], { random });
}
