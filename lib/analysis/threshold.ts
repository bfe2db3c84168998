/** What a run had spent when its validation accuracy first reached a threshold. */
import { type Duration, type RestrictedMean, restrictedMean } from "../core/survival.ts";
import type { RunData } from "../store/run_data.ts";
import { accuracyPoints, type CostAxis } from "./accuracy_curve.ts";
import { type ArmResults, doneRuns } from "./results.ts";

/**
 * The cost at the first evaluation whose accuracy is at least `threshold`; for a run that never gets there, the cost
 * at its last evaluation, as censored. Costs lie on evaluations: the threshold was reached since the one before. One
 * evaluation above it is enough, so that noisy evaluations reach it somewhat early, in every arm.
 *
 * @param axis steps, rollouts, tokens or seconds, training and scoring together
 * @returns null for a run without evaluations
 */
export function costToReach(
  run: Pick<RunData, "records">,
  threshold: number,
  axis: CostAxis,
): Duration | null {
  const measured = accuracyPoints(run).filter((point) => point.measured);
  const first = measured.find(({ accuracy }) => accuracy >= threshold);
  const last = measured.at(-1);
  if (first !== undefined) return { time: first[axis], reached: true };
  return last === undefined ? null : { time: last[axis], reached: false };
}

/**
 * Restricted mean cost until the arm's runs reach `threshold`: the mean of min(cost, budget), with runs that do not
 * reach it within the budget counted at the budget.
 *
 * @param budget at most the cost at which every run ended (`commonBudget`)
 * @returns null for an arm without evaluated runs
 */
export function meanCostToReach(
  arm: ArmResults,
  { threshold, budget, axis }: {
    readonly threshold: number;
    readonly budget: number;
    readonly axis: CostAxis;
  },
): RestrictedMean | null {
  const durations = doneRuns(arm).map((run) => costToReach(run, threshold, axis))
    .filter((duration) => duration !== null);
  return durations.length === 0 || !(budget > 0) ? null : restrictedMean(durations, budget);
}
