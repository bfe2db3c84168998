/** Identity of plain data: the same settings give the same hash, whatever the order of their keys. */
import { createHash } from "node:crypto";

/** Plain data: what may enter an identity. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [key: string]: Json;
};

/**
 * JSON with sorted keys. Numbers that binary arithmetic produced (`1 - 0.8`) are rounded to 12 significant
 * digits, so that equal settings stay equal. Refuses what JSON would change silently.
 */
export function canonicalJson(value: unknown, path = "value"): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      throw new TypeError(`${path}: expected a finite number, got ${value}`);
    }
    const isShort = Number.isInteger(value) && Math.abs(value) < 1e12;
    return JSON.stringify(isShort ? value : Number(value.toPrecision(12)));
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => canonicalJson(item, `${path}[${i}]`)).join(",")}]`;
  }
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const fields = value as Readonly<Record<string, unknown>>;
    let text = "";
    for (const key of Object.keys(fields).sort()) {
      const field = canonicalJson(fields[key], `${path}.${key}`);
      text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${field}`;
    }
    return `{${text}}`;
  }
  throw new TypeError(`${path}: expected plain data, got ${typeof value}`);
}

/** The first 16 hexadecimal digits of SHA-256 over the canonical JSON of `value`. */
export function fingerprint(value: unknown): string {
  return fingerprintText(canonicalJson(value));
}

/** {@link fingerprint} for canonical JSON that is already written out. */
export function fingerprintText(canonical: string): string {
  return createHash("sha256").update(canonical).digest("hex").slice(0, 16);
}
