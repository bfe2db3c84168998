/**
 * How large an answer may be to be read at all: the first wall against hostile ones, in front of all work that grows
 * faster than the text. No answer key of a benchmark we know comes near them.
 */

/** Characters of an answer. */
export const MAX_LENGTH = 400;
/** Brackets inside brackets. */
export const MAX_DEPTH = 12;
/** Digits of one number. */
export const MAX_DIGITS = 60;
/** Elements of a list, a tuple or a matrix. */
export const MAX_ITEMS = 24;
/** Bits of a whole number; beyond, arithmetic goes on in floating point. */
export const MAX_BITS = 2048;
/** The same for both parts of a fraction, which have to be brought to lowest terms. */
export const MAX_FRACTION_BITS = 512;
/** Characters of what the library is shown. */
export const MAX_ENGINE_LENGTH = 200;
/** Functions and roots in it. */
export const MAX_FUNCTIONS = 10;
/** Milliseconds of processor time the library may take for one verification: the second wall. */
export const MAX_ENGINE_MS = 80;
/** Milliseconds of wall time for one of its evaluations, which only what passed the first wall by mistake may need. */
export const MAX_CALL_MS = 500;

/** Whether an answer is small enough to be read. One pass. */
export function isReadable(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  let depth = 0, digits = 0;
  for (const character of text) {
    if ("([{".includes(character) && ++depth > MAX_DEPTH) return false;
    if (")]}".includes(character)) depth--;
    digits = character >= "0" && character <= "9" ? digits + 1 : 0;
    if (digits > MAX_DIGITS) return false;
  }
  return true;
}
