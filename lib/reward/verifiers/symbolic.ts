/** Expressions beyond arithmetic: functions, logarithms, binomials, complex numbers. Cortex Compute Engine reads them. */
import { loadComputeEngine } from "../../../deps.ts";
import { MAX_ENGINE_LENGTH, MAX_ENGINE_MS } from "./limits.ts";
import { isBalanced } from "./split.ts";
import { coordinate } from "./probe.ts";

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/**
 * The values of an expression in common notation at {@link SYMBOLIC_POINTS} points, at one if it has no letters; null
 * when it cannot be read or takes longer than `until` on the clock of `performance.now()`.
 */
export type SymbolicEvaluation = (text: string, until: number) => readonly Complex[] | null;

/** Points of {@link coordinate} that an expression with letters is evaluated at. */
export const SYMBOLIC_POINTS = 6;

/**
 * Commands that the library is shown. It evaluates what it reads, so that sums, products, integrals, limits and
 * assignments, which answers hardly ever consist of, are better not read at all.
 */
const COMMANDS = new Set(
  ("frac sqrt sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp lg lfloor rfloor lceil rceil " +
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi varphi chi psi omega " +
    "min max gcd lcm bmod").split(" "),
);

/** Functions as plain text names them, longest first. */
const FUNCTIONS = /arcsin|arccos|arctan|sinh|cosh|tanh|sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|pi/g;

/** A binomial coefficient of numbers, which the library's LaTeX does not know. */
const BINOMIAL = /\\binom\s*\{\s*([0-9]{1,3})\s*\}\s*\{\s*([0-9]{1,3})\s*\}/g;

/** Signs that no expression has. */
const FOREIGN = /[^\x20-\x7eπ∞°]|[=<>&~#@;:"'?]|\.\s*\./;

/** Signs and bars in a row, which it reads in exponential time, and functions with a subscript, except `\\log`. */
const UNTAME =
  /[-+][-+ ]*[-+]|\|[| ]*\||\\(?:a?r?c?(?:sin|cos|tan|sec|csc|cot)h?|exp|ln|sqrt|frac) ?_/;

/**
 * Whether exact arithmetic stays small: the library works it out before it looks at its clock. Exponents multiply to at
 * most 1000, none stands on an exponent of digits, and factorials are of small numbers only and hardly raised.
 */
function isTame(text: string): boolean {
  if (UNTAME.test(text) || (text.match(/[|°]/g)?.length ?? 0) > 4 || !isBalanced(text)) {
    return false;
  }
  const exponents = [...text.matchAll(/\^\s*(?:\{\s*)?(-?[0-9.]+)/g)].map(([, digits]) =>
    Number(digits)
  );
  const size = exponents.reduce(
    (product, exponent) => product * Math.max(1, Math.abs(exponent)),
    1,
  );
  const hasFactorial = text.includes("!");
  if (!(size <= (hasFactorial ? 10 : 1000))) return false;
  if (hasFactorial && /[^0-9a-zA-Z ]\s*!|!\s*!|[0-9]{4,}\s*!|[2-9][0-9]{2}\s*!/.test(text)) {
    return false;
  }
  if (/\^\s*(?:[^\s{}]|\{[^{}]*\})\s*\^/.test(text)) return false;
  let depth = 0;
  const raised: number[] = []; // depths of the brackets that exponents opened
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if ("{([".includes(character)) {
      depth++;
      if (/\^\s*$/.test(text.slice(Math.max(0, i - 3), i))) raised.push(depth);
    } else if ("})]".includes(character)) {
      if (raised.at(-1) === depth) raised.pop();
      depth--;
    } else if (character === "^" && raised.length > 0 && !/[a-zA-Z]\s*$/.test(text.slice(0, i))) {
      return false;
    }
  }
  return true;
}

/** LaTeX for the library; null for what it is not to see. */
function latexOf(notation: string): string | null {
  const text = notation.replace(
    BINOMIAL,
    (_, n: string, k: string) =>
      Number(k) > Number(n) ? "0" : `\\frac{${n}!}{${k}! * ${Number(n) - Number(k)}!}`,
  );
  if (text === "" || text.length > MAX_ENGINE_LENGTH || FOREIGN.test(text) || !isTame(text)) {
    return null;
  }
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
    .replace(/∞/g, "\\infty ").replace(/°/g, "^{\\circ}");
}

/** Loads the library, and lets it read a little, since what it does for the first time takes it long. */
export async function loadSymbolicEvaluation(): Promise<SymbolicEvaluation> {
  const { ComputeEngine } = await loadComputeEngine();
  const engine = new ComputeEngine();
  engine.precision = "machine";

  const valuesOf = (latex: string, until: number): Complex[] | null => {
    const expression = engine.parse(latex);
    if (!expression.isValid) return null;
    const symbols = expression.unknowns;
    const values: Complex[] = [];
    for (let point = 0; point < (symbols.length === 0 ? 1 : SYMBOLIC_POINTS); point++) {
      if (performance.now() > until) return null;
      const at = Object.fromEntries(symbols.map((symbol) => {
        const { numerator, denominator } = coordinate(symbol, point);
        return [symbol, numerator / denominator];
      }));
      const { re, im } = expression.subs(at).N();
      values.push({ re, im });
    }
    return values;
  };

  const evaluation: SymbolicEvaluation = (text, until) => {
    const latex = latexOf(text), remaining = until - performance.now();
    if (latex === null || remaining <= 0) return null;
    engine.timeLimit = Math.min(remaining, MAX_ENGINE_MS);
    engine.pushScope(); // what it infers about one answer's letters must not reach the next
    try {
      return valuesOf(latex, until);
    } catch {
      return null; // a cancelled evaluation, or one of its own faults
    } finally {
      engine.popScope();
    }
  };
  // Under a time limit it would not get its table of exact cosines done, and begin anew with every one.
  for (const text of ["\\cos(x)^2+\\log_2(8)", "\\arctan(1)i+\\ln 2", "e^{i\\pi}+3!"]) {
    engine.parse(text).subs({ x: 0.3 }).N();
    evaluation(text, Infinity);
  }
  return evaluation;
}

/** Values equal wherever both sides have one, which must be at two points of several. */
export function agreeAt(left: readonly Complex[], right: readonly Complex[]): boolean {
  const points = Math.max(left.length, right.length);
  let seen = 0;
  for (let point = 0; point < points; point++) {
    const x = left[left.length === 1 ? 0 : point]!, y = right[right.length === 1 ? 0 : point]!;
    const parts = [x.re, x.im, y.re, y.im];
    if (!parts.every(Number.isFinite)) continue;
    const size = Math.max(...parts.map(Math.abs), 1e-3);
    if (Math.max(Math.abs(x.re - y.re), Math.abs(x.im - y.im)) > 1e-9 * size) return false;
    seen++;
  }
  return seen >= Math.min(points, 2);
}
