/** What an answer consists of: a number, a list, an interval, a relation, words. */
import type { Expression } from "./expression.ts";
import { MAX_ITEMS } from "./limits.ts";
import { commonNotation, plainWords, TEXT_BEGIN, TEXT_END } from "./notation.ts";
import { parseExpression } from "./parse.ts";
import { splitTop, unwrapped } from "./split.ts";
import { FUNCTION } from "./tokens.ts";
import { takeUnit } from "./units.ts";

/** A number or an expression with letters. */
export interface Scalar {
  readonly kind: "scalar";
  /** In common notation, without unit and percent sign. */
  readonly text: string;
  /** Null when it is not arithmetic. */
  readonly expression: Expression | null;
  readonly isPercent: boolean;
  /** Null when none is given. */
  readonly unit: string | null;
}

/** Elements in brackets whose order counts: a tuple, a point, an interval, a ratio. */
export interface Sequence {
  readonly kind: "sequence";
  /** Its two brackets, such as `[)`; `:` for a ratio. */
  readonly brackets: string;
  readonly items: readonly Answer[];
}

/** Elements whose order does not count: a set, values with commas or "or" between them, both values of a ±. */
export interface List {
  readonly kind: "list";
  readonly items: readonly Answer[];
}

/** Parts joined by ∪. */
export interface Union {
  readonly kind: "union";
  readonly items: readonly Answer[];
}

/** Sides with `=`, `<`, `≤`, `>`, `≥`, `≠` or `∈` between them. */
export interface Relation {
  readonly kind: "relation";
  readonly signs: readonly string[];
  readonly sides: readonly Answer[];
}

/** Rows of cells. */
export interface Matrix {
  readonly kind: "matrix";
  readonly rows: readonly (readonly Answer[])[];
}

/** Anything else: equal to the same words only. */
export interface Words {
  readonly kind: "words";
  readonly words: string;
}

export type Answer = Scalar | Sequence | List | Union | Relation | Matrix | Words;

const RELATION = /[=<>≤≥≠∈]/;
const THOUSANDS = /^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
const MATRIX = /^\\begin\s*\{([pbvBV]?matrix|array)\}(?:\{[lcr|]*\})?(.*)\\end\s*\{\1\}$/;
const MARKED_SEPARATOR = new RegExp(`${TEXT_BEGIN} *,? *(?:and|or)? *${TEXT_END}`, "g");
const BRACKETS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "⟨": "⟩" };

/** Whether the text is one number with commas between its thousands. */
export const hasThousands = (text: string): boolean => THOUSANDS.test(text);

/**
 * Reads an answer. `commasSeparate` decides what `100,200` is: two numbers, or one.
 *
 * Whatever is not understood is {@link Words}; nothing throws.
 */
export function readAnswer(answer: string, { commasSeparate = false } = {}): Answer {
  return read(commonNotation(answer), commasSeparate);
}

/** From common notation. */
function read(text: string, commasSeparate: boolean): Answer {
  let inner = unwrapped(text.trim());
  if (isWords(inner)) return words(inner);
  if (/^⟪[^⟪⟫]*⟫$/.test(inner)) inner = inner.slice(1, -1).trim();
  if (!commasSeparate && hasThousands(inner)) return scalar(inner.replaceAll(",", ""));
  return matrix(inner) ?? list(inner) ?? union(inner) ?? relation(inner) ?? plusMinus(inner) ??
    sequence(inner) ?? scalar(inner);
}

const words = (text: string): Words => ({ kind: "words", words: plainWords(text) });

/** Letters only, of which two might be a product: `Yes`, `⟪east⟫`. */
const isWords = (text: string) =>
  /^[^0-9\\]*$/.test(text) && /^[\p{L}\s.'\-⟪⟫]*$/u.test(text) &&
  /\p{L}{3}|\p{L}\s+\p{L}|⟪.*\p{L}{2}.*⟫|^(?:no|on)$/iu.test(text) &&
  !/^(?:sqrt|[a-z]?pi)$/.test(text);

function readAll<Kind extends string>(
  kind: Kind,
  parts: readonly string[],
): { kind: Kind; items: Answer[] } | Words {
  if (parts.length > MAX_ITEMS || parts.some((part) => part.trim() === "")) {
    return words(parts.join(","));
  }
  return { kind, items: parts.map((part) => read(part, true)) };
}

function matrix(text: string): Matrix | Words | null {
  const body = MATRIX.exec(text)?.[2];
  if (body === undefined) return null;
  const rows = body.split("⏎").filter((row) => row.trim() !== "").map((row) => row.split("&"));
  if (rows.reduce((count, row) => count + row.length, 0) > MAX_ITEMS) return words(text);
  return { kind: "matrix", rows: rows.map((row) => row.map((cell) => read(cell, true))) };
}

/** `1, 2`, `1 and 2`, `{1, 2}`, `∅`; null for one element without braces. */
function list(text: string): Answer | null {
  if (text === "∅" || /^⦃\s*⦄$/.test(text)) return { kind: "list", items: [] };
  const inSet = /^⦃(.*)⦄$/.exec(text)?.[1];
  if (inSet !== undefined && !/[⦃⦄|]/.test(inSet)) {
    return readAll("list", splitTop(inSet, /[,;]/));
  }
  const parts = splitTop(
    text.replace(MARKED_SEPARATOR, ",").replace(/(?<=[0-9)}]) (?:and|or) /g, ","),
    /[,;]/,
  ).filter((part, i, all) => part.trim() !== "" || i === 0 || i === all.length - 1);
  return parts.length > 1 ? readAll("list", parts) : null;
}

function union(text: string): Answer | null {
  const parts = splitTop(text, /∪/);
  return parts.length > 1 ? readAll("union", parts) : null;
}

function relation(text: string): Answer | null {
  const sides = splitTop(text, RELATION);
  if (sides.length < 2 || sides.length > MAX_ITEMS) return null;
  let place = -1;
  const signs = sides.slice(1).map((_, i) => text[place += sides[i]!.length + 1]!);
  if (sides.some((side) => side.trim() === "")) {
    return sides.length === 2 && sides[0]!.trim() === "" && signs[0] === "="
      ? read(sides[1]!, true)
      : words(text);
  }
  // A left side is a name or an expression, a right one may be anything.
  return { kind: "relation", signs, sides: sides.map((side) => read(side, false)) };
}

/** `a ± b`: both values. */
function plusMinus(text: string): Answer | null {
  if (splitTop(text, /±/).length !== 2 || text.split("±").length !== 2) return null;
  return { kind: "list", items: ["+", "-"].map((sign) => read(text.replace("±", sign), true)) };
}

/** A time of day: what stands behind it is no factor of its minutes. */
const TIME = /^[0-9]{1,2}:[0-9]{2} ?[ap]\.? ?m\.?$/i;

function sequence(text: string): Answer | null {
  if (TIME.test(text)) return words(text);
  const closing = BRACKETS[text[0] ?? ""] === undefined ? null : text.at(-1)!;
  if (closing !== null && ")]⟩".includes(closing)) {
    const parts = splitTop(text.slice(1, -1), /[,;]/);
    if (parts.length > 1) {
      const all = readAll("sequence", parts);
      return all.kind === "words" ? all : { ...all, brackets: text[0]! + closing };
    }
  }
  const ratio = splitTop(text, /:/);
  if (ratio.length < 2) return null;
  const all = readAll("sequence", ratio);
  return all.kind === "words" ? all : { ...all, brackets: ":" };
}

function scalar(whole: string): Answer {
  // The degrees of an angle inside a function are part of its argument.
  const { text, unit, isPercent } = whole.includes("°") && FUNCTION.test(whole)
    ? { text: whole, unit: null, isPercent: false }
    : takeUnit(whole);
  const mixed = text.replace(/^([-+]?[0-9]+) ([0-9]+)\/([0-9]+)$/, "$1\\frac{$2}{$3}");
  const expression = parseExpression(mixed);
  if (expression === null && !/[0-9\\(^π∞]|^[a-z]$/i.test(mixed)) return words(whole);
  return { kind: "scalar", text: mixed, expression, isPercent, unit };
}
