/** Tables for a terminal. */

/**
 * Columns as wide as their widest cell; empty columns are left out; numbers stand to the right.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(textTable(["a", "b", "c"], [["long", "", "10"], ["x", "", "9"]]), "a      c\nlong  10\nx      9");
 * ```
 */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = header.map((_, column) => column)
    .filter((column) => rows.some((row) => row[column] !== ""));
  const widths = shown.map((column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), header[column]!.length)
  );
  const isNumber = shown.map((column) => rows.every((row) => /^[\d,]*$/.test(row[column]!)));
  const line = (row: readonly string[]) =>
    shown.map((column, i) => {
      const text = row[column]!;
      return isNumber[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
    }).join("  ").trimEnd();
  return [line(header), ...rows.map(line)].join("\n");
}
