/** Matrix puzzles: three by three dice, one of them missing. */
import { type Family, sameSize } from "../family.ts";
import { blank, die, frame, GRID, PATCH } from "../picture.ts";

/**
 * Level 1: rows of equal dice, the last one of a row missing. Level 2: each row rises or falls by the same step.
 * Level 3: the third column is the sum, or the difference, of the first two. On levels 2 and 3 the last die is
 * missing.
 */
export const matrix: Family = {
  name: "matrix",
  illustrated: true,
  generate(level, random) {
    const between = (low: number, high: number) => low + random.integer(high - low + 1);
    let cells: number[]; // [9], row by row
    let missing = 8, reasoning: string;
    if (level === 1) {
      cells = [0, 1, 2].flatMap(() => Array<number>(3).fill(between(1, 9)));
      missing = 2 + 3 * random.integer(3);
      reasoning = `row ${cells[missing]}`;
    } else if (level === 2) {
      const step = between(1, 3), rising = random.next() < 0.5;
      cells = [0, 1, 2].flatMap(() => {
        const low = between(1, 9 - 2 * step), row = [low, low + step, low + 2 * step];
        return rising ? row : row.reverse();
      });
      reasoning = `${cells[7]} ${rising ? "+" : "-"} ${step} = ${cells[8]}`;
    } else {
      const adding = random.next() < 0.5;
      cells = [0, 1, 2].flatMap(() => {
        const a = between(1, 8), b = between(1, 9 - a);
        return adding ? [a, b, a + b] : [a + b, b, a];
      });
      reasoning = `${cells[6]} ${adding ? "+" : "-"} ${cells[7]} = ${cells[8]}`;
    }
    // Two equal rows would fit a step and a sum alike, and tell nothing of a rule.
    if ([0, 1, 2].every((i) => cells[i] === cells[3 + i])) {
      return matrix.generate(level, random);
    }
    const image = blank();
    cells.forEach((value, i) => {
      const column = i % 3, row = Math.floor(i / 3);
      if (i === missing) frame(image, column * PATCH, row * PATCH, 3, 3, 0.3);
      else die(image, row * GRID + column, value);
    });
    const answer = cells[missing]!;
    return {
      question: "missing die ?",
      image,
      reasoning,
      answer: String(answer),
      guesses: sameSize(answer),
    };
  },
};
