/** Expressions beyond arithmetic: functions, logarithms, binomials, complex numbers. Cortex Compute Engine reads them. */
import { loadComputeEngine } from "../../../deps.ts";
import { MAX_ENGINE_MS } from "./limits.ts";
import { coordinate } from "./probe.ts";

/** Whether two expressions in common notation are equal; false as well when that cannot be found out. */
export type SymbolicEquality = (left: string, right: string, until: number) => boolean;

const POINTS = 6;
const REQUIRED = 2;

/**
 * Commands that the library is shown. It evaluates what it reads, so that sums, products, integrals, limits and
 * assignments, which answers hardly ever consist of, are better not read at all.
 */
const COMMANDS = new Set(
  ("frac sqrt sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp lg binom lfloor rfloor lceil rceil " +
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi varphi chi psi omega " +
    "min max gcd lcm bmod").split(" "),
);

/** Functions as plain text names them, longest first. */
const FUNCTIONS = /arcsin|arccos|arctan|sinh|cosh|tanh|sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|pi/g;

/** LaTeX for the library; null for what it is not to see. */
function latexOf(text: string): string | null {
  if (/[^\x20-\x7eπ∞]|[=<>&~#@;:"'?]|!\s*!|[0-9]{4,}\s*!|\)\s*!|\}\s*!/.test(text)) return null;
  for (const [, command] of text.matchAll(/\\([a-zA-Z]+)/g)) {
    if (!COMMANDS.has(command!)) return null;
  }
  // The words between commands: whatever is left of one without its functions is a product of letters.
  const latex = text.split(/(\\[a-zA-Z]+)/).map((part) =>
    part.startsWith("\\")
      ? part
      : part.replace(/[a-zA-Z]{2,}/g, (word) => word.replace(FUNCTIONS, "\\$& "))
  ).join("");
  if (/[a-zA-Z]{5,}/.test(latex.replace(/\\[a-zA-Z]+/g, ""))) return null;
  return latex.replace(/\\sqrt\s*\(([^()]*)\)/g, "\\sqrt{$1}").replace(
    /\^\s*\(([^()]*)\)/g,
    "^{$1}",
  )
    .replace(/\^\s*(-?[0-9]{2,4})/g, "^{$1}").replace(/\*/g, "\\cdot ").replace(/π/g, "\\pi ")
    .replace(/∞/g, "\\infty ");
}

/** Loads the library, and lets it read a little, since what it does for the first time takes it long. */
export async function loadSymbolicEquality(): Promise<SymbolicEquality> {
  const { ComputeEngine } = await loadComputeEngine();
  const engine = new ComputeEngine();

  const difference = (left: string, right: string, until: number): boolean => {
    const a = engine.parse(left), b = engine.parse(right);
    if (!a.isValid || !b.isValid) return false;
    if (a.isSame(b)) return true;
    const symbols = [...new Set([...a.unknowns, ...b.unknowns])];
    let seen = 0;
    for (let point = 0; point < (symbols.length === 0 ? 1 : POINTS); point++) {
      if (performance.now() > until) return false;
      const at = Object.fromEntries(symbols.map((symbol) => {
        const { numerator, denominator } = coordinate(symbol, point);
        return [symbol, numerator / denominator];
      }));
      const [x, y] = [a, b].map((side) => side.subs(at).N()) as [typeof a, typeof b];
      const parts = [x.re, x.im, y.re, y.im];
      if (!parts.every(Number.isFinite)) continue;
      const size = Math.max(...parts.map(Math.abs), 1e-3);
      if (Math.max(Math.abs(x.re - y.re), Math.abs(x.im - y.im)) > 1e-9 * size) return false;
      seen++;
    }
    return seen >= (symbols.length === 0 ? 1 : REQUIRED);
  };

  const equal: SymbolicEquality = (left, right, until) => {
    const a = latexOf(left), b = latexOf(right), remaining = until - performance.now();
    if (a === null || b === null || remaining <= 0) return false;
    engine.timeLimit = Math.max(1, Math.min(remaining, MAX_ENGINE_MS) / 4);
    engine.pushScope(); // what it infers about one answer's letters must not reach the next
    try {
      return difference(a, b, until);
    } catch {
      return false; // a cancelled evaluation, or one of its own faults: unread, so wrong
    } finally {
      engine.popScope();
    }
  };
  for (const text of ["\\sin(x)^2+\\log_2(8)", "\\binom{5}{2}i+\\ln 2", "e^{i\\pi}+3!"]) {
    equal(text, `0+${text}`, Infinity);
  }
  return equal;
}
