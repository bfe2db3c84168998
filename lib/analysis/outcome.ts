/** The numbers an experiment is judged by: one per run. */
import type { StepRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { accuracyCurve, commonBudget } from "./accuracy_curve.ts";
import { interpolate, meanHeight } from "./curve.ts";
import type { ExperimentResults } from "./results.ts";

/** One number per run, with what it says. */
export interface Outcome {
  readonly key: string;
  readonly label: string;
  /** How it is measured, in a sentence. */
  readonly method: string;
  /** Shares are printed in per cent, their differences in percentage points. */
  readonly unit: "share" | "number";
  /** Main outcomes were named before looking; the others are exploratory. */
  readonly role: "main" | "exploratory";
  /** Null where the run does not say. */
  readonly valueOf: (run: RunData) => number | null;
}

function meanOverSteps(run: RunData, metric: (step: StepRecord) => number | null): number | null {
  let sum = 0, steps = 0;
  for (const record of run.records) {
    if (record.kind !== "step") continue;
    const value = metric(record);
    if (value === null) continue; // every update of the step was left out
    sum += value;
    steps++;
  }
  return steps === 0 ? null : sum / steps;
}

/** The outcomes of an experiment, the main ones first. */
export function outcomesOf(results: ExperimentResults): readonly Outcome[] {
  const budget = commonBudget(results, "rollouts"), steps = commonBudget(results, "step");
  const rollouts = budget === null ? "" : ` (${Math.round(budget).toLocaleString("en")} rollouts)`;
  return [
    {
      key: "informativeGroups",
      label: "Informative groups",
      method: "share of groups whose rollouts do not all get the same reward, mean over steps",
      unit: "share",
      role: "main",
      valueOf: (run) => meanOverSteps(run, (step) => step.informativeGroups),
    },
    {
      key: "gradNorm",
      label: "Gradient norm",
      method: "global L2 norm before clipping, mean over steps",
      unit: "number",
      role: "main",
      valueOf: (run) => meanOverSteps(run, (step) => step.gradNorm),
    },
    {
      key: "finalAccuracy",
      label: "Validation accuracy at the end",
      method: "at the last evaluation",
      unit: "share",
      role: "main",
      valueOf: (run) => accuracyCurve(run, "step").at(-1)?.y ?? null,
    },
    {
      key: "clipFraction",
      label: "Clip fraction",
      method: "share of tokens whose ratio is clipped, mean over steps",
      unit: "share",
      role: "exploratory",
      valueOf: (run) => meanOverSteps(run, (step) => step.clipFraction),
    },
    {
      key: "accuracyAtEqualRollouts",
      label: "Validation accuracy at equal rollouts",
      method:
        "when each run had generated as many rollouts, training and scoring, as the cheapest " +
        `run did in all${rollouts}; linear between evaluations, unchanged while prompts are scored`,
      unit: "share",
      role: "exploratory",
      valueOf: (run) =>
        budget === null ? null : interpolate(accuracyCurve(run, "rollouts"), budget),
    },
    {
      key: "areaUnderAccuracy",
      label: "Area under the accuracy curve",
      method: "mean height of the accuracy curve over steps (trapezoids over the common range)",
      unit: "share",
      role: "exploratory",
      valueOf: (run) => steps === null ? null : meanHeight(accuracyCurve(run, "step"), 0, steps),
    },
  ];
}
