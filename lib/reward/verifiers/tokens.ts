/** Splits an expression in common notation into tokens. */
import { fraction, type Value } from "./value.ts";

/** A token of arithmetic. */
export type Token =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "command"; readonly name: "frac" | "sqrt" }
  | { readonly kind: "sign"; readonly sign: string };

const TOKEN =
  /\s*(?:([0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3}(?![0-9a-zA-Z]))?|\.[0-9]+)|(\\[a-zA-Z]+)|([a-zA-Z]+)|([-+*/^()[\]{}|_]|π))/y;

/** Greek letters that answers use as names of numbers. */
const GREEK = new Set(
  ("alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi rho sigma tau phi " +
    "varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega ell").split(" "),
);

/** Words of letters that are no product: functions, whose meaning is the library's. */
export const FUNCTION = /sin|cos|tan|cot|sec|csc|log|ln|exp|arc|max|min|mod|gcd|lcm|det|lim/;

/** The tokens of the text; null where something else than arithmetic with letters stands. */
export function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return text.slice(-1) === " " ? tokens : null;
    const [, number, command, letters, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (sign === "π") tokens.push({ kind: "name", name: "pi" });
    else if (sign !== undefined) tokens.push({ kind: "sign", sign });
    else {
      const more = command === undefined ? wordTokens(letters!) : commandToken(command.slice(1));
      if (more === null) return null;
      tokens.push(...more);
    }
  }
  return tokens;
}

function commandToken(name: string): Token[] | null {
  if (name === "frac" || name === "sqrt") return [{ kind: "command", name }];
  return GREEK.has(name) ? [{ kind: "name", name: `\\${name}` }] : null;
}

/** Letters next to each other are factors, except in `sqrt` and `pi`; long words and functions are not read. */
function wordTokens(word: string): Token[] | null {
  if (word === "sqrt") return [{ kind: "command", name: "sqrt" }];
  if (word === "pi") return [{ kind: "name", name: "pi" }];
  if (word.endsWith("sqrt")) {
    const before = wordTokens(word.slice(0, -4));
    return before === null ? null : [...before, { kind: "command", name: "sqrt" }];
  }
  if (word.length > 4 || FUNCTION.test(word)) return null;
  // i may be the imaginary unit, which has no place on the real line.
  if (word.includes("i")) return null;
  return Array.from(word, (name) => ({ kind: "name", name }));
}

/** The value of a number token. */
export function numberValue(text: string): Value {
  const [digits = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", decimals = ""] = digits.split(".");
  const shift = Number(exponent) - decimals.length, ten = 10n ** BigInt(Math.abs(shift));
  const scaled = BigInt(whole + decimals);
  return shift >= 0 ? fraction(scaled * ten, 1n) : fraction(scaled, ten);
}
