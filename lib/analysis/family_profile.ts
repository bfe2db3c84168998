/** Performance profile of an arm: in how many of its runs × problem families accuracy exceeds a threshold. */
import { performanceProfile, type ProfilePoint } from "../core/bootstrap.ts";
import { randomSource } from "../core/random.ts";
import type { SliceResult } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { type ArmResults, doneRuns } from "./results.ts";
import { spending } from "./spending.ts";

/** Validation results by family at the run's last evaluation within a budget of generated tokens. */
function familiesAt(
  run: RunData,
  tokenBudget: number,
): Readonly<Record<string, SliceResult>> | null {
  let found: Readonly<Record<string, SliceResult>> | null = null;
  for (const { record, tokens } of spending(run)) {
    if (tokens > tokenBudget) break;
    if (record.kind === "evaluation") found = record.splits.validation?.families ?? found;
  }
  return found;
}

/**
 * Share of runs × families with an accuracy above each threshold. Families are the tasks: the bands resample runs
 * within a family.
 *
 * @returns none for an arm without evaluations within the budget
 */
export function familyProfile(
  arm: ArmResults,
  tokenBudget: number,
  thresholds: readonly number[],
): readonly ProfilePoint[] {
  const runs = doneRuns(arm).map((run) => familiesAt(run, tokenBudget))
    .filter((families) => families !== null);
  const names = new Set(runs.flatMap((families) => Object.keys(families)));
  const scores = [...names].map((name) =>
    runs.flatMap((families) => {
      const slice = families[name];
      return slice === undefined || slice.prompts === 0 ? [] : [slice.correct / slice.prompts];
    })
  ).filter((accuracies) => accuracies.length > 0);
  if (scores.length === 0) return [];
  return performanceProfile(scores, thresholds, {
    random: randomSource(0, "profile", arm.name),
  });
}
