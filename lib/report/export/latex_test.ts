import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { CellValue, TableArtifact } from "../html/artifact.ts";
import { escapeLatex, latexTable } from "./latex.ts";

const value = (value: number, rest: Partial<CellValue> = {}): CellValue => ({
  value,
  half: null,
  digits: 1,
  mark: null,
  ...rest,
});

const table = (rows: TableArtifact["rows"], head: readonly string[]): TableArtifact => ({
  kind: "table",
  label: "A label\nof two lines",
  head,
  rows,
  wordColumns: 1,
});

Deno.test("escapeLatex() sets what LaTeX would read as commands, and the symbols of reports", () => {
  equal(
    escapeLatex("\\ { } $ & # % _ ~ ^"),
    "\\textbackslash{} \\{ \\} \\$ \\& \\# \\% \\_ " +
      "\\textasciitilde{} \\textasciicircum{}",
  );
  equal(
    escapeLatex("λ ≥ 0.5 → −1 “a” – p̂(1 − p̂)"),
    "$\\lambda$ $\\geq$ 0.5 $\\rightarrow$ $-$1 " +
      "``a'' -- $\\hat{p}$(1 $-$ $\\hat{p}$)",
  );
  equal(escapeLatex("Erdős, naïve"), "Erdős, naïve");
});

Deno.test("escapeLatex() leaves nothing that could open a group, start a comment or a command", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const set = escapeLatex(text)
      .replace(/\\(textbackslash|textasciitilde|textasciicircum)\{\}/g, "")
      .replace(/\\[{}$&#%_]/g, "")
      .replace(/\$[<>|]\$/g, "");
    return !/[\\{}$&#%_~^]/.test(set);
  }));
});

Deno.test("latexTable() is a booktabs tabular with as many cells in every row", () => {
  const text = latexTable(table([["a & b", "50 %", value(1.25)]], ["x_1", "y", "z"]));
  equal(
    text,
    `% A label of two lines
% needs \\usepackage{booktabs}
\\begin{tabular}{lrr}
\\toprule
x\\_1 & y & z \\\\
\\midrule
a \\& b & 50 \\% & $1.3$ \\\\
\\bottomrule
\\end{tabular}
`,
  );
});

Deno.test("latexTable() sets mean ± half-interval, the best bold, the not worse with a dagger", () => {
  const text = latexTable(table([
    ["a", value(60.04, { half: 1.26, mark: "best" })],
    ["b", value(-59.5, { half: 2, mark: "notWorse" })],
    ["c", value(NaN)],
  ], ["arm", "score"]));
  ok(text.includes("a & $\\mathbf{60.0} \\pm 1.3$ \\\\"));
  ok(text.includes("b & $-59.5^{\\dagger} \\pm 2.0$ \\\\"));
  ok(text.includes("c & -- \\\\"));
  ok(/^% Bold: best\./m.test(text));
  ok(!latexTable(table([["a", value(1)]], ["x", "y"])).includes("Bold"));
});

Deno.test("latexTable() keeps a row that begins with a bracket from being read as an argument", () => {
  ok(latexTable(table([["[1, 2]", "x"], ["*", "y"]], ["h", "i"])).includes("\n{}[1, 2] & x"));
});

Deno.test("latexTable() signs differences, and never zero", () => {
  const signed = (difference: number) => value(difference, { signed: true, half: 1 });
  const text = latexTable(table([["a", signed(2), signed(-2), signed(-0.01)]], ["", "", "", ""]));
  ok(text.includes("$+2.0 \\pm 1.0$ & $-2.0 \\pm 1.0$ & $0.0 \\pm 1.0$"), text);
});
