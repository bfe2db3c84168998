/** Reads arithmetic with letters, in LaTeX or as plain text, into a tree. */
import type { Expression } from "./expression.ts";
import { numberValue, type Token, tokenize } from "./tokens.ts";

/** What cannot be read ends the reading; {@link parseExpression} makes it null. */
class Unreadable extends Error {}

/** The sign a group opened by the key ends with. */
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * Grammar, from the loosest to the tightest: sum = product {± product}; product = signed {× signed | ÷ signed | power};
 * signed = {−} power; power = primary [^ signed]. Factors next to each other multiply; a whole number before a fraction
 * of whole numbers is a mixed number.
 */
class Parser {
  readonly #tokens: Token[];
  #place = 0;
  /** Whether a bar would close an absolute value here rather than open one. */
  #bars = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#sum();
    if (this.#place < this.#tokens.length) throw new Unreadable();
    return expression;
  }

  #at(sign: string): boolean {
    const token = this.#tokens[this.#place];
    return token?.kind === "sign" && token.sign === sign;
  }

  #take(sign: string): boolean {
    if (!this.#at(sign)) return false;
    this.#place++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new Unreadable();
  }

  #sum(): Expression {
    let sum = this.#product();
    while (true) {
      if (this.#take("+")) sum = { kind: "add", left: sum, right: this.#product() };
      else if (this.#take("-")) {
        sum = { kind: "add", left: sum, right: { kind: "negate", of: this.#product() } };
      } else return sum;
    }
  }

  #product(): Expression {
    let product = this.#signed();
    while (true) {
      if (this.#take("*")) product = { kind: "multiply", left: product, right: this.#signed() };
      else if (this.#take("/")) product = { kind: "divide", left: product, right: this.#signed() };
      else if (this.#startsFactor()) {
        const previous = this.#tokens[this.#place - 1]!, place = this.#place;
        const areNumbers = previous.kind === "number" && this.#tokens[place]!.kind === "number";
        if (areNumbers) throw new Unreadable();
        product = { kind: "multiply", left: product, right: this.#power() };
      } else return product;
    }
  }

  #startsFactor(): boolean {
    const token = this.#tokens[this.#place];
    if (token === undefined) return false;
    if (token.kind !== "sign") return true;
    return token.sign in CLOSING || token.sign === "|" && this.#bars === 0;
  }

  #signed(): Expression {
    if (this.#take("-")) return { kind: "negate", of: this.#signed() };
    if (this.#take("+")) return this.#signed();
    return this.#power();
  }

  #power(): Expression {
    const base = this.#primary();
    return this.#take("^") ? { kind: "power", left: base, right: this.#signed() } : base;
  }

  #primary(): Expression {
    const token = this.#tokens[this.#place++];
    if (token === undefined) throw new Unreadable();
    if (token.kind === "number") return this.#mixed(numberExpression(token.text));
    if (token.kind === "name") return this.#name(token.name);
    if (token.kind === "command") {
      if (token.name === "frac") {
        return { kind: "divide", left: this.#argument(), right: this.#argument() };
      }
      const degree = this.#take("[") ? this.#sumUntil("]") : numberExpression("2");
      return { kind: "root", left: this.#argument(), right: degree };
    }
    if (token.sign === "|") {
      this.#bars++;
      const of = this.#sum();
      this.#bars--;
      this.#expect("|");
      return { kind: "absolute", of };
    }
    const closing = CLOSING[token.sign];
    if (closing === undefined) throw new Unreadable();
    const bars = this.#bars;
    this.#bars = 0;
    const inside = this.#sumUntil(closing);
    this.#bars = bars;
    return inside;
  }

  /** A whole number, with the fraction of whole numbers that may follow it: `3\\frac12` is 3½. */
  #mixed(whole: Expression): Expression {
    const next = this.#tokens[this.#place], place = this.#place;
    if (!isWhole(whole) || next?.kind !== "command" || next.name !== "frac") return whole;
    const right = this.#primary();
    if (isFractionOfWholes(right)) return { kind: "add", left: whole, right };
    this.#place = place;
    return whole;
  }

  #sumUntil(closing: string): Expression {
    const sum = this.#sum();
    this.#expect(closing);
    return sum;
  }

  #name(name: string): Expression {
    if (name === "pi" || name === "e") return { kind: "constant", name };
    if (!this.#take("_")) return { kind: "symbol", name };
    const isGroup = this.#take("{");
    let index = "";
    do {
      const token = this.#tokens[this.#place++];
      if (token?.kind !== "number" && token?.kind !== "name") throw new Unreadable();
      index += token.kind === "number" ? token.text : token.name;
    } while (isGroup && !this.#take("}"));
    return { kind: "symbol", name: `${name}_${index}` };
  }

  /** What a command applies to: a group in braces or parentheses, or one sign: `\frac12` is a half. */
  #argument(): Expression {
    const token = this.#tokens[this.#place];
    if (token?.kind !== "number" || token.text.length === 1) return this.#primary();
    const [digit, rest] = [token.text.slice(0, 1), token.text.slice(1)];
    if (!/^[0-9]+$/.test(rest)) return this.#primary();
    const command = this.#tokens[this.#place - 1];
    if (command?.kind === "command" && command.name === "sqrt") return this.#primary();
    this.#tokens.splice(this.#place++, 1, { kind: "number", text: digit }, {
      kind: "number",
      text: rest,
    });
    return numberExpression(digit);
  }
}

const numberExpression = (text: string): Expression => ({
  kind: "number",
  value: numberValue(text),
  isDecimal: text.includes("."),
});

const isWhole = (expression: Expression) => expression.kind === "number" && !expression.isDecimal;
const isFractionOfWholes = (expression: Expression) =>
  expression.kind === "divide" && isWhole(expression.left) && isWhole(expression.right);

/** The tree of an expression in common notation; null when it is not arithmetic with letters. */
export function parseExpression(text: string): Expression | null {
  const tokens = tokenize(text);
  if (tokens === null || tokens.length === 0) return null;
  try {
    return new Parser(tokens).whole();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
