/** The verifier "math". */
import { answerBlock, boxedContent } from "../verify.ts";
import type { AnswerKey, Verifier } from "../verify.ts";
import { isReadable } from "./limits.ts";
import { optionLetter, optionOf } from "./multiple_choice.ts";
import { sameAnswer } from "./same_answer.ts";
import { loadSymbolicEvaluation, type SymbolicEvaluation } from "./symbolic.ts";

/** Whether the given answer is right by the key, by letter where the key is one. */
function isRight(
  given: string,
  { answer, choices }: AnswerKey,
  symbolic: SymbolicEvaluation | null,
): boolean {
  const key = answer.trim();
  if (!isReadable(given)) return false;
  const letter = optionLetter(given);
  if (/^[A-Za-z]$/.test(key)) {
    if (letter !== null) return letter === key.toUpperCase();
    const option = choices ? optionOf(key.toUpperCase(), choices) : null;
    return option !== null && sameAnswer(given, option, symbolic);
  }
  if (sameAnswer(given, key, symbolic)) return true;
  const option = letter !== null && choices ? optionOf(letter, choices) : null;
  return option !== null && sameAnswer(option, key, symbolic);
}

/** Loads {@link VERIFIER_KINDS} "math". */
export async function loadMathVerifier(): Promise<Verifier> {
  const symbolic = await loadSymbolicEvaluation();
  return (response, key) => {
    const given = boxedContent(answerBlock(response) ?? response);
    if (given === null || given === "") return 0;
    return isRight(given, key, symbolic) ? 1 : 0;
  };
}
