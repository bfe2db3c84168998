/** Expressions beyond arithmetic: functions, logarithms, binomials, complex numbers. Cortex Compute Engine reads them. */
import { loadComputeEngine } from "../../../deps.ts";
import type { Deadline } from "./deadline.ts";
import { MAX_CALL_MS, MAX_ENGINE_LENGTH, MAX_FUNCTIONS } from "./limits.ts";
import { coordinate } from "./probe.ts";
import { isBalanced } from "./split.ts";

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/**
 * The values of an expression in common notation at {@link SYMBOLIC_POINTS} points, at one if it has no letters; null
 * when it cannot be read, or not in time.
 */
export type SymbolicEvaluation = (text: string, isTimeUp: Deadline) => readonly Complex[] | null;

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

/** Signs and bars in a row, which it reads in exponential time, and functions with a subscript, except `\log`. */
const UNTAME =
  /[-+][-+ ]*[-+]|\|[| ]*\||\\(?:a?r?c?(?:sin|cos|tan|sec|csc|cot)h?|exp|ln|sqrt|frac) ?_/;

/** Factorials of anything but small numbers and letters, or of factorials. */
const WILD_FACTORIAL = /[^0-9a-zA-Z ] *!|! *!|[0-9]{4,} *!|[2-9][0-9]{2} *!/;

/**
 * Whether exact arithmetic stays small: the library does it before it looks at its clock. All numbers in exponents
 * multiply to at most 2000 (next to a factorial, 10), and no power of a number is an exponent.
 */
function isTame(text: string): boolean {
  if (UNTAME.test(text) || (text.match(/[|°]/g)?.length ?? 0) > 4 || !isBalanced(text)) {
    return false;
  }
  const hasFactorial = text.includes("!");
  if (hasFactorial && WILD_FACTORIAL.test(text)) return false;
  if (/\^ *(?:[^ {}]|\{[^{}]*\}) *\^/.test(text)) return false; // a^b^c
  let size = 1, depth = 0, previous = "";
  const raised: number[] = []; // depths of the brackets that exponents opened
  for (const [token] of text.matchAll(/[0-9]+|[^ ]/g)) {
    const isExponent = raised.length > 0 || previous === "^";
    if (/^[0-9]/.test(token)) size *= isExponent ? Math.max(1, Number(token)) : 1;
    else if ("{([".includes(token)) {
      depth++;
      if (previous === "^") raised.push(depth);
    } else if ("})]".includes(token)) {
      if (raised.at(-1) === depth) raised.pop();
      depth--;
    } else if (token === "^" && raised.length > 0 && !/[a-zA-Z]/.test(previous)) return false;
    if (token !== "-" || previous !== "^") previous = token;
  }
  return size <= (hasFactorial ? 10 : 2000);
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
  const commands = [...text.matchAll(/\\([a-zA-Z]+)/g)].map(([, command]) => command!);
  if (!commands.every((command) => COMMANDS.has(command))) return null;
  // The words between commands: whatever is left of one without its functions is a product of letters.
  const latex = text.split(/(\\[a-zA-Z]+)/).map((part) =>
    part.startsWith("\\")
      ? part
      : part.replace(/[a-zA-Z]{2,}/g, (word) => word.replace(FUNCTIONS, "\\$& "))
  ).join("");
  // Functions without brackets nest, which it reads in more than linear time.
  if ((latex.match(FUNCTIONS)?.length ?? 0) > MAX_FUNCTIONS) return null;
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

  const valuesOf = (latex: string, isTimeUp: Deadline): Complex[] | null => {
    const expression = engine.parse(latex);
    if (!expression.isValid) return null;
    const symbols = expression.unknowns;
    const values: Complex[] = [];
    for (let point = 0; point < (symbols.length === 0 ? 1 : SYMBOLIC_POINTS); point++) {
      if (isTimeUp()) return null;
      const at = Object.fromEntries(symbols.map((symbol) => {
        const { numerator, denominator } = coordinate(symbol, point);
        return [symbol, numerator / denominator];
      }));
      const { re, im } = expression.subs(at).N();
      values.push({ re, im });
    }
    return values;
  };

  const evaluation: SymbolicEvaluation = (text, isTimeUp) => {
    const latex = isTimeUp() ? null : latexOf(text);
    if (latex === null) return null;
    engine.pushScope(); // what it infers about one answer's letters must not reach the next
    try {
      return valuesOf(latex, isTimeUp);
    } catch {
      return null; // a cancelled evaluation, or one of its own faults
    } finally {
      engine.popScope();
    }
  };
  // Under a time limit it would not get its table of exact cosines done, and begin anew with every one.
  for (
    const text of [
      "\\cos(x)^2+\\log_2(8)",
      "\\arctan(1)i+\\ln 2",
      "2+3i",
      "\\sqrt{-4}",
      "e^{i\\pi}+3!",
    ]
  ) {
    evaluation(text, () => false);
  }
  engine.timeLimit = MAX_CALL_MS;
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
