/** Whether two answers are the same, from their texts. */
import { hasThousands, readAnswer } from "./answer.ts";
import { deadlineIn } from "./deadline.ts";
import { equivalent } from "./equivalence.ts";
import { isReadable, MAX_ENGINE_MS } from "./limits.ts";
import { commonNotation, plainWords } from "./notation.ts";
import type { SymbolicEvaluation } from "./symbolic.ts";

const PLAIN_NUMBER = /^-?[0-9]{1,15}$/;

/** Whether two answers are the same, neither in a box. */
export function sameAnswer(
  given: string,
  key: string,
  symbolic: SymbolicEvaluation | null,
): boolean {
  if (PLAIN_NUMBER.test(given) && PLAIN_NUMBER.test(key)) return Number(given) === Number(key);
  if (!isReadable(given) || !isReadable(key)) return false;
  const a = commonNotation(given), b = commonNotation(key);
  if (a === "" || b === "") return false;
  if (a === b) return true;
  const words = plainWords(a);
  if (/^[\p{L}\s]+$/u.test(words) && /\p{L}{2}/u.test(words) && words === plainWords(b)) {
    return true;
  }
  // "1,000" is a number next to another number, and two next to what can only be a list.
  const isList = (text: string) => text.includes(",") && !hasThousands(text);
  const commasSeparate = isList(a) || isList(b);
  const comparison = { symbolic, isTimeUp: deadlineIn(MAX_ENGINE_MS) };
  return equivalent(
    readAnswer(given, { commasSeparate }),
    readAnswer(key, { commasSeparate }),
    comparison,
  );
}
