/** Functions read off plots and tables. */
import { type Family, numbers, sameSize } from "../family.ts";
import { blank, dot, GRID, type Image, write } from "../picture.ts";

const value = (values: readonly number[], x: number) => values[x - 1]!;

/** One dot per column x = 1 … 4 at height f(x) = 1 … 4. */
function plot(values: readonly number[]): Image {
  const image = blank();
  values.forEach((y, column) => dot(image, (GRID - y) * GRID + column));
  return image;
}

/**
 * Level 1: f at a point of a plot. Level 2: the sum of two values. Level 3: g of f from a table, f's values
 * above g's.
 */
export const functions: Family = {
  name: "functions",
  illustrated: true,
  generate(level, random) {
    const draw = () => Array.from({ length: GRID }, () => 1 + random.integer(4));
    const f = draw(), x = 1 + random.integer(4);
    if (level === 1) {
      const answer = value(f, x);
      return {
        question: `f of ${x} ?`,
        image: plot(f),
        reasoning: `f ${x} = ${answer}`,
        answer: String(answer),
        guesses: numbers(1, 4),
      };
    }
    if (level === 2) {
      const other = 1 + random.integer(4), a = value(f, x), b = value(f, other);
      return {
        question: `f of ${x} + f of ${other} ?`,
        image: plot(f),
        reasoning: `${a} + ${b} = ${a + b}`,
        answer: String(a + b),
        guesses: sameSize(a + b),
      };
    }
    const g = draw(), image = blank(), inner = value(f, x), answer = value(g, inner);
    write(image, f.join(""));
    write(image, g.join(""), { row: 1 });
    return {
      question: `g of f of ${x} ?`,
      image,
      reasoning: `f ${x} = ${inner} , g ${inner}`,
      answer: String(answer),
      guesses: numbers(1, 4),
    };
  },
};
