/**
 * MMR1's published accuracy with its defects, for comparing with rewards that were computed by it.
 *
 * Written from a description of LengSicong/MMR1 d8161a0, verl/utils/reward_score/r1v.py, and of its results. Where the
 * description leaves something open, this is what was chosen: number words are whole words, while "no" is replaced
 * anywhere; the candidate that a box gives stands without the box; phrases are "answer is", "answer:", "therefore", "thus",
 * "hence", "so", up to the end of the sentence; sentences end in `.`, `!`, `?` or a line; the share of overlapping
 * tokens is of the larger set; containment is looked for before and after fractions turn into decimals; nothing is
 * contained where either is empty.
 * math_verify's place is taken by this project's comparison without its library: arithmetic, no functions.
 */
import { boxedContent } from "../verify.ts";
import type { AnswerKey } from "../verify.ts";
import { evaluate } from "./expression.ts";
import { isReadable } from "./limits.ts";
import { commonNotation } from "./notation.ts";
import { parseExpression } from "./parse.ts";
import { sameAnswer } from "./same_answer.ts";
import { toNumber } from "./value.ts";

/** Characters of a text that a defect may be looked for in; upstream has no bound. */
const MAX_TEXT = 20_000;
const LAST_SENTENCE = 100;

const NUMBER_WORDS: readonly string[] =
  "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const NUMBER_WORD = new RegExp(`\\b(?:${NUMBER_WORDS.join("|")})\\b`, "g");

/** What no box yields, as a string; defects follow from its letters. */
const NO_BOX = "None";

/**
 * 1 where any of its tests finds the answer right, else 0.1 where the key is an option's letter, 0.5 where the whole
 * text is right by the loosest of them, or 0.
 *
 * Known defects, all kept: keys A and E are always right, because "None" turns into "falsene"; a number is right when it
 * contains the key or the key contains it (13 and 3, −3 and 3, 1/3 and 1); no box costs half.
 */
export function mmr1Accuracy(response: string, { answer }: AnswerKey): number {
  const text = response.slice(-MAX_TEXT), key = answer.trim().slice(0, 1000);
  const isRight = candidates(text).some((candidate) => candidateIsRight(candidate, key));
  if (isRight) return 1;
  if (isOption(key)) return 0.1;
  return roughlySame(text, key) ? 0.5 : 0;
}

const isOption = (key: string) => /^[A-E]$/i.test(key);

/** Up to three places where the answer may stand, the likeliest first. */
function candidates(text: string): string[] {
  const begin = text.indexOf("<answer>"), end = text.indexOf("</answer>", begin);
  const tag = begin < 0 || end < 0 ? undefined : text.slice(begin + "<answer>".length, end);
  const box = boxedContent(text);
  const phrase = /(?:answer is|answer:|therefore|thus|hence|so)[ ,:]+([^.!?\n]+)/i.exec(text)?.[1];
  const last = text.split(/[.!?\n]/).map((part) => part.trim()).filter(Boolean).at(-1);
  const found = [
    tag,
    box ?? undefined, // without its box, so that the tests find "None" in it
    phrase,
    last !== undefined && last.length < LAST_SENTENCE ? last : undefined,
  ].filter((candidate) => candidate !== undefined);
  return (found.length === 0 ? [text] : found).slice(0, 3);
}

/** The five tests of a candidate's box against the key. */
function candidateIsRight(candidate: string, key: string): boolean {
  const given = boxedContent(candidate) ?? NO_BOX;
  if (isOption(key) && given.toUpperCase() === key.toUpperCase()) return true;
  if (given === key || simplified(given) === simplified(key)) return true;
  return roughlySame(given, key) || equalWhenRounded(given, key);
}

/** Lower case without marks of LaTeX, space and units. */
const simplified = (text: string) =>
  text.toLowerCase().replace(/\\(?:text|mathrm|left|right|boxed)|[\s{}$\\%°]/g, "");

/** "Progressive" normalisation: number words, yes and no, fractions, units. */
function loose(text: string): string {
  let result = text.toLowerCase().trim();
  result = result.replace(NUMBER_WORD, (word) => String(NUMBER_WORDS.indexOf(word)));
  result = result.replaceAll("yes", "true").replaceAll("no", "false");
  result = result.replace(/\\[dt]?frac\s*\{(-?\d{1,15})\}\s*\{(-?\d{1,15})\}/g, "$1/$2")
    .replace(
      /(\d{1,15})\s*\/\s*(\d{1,15})/g,
      (whole, a: string, b: string) =>
        Number(b) === 0 ? whole : String(Number((Number(a) / Number(b)).toFixed(3))),
    );
  return result.replace(/(?<=\d)\s*(?:cm|mm|km|kg|m|g|degrees?|°|\\?%)(?![a-z])/g, "").trim();
}

/** Equal, contained either way, or largely the same words. */
function roughlySame(given: string, key: string): boolean {
  const a = loose(given), b = loose(key);
  if (a === "" || b === "") return false;
  if (a === b || isContained(a, b) || isContained(given, key)) return true;
  const [x, y] = [a, b].map((text) => new Set(text.split(/\s+/))) as [Set<string>, Set<string>];
  const size = Math.max(x.size, y.size);
  return x.intersection(y).size / size >= (size <= 3 ? 0.6 : 0.8);
}

/** Whether one is part of the other, where one is short or both are about as long. */
function isContained(a: string, b: string): boolean {
  const areNear = Math.min(a.length, b.length) <= 10 || Math.abs(a.length - b.length) < 20;
  return a !== "" && b !== "" && areNear && (a.includes(b) || b.includes(a));
}

/** Equality of numbers after rounding to what the shorter shows. */
function equalWhenRounded(given: string, key: string): boolean {
  const [a, b] = [given, key].map((text) => commonNotation(text.slice(0, 200))) as [string, string];
  const hasPi = a.includes("π") || b.includes("π");
  const decimals = [a, b].map((text) => /\.(\d+)/.exec(text)?.[1]?.length).filter((n) =>
    n !== undefined
  );
  const shown = hasPi ? 2 : decimals.length === 2 ? Math.min(...decimals) : 4;
  const [x, y] = [a, b].map((text) => numberOf(text.replaceAll("π", "(3.14)"))) as [
    number | null,
    number | null,
  ];
  if (x !== null && y !== null && x.toFixed(shown) === y.toFixed(shown)) return true;
  return sameAnswer(given, key, null);
}

/** The value of a number or of arithmetic; null for anything else. */
function numberOf(text: string): number | null {
  if (!isReadable(text)) return null;
  const expression = parseExpression(text);
  const value = expression === null ? NaN : toNumber(evaluate(expression, () => NaN));
  return Number.isFinite(value) ? value : null;
}
