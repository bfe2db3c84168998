/** What several responses to each validation prompt tell: values by their number, arm and seed. */
import type { SampledResult } from "../schema/run_record.ts";
import { evaluations } from "./evaluations.ts";
import { type ArmResults, doneRuns } from "./results.ts";

/** What is reported by number of responses: fields of {@link SampledResult}. */
export const SAMPLED_METRICS = ["passAtK", "majorityAtK", "worstAtK"] as const;
/** One of {@link SAMPLED_METRICS}. */
export type SampledMetric = typeof SAMPLED_METRICS[number];

/** One value of one run. */
export interface SampledRow {
  readonly arm: string;
  readonly seed: number;
  readonly k: number;
  readonly metric: SampledMetric;
  /** Before training. */
  readonly first: number;
  /** After the last step. */
  readonly last: number;
}

/** Of the arm's finished runs, those that gave as many responses before training as after it; k rises. */
export function sampledRows(arm: ArmResults): readonly SampledRow[] {
  return doneRuns(arm).flatMap((run) => {
    const all = evaluations(run);
    const first = all[0]?.splits.validation?.sampled, last = all.at(-1)?.splits.validation?.sampled;
    if (!first || !last || first.samples !== last.samples) return [];
    const draws = drawsOf(last);
    return SAMPLED_METRICS.flatMap((metric) =>
      draws.map((k) => ({
        arm: arm.name,
        seed: run.seed,
        k,
        metric,
        first: first[metric][String(k)]!,
        last: last[metric][String(k)]!,
      }))
    );
  });
}

/** The values of k, rising. */
function drawsOf({ passAtK }: SampledResult): readonly number[] {
  return Object.keys(passAtK).map(Number).sort((a, b) => a - b);
}
