/** What the tests of the families share. */
import { randomSource } from "../../core/random.ts";
import type { Level, Problem } from "../family.ts";
import { FAMILIES } from "./mod.ts";

/** Problems of one cell, always the same ones. */
export function problems(family: string, level: Level, count = 400): Problem[] {
  const { generate } = FAMILIES.find(({ name }) => name === family)!;
  const random = randomSource(2, "families test", family, level);
  return Array.from({ length: count }, () => generate(level, random));
}

/** Value of `a + b`, `a - b`, `a * b`, `a / b`, and of `a * b / 2`, from left to right. */
export function evaluate(expression: string): number {
  const [first, ...rest] = expression.split(" ");
  let value = Number(first);
  for (let i = 0; i < rest.length; i += 2) {
    const operand = Number(rest[i + 1]);
    value = {
      "+": value + operand,
      "-": value - operand,
      "*": value * operand,
      "/": value / operand,
    }[
      rest[i]!
    ]!;
  }
  return value;
}
