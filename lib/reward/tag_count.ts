/** A reward of single tags, which pays before the whole format is right. */
import { z } from "../../deps.ts";
import type { RewardFunction } from "./reward_function.ts";

/** A reward of each tag that stands exactly once. */
export interface TagCountConfig {
  /** What all four are worth. */
  readonly weight: number;
}

/** open-r1's reward (huggingface/open-r1 src/open_r1/rewards.py, `tag_count_reward`): a quarter for each tag. */
export function tagCount({ weight = 1 }: Partial<TagCountConfig> = {}): TagCountConfig {
  return { weight };
}

export const tagCountSchema = z.strictObject({
  weight: z.number(),
}) satisfies z.ZodType<TagCountConfig>;

const TAGS = ["<think>", "</think>", "<answer>", "</answer>"] as const;

/** weight·¼·(how many of the four tags stand exactly once). open-r1 also asks for a line break beside each. */
export function createTagCount({ weight }: TagCountConfig): RewardFunction {
  return ({ response: { text } }) => weight * 0.25 * tagsOnce(text);
}

/**
 * How many of the four tags stand in the text exactly once.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(tagsOnce("<think>1</think> <answer>2 <answer>3</answer>"), 3);
 * ```
 */
export function tagsOnce(text: string): number {
  return TAGS.filter((tag) => {
    const first = text.indexOf(tag);
    return first >= 0 && first === text.lastIndexOf(tag);
  }).length;
}
