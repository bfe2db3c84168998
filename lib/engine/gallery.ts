/** A few responses kept whole, for people to read (the paper's Figure 4) and for the log of generations. */
import { Buffer } from "node:buffer";
import type { Prompt } from "../dataset/prompt.ts";
import type { GalleryRecord, GalleryRollout } from "../schema/run_record.ts";
import type { Rollouts } from "./rollouts.ts";
import type { RewardBatch } from "./responses.ts";

/** Prompts kept per gallery of training, and rollouts of each. */
const PROMPTS = 4, ROLLOUTS = 3;

/** The first `members` rollouts of the prompts at `places`. */
function kept(
  places: readonly number[],
  members: number,
  prompts: readonly Prompt[],
  { groupSize }: Rollouts,
  rewards: RewardBatch,
  advantageOf: (row: number) => number | null,
): GalleryRollout[] {
  return places.flatMap((i) => {
    const { id, family, level, question, image, answer } = prompts[i]!;
    const pixels = image === null ? null : Uint8Array.from(image, (grey) => Math.round(grey * 255));
    return Array.from({ length: Math.min(members, groupSize) }, (_, member) => {
      const row = i * groupSize + member;
      const components = Object.entries(rewards.components)
        .map(([name, values]) => [name, values[row]!]);
      return {
        promptId: id,
        family,
        level,
        question,
        image: pixels === null ? null : Buffer.from(pixels).toString("base64"),
        answer,
        response: rewards.texts[row]!,
        accuracyReward: rewards.accuracy[row]!,
        formatReward: rewards.format[row]!,
        reward: rewards.reward[row]!,
        components: Object.fromEntries(components),
        advantage: advantageOf(row),
      };
    });
  });
}

/**
 * The first prompts of the batch whose families differ, with their first rollouts.
 *
 * @param advantages [rollouts * R], zero behind a response's end
 */
export function galleryOf(
  step: number,
  prompts: readonly Prompt[],
  rollouts: Rollouts,
  rewards: RewardBatch,
  advantages: Float32Array,
): GalleryRecord {
  const chosen = new Map<string, number>();
  for (let i = 0; i < prompts.length && chosen.size < PROMPTS; i++) {
    const family = prompts[i]!.family;
    if (!chosen.has(family)) chosen.set(family, i);
  }
  const width = advantages.length / rollouts.count;
  const meanAdvantage = (row: number) => {
    const length = rollouts.lengths[row]!;
    const own = advantages.subarray(row * width, row * width + length);
    return own.reduce((sum, advantage) => sum + advantage, 0) / length;
  };
  const places = [...chosen.values()];
  return {
    kind: "gallery",
    step,
    split: "train",
    rollouts: kept(places, ROLLOUTS, prompts, rollouts, rewards, meanAdvantage),
  };
}

/** Every response to the first `count` prompts of an evaluation; null for none. */
export function generationsOf(
  step: number,
  count: number,
  prompts: readonly Prompt[],
  rollouts: Rollouts,
  rewards: RewardBatch,
): GalleryRecord | null {
  const places = Array.from({ length: Math.min(count, prompts.length) }, (_, i) => i);
  if (places.length === 0) return null;
  return {
    kind: "gallery",
    step,
    split: "validation",
    rollouts: kept(places, rollouts.groupSize, prompts, rollouts, rewards, () => null),
  };
}
