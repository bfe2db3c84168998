/** The numbers an experiment is judged by: one per run. */
import type { DatasetConfig } from "../dataset/dataset.ts";
import type { StepRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { accuracyCurve, commonBudget } from "./accuracy_curve.ts";
import { interpolate, meanHeight } from "./curve.ts";
import { evaluations } from "./evaluations.ts";
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

/** Accuracy when every run had spent as much as the one that spent least: see {@link commonBudget}. */
function accuracyAtEqual(
  axis: "rollouts" | "tokens",
  role: Outcome["role"],
  results: ExperimentResults,
): Outcome {
  const budget = commonBudget(results, axis);
  const amount = budget === null ? "" : ` (${Math.round(budget).toLocaleString("en")} ${axis})`;
  return {
    key: axis === "tokens" ? "accuracyAtEqualTokens" : "accuracyAtEqualRollouts",
    label: `Validation accuracy at equal ${axis}`,
    method: `when each run had generated as many ${axis}, for training, scoring, and groups left ` +
      `out, as the cheapest run did in all${amount}; linear between evaluations, unchanged while ` +
      "prompts are scored",
    unit: "share",
    role,
    valueOf: (run) => budget === null ? null : interpolate(accuracyCurve(run, axis), budget),
  };
}

/** Whether a pool, or a part of it, holds back pictures or texts. */
function isOneModality(dataset: DatasetConfig): boolean {
  switch (dataset.kind) {
    case "microMath":
      return dataset.trainOn !== "all";
    case "files":
      return false;
    case "mixture":
      return Object.values(dataset.sources).some(isOneModality);
    default:
      return dataset satisfies never;
  }
}

/** Accuracy on one kind of validation prompts, where arms were trained on different kinds. */
function ofModality(modality: "image" | "text", words: string): Outcome {
  return {
    key: `${modality}Accuracy`,
    label: `Validation accuracy on prompts ${words}, at the end`,
    method: "at the last evaluation",
    unit: "share",
    role: "exploratory",
    valueOf: (run) => {
      const slice = evaluations(run).at(-1)?.splits.validation?.modalities[modality];
      return slice === undefined ? null : slice.correct / slice.prompts;
    },
  };
}

/**
 * The outcomes of an experiment, the main ones first. Where runs end by a budget of tokens, accuracy is judged at
 * equal tokens, else at the last step.
 */
export function outcomesOf(results: ExperimentResults): readonly Outcome[] {
  const isLimited = results.arms.every(({ config }) => config.training.tokenBudget !== null);
  const axis = isLimited ? "tokens" : "step", end = commonBudget(results, axis);
  const inStages = results.arms.some(({ config }) => config.previous !== null);
  const overSteps = `mean over steps${inStages ? " of the last stage" : ""}${
    isLimited ? ", of which arms have as many as they could pay" : ""
  }`;
  return [
    {
      key: "informativeGroups",
      label: "Informative groups",
      method:
        `share of groups trained on whose rollouts do not all get the same reward, ${overSteps}`,
      unit: "share",
      role: "main",
      valueOf: (run) => meanOverSteps(run, (step) => step.informativeGroups),
    },
    {
      key: "gradNorm",
      label: "Gradient norm",
      method: `global L2 norm before clipping, ${overSteps}`,
      unit: "number",
      role: "main",
      valueOf: (run) => meanOverSteps(run, (step) => step.gradNorm),
    },
    ...isLimited ? [accuracyAtEqual("tokens", "main", results)] : [],
    {
      key: "finalAccuracy",
      label: "Validation accuracy at the end",
      method: "at the last evaluation",
      unit: "share",
      role: isLimited ? "exploratory" : "main",
      valueOf: (run) => accuracyCurve(run, "step").at(-1)?.y ?? null,
    },
    ...results.arms.some(({ config }) => isOneModality(config.dataset))
      ? [ofModality("image", "with a picture"), ofModality("text", "without a picture")]
      : [],
    {
      key: "clipFraction",
      label: "Clip fraction",
      method: `share of tokens whose ratio is clipped, ${overSteps}`,
      unit: "share",
      role: "exploratory",
      valueOf: (run) => meanOverSteps(run, (step) => step.clipFraction),
    },
    ...isLimited ? [] : [accuracyAtEqual("rollouts", "exploratory", results)],
    {
      key: "areaUnderAccuracy",
      label: "Area under the accuracy curve",
      method:
        `mean height of the accuracy curve over ${isLimited ? "tokens" : "steps"} (trapezoids ` +
        "over the common range)",
      unit: "share",
      role: "exploratory",
      valueOf: (run) => end === null ? null : meanHeight(accuracyCurve(run, axis), 0, end),
    },
  ];
}
