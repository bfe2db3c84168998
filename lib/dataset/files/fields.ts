/** Fields of a record, typed: what is missing or of another type is a fault of the row. */
import { RowFault } from "./row.ts";

/** A record as it was read. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for an object with fields: no list, no bytes, no null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !ArrayBuffer.isView(value);
}

/** A value in a message: its type for what may be large or deep, itself when short. */
export function brief(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (typeof value === "object") return "an object";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/** Text, also where a Parquet file keeps it as plain bytes; null for anything else. */
export function asText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    return null;
  }
}

/** A text that must be there and hold more than spaces. */
export function needText(value: unknown, name: string): string {
  const text = asText(value);
  if (text === null || text.trim() === "") {
    throw new RowFault(`${name}: expected a text, got ${brief(value)}`);
  }
  return text;
}

/** A text, a number written as one, or null when missing. */
export function maybeText(value: unknown, name: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return String(value);
  const text = asText(value);
  if (text === null) throw new RowFault(`${name}: expected a text, got ${brief(value)}`);
  return text;
}

/** The answer: a text or a number. */
export function needAnswer(value: unknown, name: string): string {
  const text = maybeText(value, name);
  if (text === null || text.trim() === "") {
    throw new RowFault(`${name}: expected an answer, got ${brief(value)}`);
  }
  return text.trim();
}

/** The answer without the dollar signs that trainers with a LaTeX verifier want around it. */
export function withoutDollars(answer: string): string {
  const inside = /^\$([^$]+)\$$/.exec(answer)?.[1]?.trim();
  return inside === undefined || inside === "" ? answer : inside;
}

/** Difficulty: a whole number from 1; 1 when missing. */
export function levelOf(value: unknown, name: string): number {
  if (value === undefined || value === null) return 1;
  const level = typeof value === "bigint" ? Number(value) : value;
  if (typeof level !== "number" || !Number.isSafeInteger(level) || level < 1) {
    throw new RowFault(`${name}: expected a whole number of at least 1, got ${brief(value)}`);
  }
  return level;
}

/** A list, or null when missing. */
export function maybeList(value: unknown, name: string): readonly unknown[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw new RowFault(`${name}: expected a list, got ${brief(value)}`);
  return value;
}

/** Options of a question: a list of texts, or null when missing or empty. */
export function choicesOf(value: unknown, name: string): readonly string[] | null {
  const list = maybeList(value, name);
  if (list === null || list.length === 0) return null;
  return list.map((item, i) => needText(item, `${name}[${i}]`));
}
