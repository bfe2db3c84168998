/**
 * A fixed vocabulary of words, and text to token ids and back.
 *
 * A number is written digit by digit; its digits stand together in text and nothing else does, so two numbers
 * need a word between them. The tags of the answer format are single tokens; a boxed answer's opening and
 * closing are one token each, which spares the policy two steps per response.
 */
import { QUESTION_TOKENS } from "../dataset/prompt.ts";

const TAGS = [
  "<pad>",
  "<eos>",
  "<think>",
  "</think>",
  "<answer>\\boxed{",
  "}</answer>",
  "<answer>",
  "</answer>",
] as const;
const DIGITS = "0 1 2 3 4 5 6 7 8 9".split(" ");
const WORDS = `
  + - * / = < > , ?
  a b c d e f g x
  yes no and or xor of by in guess
  picture count dots ways pairs top bottom each row column
  area corner third angle sum volume depth stacks
  crossings regions rectangles shadow front view
  edges degree component none bar bars range mean holes pieces missing die
`.trim().split(/\s+/);

/** Every token's spelling; its index is its id. */
export const VOCABULARY: readonly string[] = [...TAGS, ...DIGITS, ...WORDS];
/** Fills the right of a question or a response. */
export const PAD = 0;
/** Ends a response. */
export const EOS = 1;

const IDS: ReadonlyMap<string, number> = new Map(VOCABULARY.map((word, id) => [word, id]));
const isTag = (id: number) => id < TAGS.length;
const isDigit = (id: number) => id >= TAGS.length && id < TAGS.length + DIGITS.length;

// Longest spelling first: "<answer>\boxed{" before "<answer>".
const TAG_PATTERN = new RegExp(
  `(${
    [...TAGS].sort((a, b) => b.length - a.length)
      .map((tag) => tag.replace(/[\\{}/]/g, "\\$&")).join("|")
  })`,
);

/** Words of a text with their ids, a number's digit by digit; null for a word outside the vocabulary. */
export function* wordsOf(
  text: string,
): Generator<{ readonly word: string; readonly ids: readonly number[] | null }> {
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    const id = IDS.get(word);
    if (id !== undefined) yield { word, ids: [id] };
    else if (/^[0-9]+$/.test(word)) yield { word, ids: [...word].map((digit) => IDS.get(digit)!) };
    else yield { word, ids: null };
  }
}

function appendWords(text: string, ids: number[]): void {
  for (const { word, ids: own } of wordsOf(text)) {
    if (own === null) {
      throw new RangeError(`Cannot encode ${JSON.stringify(word)}: it is not in the vocabulary`);
    }
    ids.push(...own);
  }
}

/**
 * The ids of a question, padded on the right.
 *
 * Errors: RangeError for a word outside the vocabulary and for more than QUESTION_TOKENS tokens.
 *
 * @returns [QUESTION_TOKENS]
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const ids = encodeQuestion("27 + 5 = ?");
 * equal(VOCABULARY[ids[1]!], "7");
 * equal(ids[7], PAD);
 * ```
 */
export function encodeQuestion(question: string): Int32Array {
  const ids: number[] = [];
  appendWords(question, ids);
  if (ids.length > QUESTION_TOKENS) {
    throw new RangeError(
      `Cannot encode ${
        JSON.stringify(question)
      }: expected at most ${QUESTION_TOKENS} tokens, got ${ids.length}`,
    );
  }
  const padded = new Int32Array(QUESTION_TOKENS).fill(PAD);
  padded.set(ids);
  return padded;
}

/**
 * The ids of a response, the end-of-sequence token last.
 *
 * Errors: RangeError for a word outside the vocabulary.
 */
export function encodeResponse(text: string): Int32Array {
  const ids: number[] = [];
  for (const part of text.split(TAG_PATTERN)) {
    const id = IDS.get(part);
    if (id !== undefined && isTag(id)) ids.push(id);
    else appendWords(part, ids);
  }
  ids.push(EOS);
  return Int32Array.from(ids);
}

/**
 * Text of a response, up to the first end-of-sequence token. Words are separated by one space, digits of a number
 * and tags by none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const text = "<think>3 + 14 = 17</think><answer>\\boxed{17}</answer>";
 * equal(decode(encodeResponse(text)), text);
 * ```
 */
export function decode(tokens: ArrayLike<number>): string {
  let text = "";
  for (let i = 0, previous = -1; i < tokens.length; i++) {
    const id = tokens[i]!;
    if (id === EOS) break;
    const word = VOCABULARY[id];
    if (word === undefined) throw new RangeError(`Cannot decode token ${id}: no such id`);
    const joined = previous < 0 || isTag(id) || isTag(previous) ||
      (isDigit(id) && isDigit(previous));
    text += joined ? word : ` ${word}`;
    previous = id;
  }
  return text;
}
