/** Tables as Markdown and as CSV. */
import type { CellValue, TableArtifact, TableCell } from "../html/artifact.ts";

/** `|` ends a cell and a line break ends a row; the rest of these would be read as formatting. */
const escapeMarkdown = (text: string) =>
  text.replace(/[\\|*_`<>[\]~]/g, "\\$&").replace(/\s+/g, " ");

/** The value with an ASCII sign, a plus only where it is a difference that rose. */
export function plainNumber({ value, digits, signed = false }: CellValue): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : signed && value > 0 ? `+${text}` : text;
}

function markdownCell(cell: TableCell): string {
  if (typeof cell === "string") return escapeMarkdown(cell);
  const { value, half, digits, mark } = cell;
  if (!Number.isFinite(value)) return "–";
  const number = plainNumber(cell);
  const marked = mark === "best" ? `**${number}**` : mark === "notWorse" ? `${number}†` : number;
  return half === null ? marked : `${marked} ± ${half.toFixed(digits)}`;
}

/** A table of GitHub's Markdown. */
export function markdownTable({ head, rows, wordColumns }: TableArtifact): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(head.map(escapeMarkdown)) +
    line(head.map((_, i) => i < wordColumns ? "---" : "---:")) +
    rows.map((row) => line(row.map(markdownCell))).join("");
}

/** RFC 4180: quoted where it holds a comma, a quote or a line break. */
const csvField = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Rows of fields as CSV. */
export function csvText(rows: Iterable<readonly string[]>): string {
  let text = "";
  for (const row of rows) text += `${row.map(csvField).join(",")}\n`;
  return text;
}

/** Objects as CSV: columns in the order in which they first occur. */
export function csvOfRows(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const fields = rows.map((row) => columns.map((column) => String(row[column] ?? "")));
  return csvText([columns, ...fields]);
}

/** The cells as text; a column of values with intervals becomes three: value, half-interval, mark. */
export function csvTable({ head, rows }: TableArtifact): string {
  const typed = head.map((_, i) => rows.some((row) => typeof row[i] === "object"));
  const cells = (cell: TableCell | undefined, i: number): readonly string[] => {
    if (cell === undefined || typeof cell === "string") {
      return typed[i] ? [cell ?? "", "", ""] : [cell ?? ""];
    }
    const { value, half, mark } = cell;
    return [Number.isFinite(value) ? String(value) : "", String(half ?? ""), mark ?? ""];
  };
  const names = head.flatMap((name, i) =>
    typed[i] ? [name, `${name}: half of the interval`, `${name}: mark`] : [name]
  );
  return csvText([names, ...rows.map((row) => head.flatMap((_, i) => cells(row[i], i)))]);
}
