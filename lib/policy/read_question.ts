/** Whether the policy's fixed vocabulary holds a question. */
import { QUESTION_TOKENS } from "../dataset/prompt.ts";
import { wordsOf } from "./tokenizer.ts";

/** Tokens of a question whose words are all known, or the first that is not. */
export type QuestionReading =
  | { readonly tokens: number; readonly isTooLong: boolean }
  | { readonly unknown: string };

/**
 * How many tokens a question has, or the first word the policy does not know.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(readQuestion("27 + 5 = ?"), { tokens: 6, isTooLong: false });
 * deepEqual(readQuestion("solve 2 + 2"), { unknown: "solve" });
 * ```
 */
export function readQuestion(question: string): QuestionReading {
  let tokens = 0;
  for (const { word, ids } of wordsOf(question)) {
    if (ids === null) return { unknown: word };
    tokens += ids.length;
  }
  return { tokens, isTooLong: tokens > QUESTION_TOKENS };
}

/** Why the policy cannot read a question, in words; null where it can. */
export function whyUnreadable(question: string): string | null {
  const reading = readQuestion(question);
  if ("unknown" in reading) {
    const word = reading.unknown.length > 60 ? `${reading.unknown.slice(0, 60)}…` : reading.unknown;
    return `question: expected words of the policy's vocabulary, got ${JSON.stringify(word)}`;
  }
  if (!reading.isTooLong) return null;
  return `question: expected at most ${QUESTION_TOKENS} tokens, got ${reading.tokens}`;
}
