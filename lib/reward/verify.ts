/**
 * A strict verifier: the last balanced `\boxed{…}` of the last answer block, compared for equality.
 *
 * Containment never counts ("12" does not contain a right "1"), and an answer that was not given is null, never
 * a string that a key could equal; both are faults of published graders (MMR1's r1v.py, mathruler).
 */

const BOX = "\\boxed{";

/**
 * The content of the last `\boxed{…}`, without space around it; null when there is none or it is not closed.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(boxedContent("\\boxed{1} and \\boxed{2}"), "2");
 * equal(boxedContent("\\boxed{1} and \\boxed{2"), null);
 * ```
 */
export function boxedContent(text: string): string | null {
  const box = text.lastIndexOf(BOX);
  if (box < 0) return null;
  const begin = box + BOX.length;
  for (let i = begin, depth = 1; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return text.slice(begin, i).trim();
  }
  return null;
}

/** The content of the last closed answer block, or null. */
export function answerBlock(response: string): string | null {
  const end = response.lastIndexOf("</answer>");
  const begin = end < 0 ? -1 : response.lastIndexOf("<answer>", end);
  return begin < 0 ? null : response.slice(begin + "<answer>".length, end);
}

/**
 * One spelling per answer: `\text{}` unwrapped, no space, lower case, a whole number without leading zeros.
 * Longer answers than any key can have are left as they are.
 */
export function normalizeAnswer(answer: string): string {
  if (answer.length > 100) return answer;
  const text = /^\\text\{([^{}]*)\}$/.exec(answer.trim())?.[1] ?? answer;
  const plain = text.replace(/\s+/g, "").toLowerCase();
  return plain.replace(/^(-?)0+(?=[0-9])/, "$1");
}

/** Whether the response's boxed answer equals the key. */
export function verify(response: string, answer: string): boolean {
  const block = answerBlock(response);
  const given = block === null ? null : boxedContent(block);
  return given !== null && given !== "" && normalizeAnswer(given) === normalizeAnswer(answer);
}
