/** A few groups of rollouts kept whole, for people to read (the paper's Figure 4). */
import { Buffer } from "node:buffer";
import type { Prompt } from "../dataset/prompt.ts";
import type { GalleryRecord } from "../schema/run_record.ts";
import type { Rollouts } from "./rollouts.ts";
import type { RewardBatch } from "./responses.ts";

/** Prompts kept per gallery, and rollouts of each. */
const PROMPTS = 4, ROLLOUTS = 3;

/** The first prompts of the batch whose families differ, with their first rollouts. */
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
  const kept = [...chosen.values()].flatMap((i) => {
    const { id, family, level, question, image, answer } = prompts[i]!;
    const pixels = image === null ? null : Uint8Array.from(image, (grey) => Math.round(grey * 255));
    const members = Math.min(ROLLOUTS, rollouts.groupSize);
    return Array.from({ length: members }, (_, member) => {
      const row = i * rollouts.groupSize + member;
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
        advantage: advantages[row]!,
      };
    });
  });
  return { kind: "gallery", step, rollouts: kept };
}
