/** The scorings of a pool that runs wrote down, read from their files. */
import type { PromptScores } from "../engine/engine_step.ts";
import type { RefreshRecord } from "../schema/run_record.ts";
import { placesOf, recordsOf } from "./records_of.ts";
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

/** Whether it is a scoring of every prompt: a refresh may be of a share of the pool. */
function isWhole({ prompts, pool }: RefreshRecord): boolean {
  return prompts === pool;
}

/**
 * Scorings of the whole pool by the arm's finished runs, in order.
 *
 * @param wanted whether those after this step are read: a file of a large pool takes milliseconds
 */
export async function readScorings(
  arm: ArmResults,
  wanted: (step: number) => boolean = () => true,
): Promise<readonly Scoring[]> {
  const scorings: Scoring[] = [];
  for (const run of doneRuns(arm)) {
    for (const record of recordsOf(run, "refresh")) {
      if (!isWhole(record) || !wanted(record.step)) continue;
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
  return doneRuns(arm).some((run) => placesOf(run, "refresh").length > 0);
}

/** Steps after which the arm's finished runs scored the whole pool, rising. */
export function scoringSteps(arm: ArmResults): readonly number[] {
  const steps = new Set<number>();
  for (const run of doneRuns(arm)) {
    for (const record of recordsOf(run, "refresh")) {
      if (isWhole(record)) steps.add(record.step);
    }
  }
  return [...steps].sort((a, b) => a - b);
}
