/** Formats a response can be required to have, each as its source checks it. */
import { boxedContent } from "./verify.ts";

/**
 * The rules: `boxed` is ours, and what MMR1's paper asks for (a box in the answer). The others are what published
 * code checks, in which surplus text or a missing box goes through:
 * - `mmr1` (LengSicong/MMR1 verl/utils/reward_score/openr1_rewards_batch.py): one think block at the start of a
 *   line, one answer block at the end of a line, in any order, whatever else there is;
 * - `easyr1` (hiyouga/EasyR1 examples/reward_function/math.py): a think block at the very start, later a box;
 *   space around `<`, `>` and `/` does not count;
 * - `mm-eureka` (ModalMinds/MM-EUREKA examples/scripts/reward_func_qwen_instruct.py): each of the four tags once,
 *   both blocks next to each other and not empty, any text before and after;
 * - `lmm-r1` (TideDra/lmm-r1 openrlhf/models/remote_rm/math_verifier.py): a think block, without space an answer
 *   block, and nothing else.
 */
export const FORMAT_RULES = ["boxed", "mmr1", "easyr1", "mm-eureka", "lmm-r1"] as const;
/** One of {@link FORMAT_RULES}. */
export type FormatRule = typeof FORMAT_RULES[number];

const THINK = "<think>", THINK_END = "</think>", ANSWER = "<answer>", ANSWER_END = "</answer>";
const TAGS = [THINK, THINK_END, ANSWER, ANSWER_END] as const;

/**
 * Whether the response has the format. Every rule reads it in time linear in its length.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(hasFormat("<think>1</think><answer>\\boxed{2}</answer>", "boxed"), true);
 * equal(hasFormat("<think>1</think><answer>2</answer>", "boxed"), false);
 * equal(hasFormat("<think>1</think><answer>2</answer>", "lmm-r1"), true);
 * ```
 */
export function hasFormat(response: string, rule: FormatRule): boolean {
  switch (rule) {
    case "boxed":
      return requiredFormat(response);
    case "mmr1":
      return thinkBlocks(response) === 1 && answerBlocks(response) === 1;
    case "easyr1":
      return isEasyR1(response);
    case "mm-eureka":
      return isMmEureka(response);
    case "lmm-r1":
      return isLmmR1(response.trim());
    default:
      return rule satisfies never;
  }
}

/** Where each tag stands, or null unless each is there exactly once. */
function placesOfTags(text: string): readonly [number, number, number, number] | null {
  const places = TAGS.map((tag) => text.indexOf(tag));
  const once = TAGS.every((tag, i) => places[i]! >= 0 && places[i] === text.lastIndexOf(tag));
  return once ? places as [number, number, number, number] : null;
}

/**
 * Whether the response is `<think>…</think><answer>…\boxed{…}…</answer>`: each tag once, in this order, only space
 * around the blocks.
 */
export function requiredFormat(response: string): boolean {
  const text = response.trim(), places = placesOfTags(text);
  if (places === null) return false;
  const [think, thinkEnd, answer, answerEnd] = places;
  return think === 0 && thinkEnd > 0 && answer > thinkEnd &&
    answerEnd === text.length - ANSWER_END.length && answerEnd > answer &&
    text.slice(thinkEnd + THINK_END.length, answer).trim() === "" &&
    (boxedContent(text.slice(answer + ANSWER.length, answerEnd)) ?? "") !== "";
}

const isSpace = (character: string) => character.trim() === "";

/** Matches of `^\s*<think>.*?</think>` that do not overlap, `^` after every line break. */
function thinkBlocks(text: string): number {
  let count = 0;
  for (let from = 0;;) {
    const open = text.indexOf(THINK, from);
    if (open < 0) return count;
    let before = open - 1;
    while (before >= from && text[before] !== "\n" && isSpace(text[before]!)) before--;
    if (before >= 0 && text[before] !== "\n") {
      from = open + THINK.length;
      continue;
    }
    const close = text.indexOf(THINK_END, open + THINK.length);
    if (close < 0) return count;
    count++;
    from = close + THINK_END.length;
  }
}

/** Matches of `<answer>.*?</answer>\s*$` that do not overlap, `$` before every line break. */
function answerBlocks(text: string): number {
  let count = 0;
  for (let from = 0;;) {
    const open = text.indexOf(ANSWER, from);
    if (open < 0) return count;
    let end = open + ANSWER.length;
    for (let isEndOfLine = false; !isEndOfLine;) {
      const close = text.indexOf(ANSWER_END, end);
      if (close < 0) return count;
      end = close + ANSWER_END.length;
      let after = end;
      while (after < text.length && text[after] !== "\n" && isSpace(text[after]!)) after++;
      isEndOfLine = after === text.length || text[after] === "\n";
    }
    count++;
    from = end;
  }
}

/** `<think>.*</think>.*\boxed{.*}.*` of the whole text, without space around `<`, `>` and `/`. */
function isEasyR1(response: string): boolean {
  const parts = response.split(/([<>/])/);
  const text = parts.map((part, i) => {
    const left = i === 0 ? part : part.trimStart();
    return i === parts.length - 1 ? left : left.trimEnd();
  }).join("");
  if (!text.startsWith(THINK)) return false;
  const thinkEnd = text.indexOf(THINK_END, THINK.length);
  const box = thinkEnd < 0 ? -1 : text.indexOf("\\boxed{", thinkEnd + THINK_END.length);
  return box >= 0 && text.indexOf("}", box) >= 0;
}

function isMmEureka(text: string): boolean {
  const places = placesOfTags(text);
  if (places === null) return false;
  const [think, thinkEnd, answer, answerEnd] = places;
  return thinkEnd > think + THINK.length && answer > thinkEnd &&
    text.slice(thinkEnd + THINK_END.length, answer).trim() === "" &&
    answerEnd > answer + ANSWER.length;
}

/** The first closing tag of each block has to be where the block ends; opening tags come once. */
function isLmmR1(text: string): boolean {
  if (!text.startsWith(THINK)) return false;
  const thinkEnd = text.indexOf(THINK_END), answer = thinkEnd + THINK_END.length;
  return thinkEnd >= 0 && text.startsWith(ANSWER, answer) &&
    text.indexOf(ANSWER_END, answer) === text.length - ANSWER_END.length &&
    text.lastIndexOf(THINK) === 0 && text.indexOf(ANSWER) === answer &&
    text.lastIndexOf(ANSWER) === answer;
}
