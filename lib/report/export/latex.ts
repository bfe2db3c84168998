/** Tables as LaTeX that a paper can `\input`. */
import type { CellValue, TableArtifact, TableCell } from "../html/artifact.ts";
import { plainNumber } from "./plain_tables.ts";

const SYMBOLS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "$": "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "$<$",
  ">": "$>$",
  "|": "$|$",
  '"': "''",
  "−": "$-$",
  "–": "--",
  "—": "---",
  "±": "$\\pm$",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "→": "$\\rightarrow$",
  "≥": "$\\geq$",
  "≤": "$\\leq$",
  "≈": "$\\approx$",
  "≠": "$\\neq$",
  "∞": "$\\infty$",
  "√": "$\\surd$",
  "‖": "$\\|$",
  "∇": "$\\nabla$",
  "Σ": "$\\Sigma$",
  "“": "``",
  "”": "''",
  "‘": "`",
  "’": "'",
  "…": "\\ldots{}",
  "°": "$^\\circ$",
  "²": "$^2$",
  "³": "$^3$",
  "†": "$^\\dagger$",
  "▲": "$\\uparrow$",
  "▼": "$\\downarrow$",
  "↑": "$\\uparrow$",
  "↓": "$\\downarrow$",
  "✓": "$\\surd$",
  "✗": "$\\times$",
  "₀": "$_0$",
  "₁": "$_1$",
  "ₜ": "$_t$",
  "ₓ": "$_x$",
  "⁺": "$^+$",
  "p̂": "$\\hat{p}$",
  "\u00a0": "~",
  "\u202f": "\\,",
  "\u2009": "\\,",
  "\u2011": "-",
};

// deno-fmt-ignore
const GREEK: Readonly<Record<string, string>> = {
  α: "alpha", β: "beta", γ: "gamma", Γ: "Gamma", δ: "delta", Δ: "Delta", ε: "varepsilon", ζ: "zeta", η: "eta",
  θ: "theta", Θ: "Theta", κ: "kappa", λ: "lambda", Λ: "Lambda", μ: "mu", ν: "nu", ξ: "xi", π: "pi", Π: "Pi",
  ρ: "rho", σ: "sigma", τ: "tau", φ: "varphi", Φ: "Phi", χ: "chi", ψ: "psi", ω: "omega", Ω: "Omega",
};

/**
 * Text as LaTeX that sets the same characters, in text mode. Letters beyond ASCII stay: LaTeX reads UTF-8.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(escapeLatex("50 % of λ_1 ± 3 & up"), "50 \\% of $\\lambda$\\_1 $\\pm$ 3 \\& up");
 * ```
 */
export function escapeLatex(text: string): string {
  return text.replace(/p̂|[^A-Za-z0-9 ]/gu, (character) => {
    const greek = GREEK[character];
    return SYMBOLS[character] ?? (greek === undefined ? character : `$\\${greek}$`);
  });
}

/** `59.3 ± 1.2`, the best one bold, those not shown to be worse with a dagger. */
function latexValue(cell: CellValue): string {
  const { value, half, digits, mark } = cell;
  if (!Number.isFinite(value)) return "--";
  const number = plainNumber(cell);
  const marked = mark === "best"
    ? `\\mathbf{${number}}`
    : mark === "notWorse"
    ? `${number}^{\\dagger}`
    : number;
  return half === null ? `$${marked}$` : `$${marked} \\pm ${half.toFixed(digits)}$`;
}

const latexCell = (cell: TableCell) =>
  typeof cell === "string" ? escapeLatex(cell) : latexValue(cell);

/** A comment cannot end before its line does. */
const comment = (text: string) => `% ${text.replace(/\s+/g, " ")}\n`;

/** A `tabular` with booktabs' rules, and above it in comments what it is and needs. */
export function latexTable({ label, head, rows, wordColumns }: TableArtifact): string {
  const columns = head.map((_, i) => i < wordColumns ? "l" : "r").join("");
  // After `\\`, a bracket or a star would be read as its argument.
  const line = (cells: readonly string[]) => `${cells.join(" & ").replace(/^[[*]/, "{}$&")} \\\\\n`;
  const marked = rows.some((row) =>
    row.some((cell) => typeof cell !== "string" && cell.mark !== null)
  );
  const marks = marked
    ? comment("Bold: best. \\dagger: not shown to be worse than the best. ±: half of the interval.")
    : "";
  return `${comment(label)}${
    comment("needs \\usepackage{booktabs}")
  }${marks}\\begin{tabular}{${columns}}
\\toprule
${line(head.map(escapeLatex))}\\midrule
${rows.map((row) => line(row.map(latexCell))).join("")}\\bottomrule
\\end{tabular}
`;
}
