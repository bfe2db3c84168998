/** The required format: a think block, then an answer block with a box, and nothing else. */
import { boxedContent } from "./verify.ts";

const TAGS = ["<think>", "</think>", "<answer>", "</answer>"] as const;

/**
 * Whether the response is `<think>…</think><answer>…\boxed{…}…</answer>`: each tag once, in this order, only space
 * around the blocks.
 */
export function requiredFormat(response: string): boolean {
  const text = response.trim();
  const places = TAGS.map((tag) => text.indexOf(tag));
  if (TAGS.some((tag, i) => places[i] !== text.lastIndexOf(tag))) return false;
  const [think, thinkEnd, answer, answerEnd] = places as [number, number, number, number];
  return think === 0 && thinkEnd > 0 && answer > thinkEnd &&
    answerEnd === text.length - "</answer>".length && answerEnd > answer &&
    text.slice(thinkEnd + "</think>".length, answer).trim() === "" &&
    (boxedContent(text.slice(answer + "<answer>".length, answerEnd)) ?? "") !== "";
}
