/** What kind of thing an answer is. */

/** Kinds of answers, by how a verifier has to read them. */
export const ANSWER_KINDS = [
  "integer",
  "decimal",
  "fraction",
  "choice",
  "expression",
  "text",
] as const;
/** One of {@link ANSWER_KINDS}. */
export type AnswerKind = typeof ANSWER_KINDS[number];

const SHAPES: readonly (readonly [AnswerKind, RegExp])[] = [
  ["integer", /^[-+]?(\d+|\d{1,3}(,\d{3})+)$/],
  ["decimal", /^[-+]?(\d+|\d{1,3}(,\d{3})+)?\.\d+$/],
  ["fraction", /^[-+]?(\d+\s*\/\s*[-+]?\d+|\\[dt]?frac\s*(\{\s*[-+]?\d+\s*\}){2})$/],
  ["choice", /^\(?[A-J]\)?\.?$/],
];

/** LaTeX, a letter, or signs of mathematics without a word: names of functions are none. */
function isExpression(answer: string): boolean {
  const rest = answer.replace(/\b(sin|cos|tan|log|exp|sqrt|deg)\b/g, "");
  return /\\[a-zA-Z]+/.test(answer) || /^[a-z]$/.test(answer) ||
    (/[\d+*/^=<>()%]/.test(rest) && !/[a-zA-Z]{3}/.test(rest));
}

/**
 * The kind of an answer, dollar signs around it left out.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const answers = ["-12", "3.5", "\\frac{1}{2}", "(B)", "2\\sqrt{3}", "north west"];
 * deepEqual(answers.map(answerKind), ["integer", "decimal", "fraction", "choice", "expression", "text"]);
 * ```
 */
export function answerKind(answer: string): AnswerKind {
  const bare = answer.trim().replace(/^\$([^$]+)\$$/, "$1").trim();
  if (bare.length > 1000) return "text"; // whatever it is, no pattern should have to read it
  const shape = SHAPES.find(([, pattern]) => pattern.test(bare))?.[0];
  return shape ?? (isExpression(bare) ? "expression" : "text");
}
