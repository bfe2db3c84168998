/** A table in plain text. */

/**
 * Columns as wide as their widest cell.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(textTable(["a", "b"], [["long", "1"]]), "a     b\nlong  1");
 * ```
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), title.length)
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd();
  return [head, ...rows].map(line).join("\n");
}
