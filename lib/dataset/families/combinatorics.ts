/** How many ways: the rule of product, and pairs. */
import { type Family, sameSize } from "../family.ts";
import { blank, dot, GRID, somePatches } from "../picture.ts";

/**
 * Level 1: ways to take one dot of the upper and one of the lower half. Level 2: pairs among n dots,
 * n(n − 1)/2. Level 3: ways to take one dot of each of three rows; the working multiplies the first two.
 */
export const combinatorics: Family = {
  name: "combinatorics",
  illustrated: true,
  generate(level, random) {
    const image = blank();
    const put = (count: number, from: number, below: number) => {
      for (const patch of somePatches(random, count, from, below)) dot(image, patch);
      return count;
    };
    const some = () => 1 + random.integer(4);
    if (level === 1) {
      const a = put(some(), 0, 2 * GRID), b = put(some(), 2 * GRID, 4 * GRID);
      return {
        question: "ways top and bottom ?",
        image,
        reasoning: `${a} * ${b} = ${a * b}`,
        answer: String(a * b),
        guesses: sameSize(a * b),
      };
    }
    if (level === 2) {
      const n = put(2 + random.integer(6), 0, 4 * GRID), pairs = n * (n - 1) / 2;
      return {
        question: "pairs of dots ?",
        image,
        reasoning: `${n} * ${n - 1} / 2 = ${pairs}`,
        answer: String(pairs),
        guesses: sameSize(pairs),
      };
    }
    const [a, b, c] = [0, 1, 2].map((row) => put(some(), row * GRID, (row + 1) * GRID)) as [
      number,
      number,
      number,
    ];
    return {
      question: "ways each row ?",
      image,
      reasoning: `${a * b} * ${c} = ${a * b * c}`,
      answer: String(a * b * c),
      guesses: sameSize(a * b * c),
    };
  },
};
