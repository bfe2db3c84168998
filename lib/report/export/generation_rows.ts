/**
 * Responses as lines of JSON in the form of verl's dumps (verl-project/verl: `verl/trainer/ppo/ray_trainer.py`,
 * `_dump_generations`): `input`, `output`, `gts`, `score`, `step`, and behind them what else is known.
 */
import type { GalleryRollout } from "../../schema/run_record.ts";

/** Where a response comes from. */
export interface GenerationPlace {
  readonly run: string;
  readonly seed: number;
  readonly split: string;
  /** Finished steps of the policy that gave it. */
  readonly step: number;
}

/** One line, without its end. Images are left out: `prompt` says which it was. */
export function generationLine(
  { promptId, question, response, answer, reward, ...rest }: GalleryRollout,
  { step, ...place }: GenerationPlace & { readonly arm?: string | null },
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
