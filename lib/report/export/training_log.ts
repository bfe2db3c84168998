/**
 * A run's records as the training logs of EasyR1 and verl: one line per step, with the metrics that these systems log
 * and under their names, so that what reads their logs reads ours.
 *
 * EasyR1 (hiyouga/EasyR1:verl/utils/logger/logger.py) nests keys at each slash; verl
 * (verl-project/verl:verl/utils/tracking.py) keeps them flat below `data`.
 */
import { recordsOf } from "../../analysis/records_of.ts";
import { type EvaluationRecord, METRIC_NAMES, type StepRecord } from "../../schema/run_record.ts";
import type { RunData } from "../../store/run_data.ts";

/** Whose log it is. */
export type LogSystem = "easyr1" | "verl";

type Metrics = Record<string, number>;

/** Fields of a record that the system logs, under its names. */
function named(record: object, system: LogSystem): Metrics {
  const metrics: Metrics = {};
  for (const [field, names] of Object.entries(METRIC_NAMES)) {
    const name = names[system], value = (record as Record<string, unknown>)[field];
    if (name === null || typeof value !== "number") continue;
    metrics[name] = value;
  }
  return metrics;
}

function stepMetrics(step: StepRecord, system: LogSystem): Metrics {
  const { responseLengthMax, responseLengthMin, critic, seconds } = step;
  return {
    ...named(step, system),
    "response_length/max": responseLengthMax,
    "response_length/min": responseLengthMin,
    ...(critic === null ? {} : {
      "critic/vf_loss": critic.valueLoss,
      "critic/vf_clipfrac": critic.valueClipFraction,
      "critic/grad_norm": critic.gradNorm,
      ...(critic.explainedVariance === null
        ? {}
        : { "critic/vf_explained_var": critic.explainedVariance }),
    }),
    "timing_s/step": seconds.total,
    "timing_s/gen": seconds.rollout,
    "timing_s/reward": seconds.reward,
    "timing_s/ref": seconds.reference,
    "timing_s/update_actor": seconds.update,
  };
}

/** EasyR1 logs one accuracy over all validation prompts, verl one for each data set. */
function validationMetrics({ splits }: EvaluationRecord, system: LogSystem): Metrics {
  const metrics: Metrics = {};
  for (const [split, { accuracy, format, sampled }] of Object.entries(splits)) {
    if (system === "verl") {
      metrics[`val-core/${split}/acc/mean@${sampled?.samples ?? 1}`] = accuracy;
    } else if (split === "validation") {
      metrics["val/accuracy_reward"] = accuracy;
      metrics["val/format_reward"] = format;
    }
  }
  return metrics;
}

/** `a/b` as { a: { b } }, at every slash. */
function nested(metrics: Metrics): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(metrics)) {
    const parts = key.split("/"), last = parts.pop()!;
    let at = tree;
    for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return tree;
}

/**
 * The log of a run, a line per step; validation stands in the line of its step, that before training in one of its
 * own with step 0.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(trainingLog({ records: [] }, "verl"), "");
 * ```
 */
export function trainingLog(run: Pick<RunData, "records">, system: LogSystem): string {
  const lines = new Map<number, Metrics>();
  const add = (step: number, metrics: Metrics) =>
    lines.set(step, { ...lines.get(step), ...metrics });
  for (const record of recordsOf(run, "step")) add(record.step, stepMetrics(record, system));
  for (const record of recordsOf(run, "evaluation")) {
    add(record.step, validationMetrics(record, system));
  }
  return [...lines].sort(([a], [b]) => a - b).map(([step, metrics]) =>
    `${
      JSON.stringify(system === "easyr1" ? { step, ...nested(metrics) } : { step, data: metrics })
    }\n`
  ).join("");
}
