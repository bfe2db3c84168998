/** JSON lines: one value per line, added at the end; a line is complete once its newline is there. */
import { StoreError } from "../core/errors.ts";
import { remedy } from "./task.ts";

/** The lines of `values`. Numbers that JSON has no word for (NaN, ±Infinity) become null. */
export function encodeJsonLines(values: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

/**
 * The values of `text`; a torn last line, left by a crash, is dropped.
 *
 * Errors: a {@link StoreError} with file and line for any other line that is not a JSON object.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(decodeJsonLines('{"step":1}\n{"ste', "records.jsonl"), [{ step: 1 }]);
 * ```
 */
export function decodeJsonLines(text: string, file: string): Record<string, unknown>[] {
  const values: Record<string, unknown>[] = [];
  for (let start = 0, line = 1;; line++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return values;
    const content = text.slice(start, end);
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch {
      value = undefined;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const shown = content.length > 60 ? `${content.slice(0, 60)}…` : content;
      throw new StoreError(
        `${file}:${line}: expected a JSON object, got ${JSON.stringify(shown)}; ` +
          `the file is damaged: ${remedy(file)}`,
      );
    }
    values.push(value as Record<string, unknown>);
    start = end + 1;
  }
}

/** Bytes of `content` up to and with its last newline. */
export function completeLines(content: Uint8Array): Uint8Array {
  return content.subarray(0, content.lastIndexOf(0x0a) + 1);
}
