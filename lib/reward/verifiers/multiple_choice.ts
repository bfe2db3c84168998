/** Answers to multiple-choice questions: a letter, or the value of the option it names. Never by containment. */
import { commonNotation } from "./notation.ts";

/** A second option: `(A)(C)`, `A) and C)`, `A. 2 B. 3`. */
const SECOND = /^\s*(?:[,;/&+]|and\b|or\b)|(?:^|[^A-Za-z])[A-Z]\s*(?:\)|[.:](?:\s|$))/;

/**
 * The letter an answer consists of, upper case: `A`, `(A)`, `\textbf{A}`, `A.`, `A: 12`; null for anything else, several
 * options included.
 */
export function optionLetter(answer: string): string | null {
  const text = commonNotation(answer).replace(/[⟪⟫{}]/g, "").trim();
  const alone = /^[([]?\s*([A-Za-z])\s*[)\]]?\s*[.):]?$/.exec(text)?.[1];
  const [, before, rest = ""] = /^\(?([A-Z])\s*(?:\)|[.:](?=\s))(.*)$/.exec(text) ?? [];
  return (alone ?? (SECOND.test(rest) ? null : before))?.toUpperCase() ?? null;
}

/** The option a letter names; null when there is none. */
export function optionOf(letter: string, choices: readonly string[]): string | null {
  return choices[letter.charCodeAt(0) - "A".charCodeAt(0)] ?? null;
}
