/** The scorings of a pool that runs wrote down, read from their files. */
import type { PromptScores } from "../engine/engine_step.ts";
import { type ArmResults, doneRuns } from "./results.ts";

/** One scoring of the whole pool by one run. */
export interface Scoring {
  readonly seed: number;
  readonly step: number;
  /** True: repeated on the unchanged policy, ignored by the sampler. */
  readonly control: boolean;
  /** Rollouts per prompt. */
  readonly rollouts: number;
  readonly scores: PromptScores;
}

/** Every scoring of the arm's finished runs, in order. */
export async function readScorings(arm: ArmResults): Promise<readonly Scoring[]> {
  const scorings: Scoring[] = [];
  for (const run of doneRuns(arm)) {
    for (const record of run.records) {
      if (record.kind !== "refresh") continue;
      scorings.push({
        seed: run.seed,
        step: record.step,
        control: record.control,
        rollouts: record.scoringRollouts,
        scores: await run.scores(record.file),
      });
    }
  }
  return scorings;
}

/** Whether the arm's runs score prompts at all. */
export function scores(arm: ArmResults): boolean {
  return doneRuns(arm).some(({ records }) => records.some(({ kind }) => kind === "refresh"));
}
