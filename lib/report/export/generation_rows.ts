/**
 * Responses as lines of JSON in the form of verl's dumps (verl-project/verl: `verl/trainer/ppo/ray_trainer.py`,
 * `_dump_generations`): `input`, `output`, `gts`, `score`, `step`, and behind them what else is known.
 */
import { recordsOf } from "../../analysis/records_of.ts";
import type { ExperimentResults } from "../../analysis/results.ts";
import type { GalleryRollout } from "../../schema/run_record.ts";

/** Where a response comes from. */
export interface GenerationPlace {
  readonly run: string;
  /** The case the run stands in; null where no experiment says so. */
  readonly arm: string | null;
  readonly seed: number;
  readonly split: string;
  /** Finished steps of the policy that gave it. */
  readonly step: number;
}

/** One line, without its end. Images are left out: `prompt` says which it was. */
export function generationLine(
  { promptId, question, response, answer, reward, ...rest }: GalleryRollout,
  { step, ...place }: GenerationPlace,
): string {
  const { accuracyReward, formatReward, components, advantage } = rest;
  return JSON.stringify({
    input: question,
    output: response,
    gts: answer,
    score: reward,
    step,
    ...place,
    prompt: promptId,
    accuracy: accuracyReward,
    format: formatReward,
    components,
    advantage,
  });
}

/** Every response that the runs of an experiment kept word by word, a line each; empty where none did. */
export function generationLines({ arms }: ExperimentResults): string {
  const lines = arms.flatMap(({ name: arm, runs }) =>
    runs.flatMap((run) =>
      recordsOf(run, "gallery").flatMap(({ step, split, rollouts }) => {
        const place = { run: run.id, arm, seed: run.seed, split, step };
        return rollouts.map((rollout) => `${generationLine(rollout, place)}\n`);
      })
    )
  );
  return lines.join("");
}
