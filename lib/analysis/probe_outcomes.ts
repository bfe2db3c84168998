/** Rollouts that runs judged prompt by prompt on the policy they began with. */
import { coldStartId } from "../schema/identity.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";
import type { ScoreOutcomes } from "./score_noise.ts";

/** {@link ScoreOutcomes} with where they come from. */
export interface ProbeOutcomes extends ScoreOutcomes {
  readonly arm: string;
  /** Seeds whose rollouts were put together. */
  readonly seeds: readonly number[];
}

/**
 * The probes before the first step of the first arm that has some. Seeds that begin with the same policy are put
 * together: they sampled rollouts of their own. Null where no finished run probed.
 */
export async function probeOutcomes(results: ExperimentResults): Promise<ProbeOutcomes | null> {
  for (const arm of results.arms) {
    const probed = doneRuns(arm).flatMap((run) => {
      const record = run.records.find((record) => record.kind === "probe" && record.step === 0);
      return record?.kind === "probe" ? [{ run, record }] : [];
    });
    const [first] = probed;
    if (first === undefined) continue;
    const same = probed.filter(({ run, record }) =>
      coldStartId(run.config) === coldStartId(first.run.config) &&
      record.prompts === first.record.prompts
    );
    const columns = await Promise.all(same.map(async ({ run, record }) => ({
      correct: (await run.columns(record.outcomesFile)).correct!,
      count: record.rolloutsPerPrompt,
    })));
    const outcomes = Array.from({ length: first.record.prompts }, (_, prompt) =>
      Uint8Array.from(
        columns.flatMap(({ correct, count }) => [
          ...correct.subarray(prompt * count, (prompt + 1) * count),
        ]),
      ));
    return { arm: arm.name, seeds: same.map(({ run }) => run.seed), outcomes };
  }
  return null;
}
