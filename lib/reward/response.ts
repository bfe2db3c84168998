/** A response as rewards see it: its text, its parts, its tokens. */
import { answerBlock, boxedContent } from "./verify.ts";

/** A response, read once for every reward. */
export interface ParsedResponse {
  readonly text: string;
  /** What stands in the first closed think block; null without one. */
  readonly think: string | null;
  /** What stands in the last closed answer block; null without one. */
  readonly answer: string | null;
  /** The last box of the answer block, null where there is none or it is empty. */
  readonly boxed: string | null;
  readonly tokens: Int32Array; // [length]
  /** Tokens, the end-of-sequence token included where there is one. */
  readonly length: number;
  /** Whether it reached the longest length without an end of its own. */
  readonly isTruncated: boolean;
}

/**
 * Reads a response.
 *
 * @param tokens what `text` was decoded from, up to and including end-of-sequence. Kept, not copied.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const text = "<think>3 + 4</think><answer>so \\boxed{7}</answer>";
 * const { think, answer, boxed } = parseResponse(text, Int32Array.of(4, 2), false);
 * equal(think, "3 + 4");
 * equal(answer, "so \\boxed{7}");
 * equal(boxed, "7");
 * ```
 */
export function parseResponse(
  text: string,
  tokens: Int32Array,
  isTruncated: boolean,
): ParsedResponse {
  const answer = answerBlock(text);
  const boxed = answer === null ? null : boxedContent(answer);
  return {
    text,
    think: thinkBlock(text),
    answer,
    boxed: boxed === "" ? null : boxed,
    tokens,
    length: tokens.length,
    isTruncated,
  };
}

function thinkBlock(text: string): string | null {
  const open = text.indexOf("<think>");
  const begin = open + "<think>".length;
  const end = open < 0 ? -1 : text.indexOf("</think>", begin);
  return end < 0 ? null : text.slice(begin, end);
}
