/** Arithmetic expressions of answers as trees, and what they are worth. */
import * as value from "./value.ts";
import type { Value } from "./value.ts";

/** What arithmetic with letters is made of. Functions, sums and imaginary numbers are the library's. */
export type Expression =
  | {
    readonly kind: "number";
    readonly value: Value; /** Written with a point. */
    readonly isDecimal: boolean;
  }
  | { readonly kind: "constant"; readonly name: "pi" | "e" }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "negate" | "absolute"; readonly of: Expression }
  | {
    readonly kind: "add" | "multiply" | "divide" | "power" | "root";
    readonly left: Expression;
    readonly right: Expression;
  };

const CONSTANTS = { pi: Math.PI, e: Math.E } as const;
const OPERATIONS = {
  add: value.add,
  multiply: value.multiply,
  divide: value.divide,
  power: value.power,
  root: value.root,
} as const;

/** The value where the symbols have the values that `symbols` names; NaN where it has none. */
export function evaluate(expression: Expression, symbols: (name: string) => Value): Value {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "constant":
      return CONSTANTS[expression.name];
    case "symbol":
      return symbols(expression.name);
    case "negate":
      return value.negate(evaluate(expression.of, symbols));
    case "absolute":
      return value.absolute(evaluate(expression.of, symbols));
    default:
      return OPERATIONS[expression.kind](
        evaluate(expression.left, symbols),
        evaluate(expression.right, symbols),
      );
  }
}

/** Adds the names of the expression's symbols to `names`. */
export function symbolsOf(expression: Expression, names = new Set<string>()): Set<string> {
  if (expression.kind === "symbol") names.add(expression.name);
  else if ("of" in expression) symbolsOf(expression.of, names);
  else if ("left" in expression) {
    symbolsOf(expression.left, names);
    symbolsOf(expression.right, names);
  }
  return names;
}

/** Whether it is one decimal number, with or without a sign. */
export const isDecimal = (expression: Expression): boolean =>
  expression.kind === "negate"
    ? isDecimal(expression.of)
    : expression.kind === "number" && expression.isDecimal;

/** left − right. */
export const difference = (left: Expression, right: Expression): Expression => ({
  kind: "add",
  left,
  right: { kind: "negate", of: right },
});
