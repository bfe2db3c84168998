/**
 * Verifiers: whether a response's boxed answer is the key.
 *
 * Containment never counts ("12" does not contain a right "1"), and an answer that was not given is null, never
 * a string that a key could equal; both are faults of published graders (MMR1's r1v.py, mathruler), which only
 * "mmr1-compat" has.
 */

/**
 * - `exact`: the box of the last answer block, equal to the key up to its spelling ({@link normalizeAnswer}).
 * - `math`: the last box of the last answer block (without one, of the whole text), mathematically equal to the key, or
 *   the option that the key's letter names. Strict where graders differ: an answer without a box is wrong, also a single
 *   letter or "the value is 5"; 50 % is a half and not 50; "three" is not 3; 0.33 is not 1/3.
 * - `mmr1-compat`: MMR1's published accuracy, with its defects.
 */
export const VERIFIER_KINDS = ["exact", "math", "mmr1-compat"] as const;
export type VerifierKind = typeof VERIFIER_KINDS[number];

/** What a verifier reads of a prompt. */
export interface AnswerKey {
  readonly answer: string;
  /** Options of a multiple-choice question, in order A, B, …; null when free-form or not known. */
  readonly choices?: readonly string[] | null;
}

/** Share of the accuracy reward in [0, 1]: 0 or 1, except for mmr1-compat's partial credit. Never throws. */
export type Verifier = (response: string, key: AnswerKey) => number;

/**
 * Makes a verifier. Only "math" has anything to load: about 0.4 s, once per process.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const math = await loadVerifier("math");
 * equal(math("so it is \\boxed{\\frac{1}{2}}", { answer: "0.5" }), 1);
 * equal(math("\\boxed{12}", { answer: "2" }), 0);
 * equal(math("\\boxed{C}", { answer: "C", choices: ["1", "2", "3"] }), 1);
 * ```
 */
export async function loadVerifier(kind: VerifierKind): Promise<Verifier> {
  switch (kind) {
    case "exact":
      return (response, { answer }) => verify(response, answer) ? 1 : 0;
    case "math":
      mathVerifier ??= (await import("./verifiers/math.ts")).loadMathVerifier();
      return withoutErrors(await mathVerifier);
    case "mmr1-compat":
      return withoutErrors((await import("./verifiers/mmr1_compat.ts")).mmr1Accuracy);
    default:
      return kind satisfies never;
  }
}

/** What cannot be read is wrong: no text of a model's may end a training, not even by a fault of ours. */
const withoutErrors = (verifier: Verifier): Verifier => (response, key) => {
  try {
    return verifier(response, key);
  } catch {
    return 0;
  }
};

let mathVerifier: Promise<Verifier> | null = null;

const BOX = "\\boxed{", OPEN = "{".charCodeAt(0), CLOSE = "}".charCodeAt(0);

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
    const code = text.charCodeAt(i);
    if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) return text.slice(begin, i).trim();
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
