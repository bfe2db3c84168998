/** Sums and differences, written out or drawn. */
import { type Family, sameSize } from "../family.ts";
import { blank, type Image, write } from "../picture.ts";

/** The digits in question, each line at its column of the picture. */
function drawn(lines: readonly { text: string; column: number; row: number }[]): Image {
  const image = blank();
  for (const { text, column, row } of lines) write(image, text, { column, row });
  return image;
}

/**
 * Level 1: one digit and one digit. Level 2: two digits and one, with carrying and borrowing. Level 3: two digits
 * and two. The working is the units' sum or
 * difference and, on levels 2 and 3, then the tens of the result.
 */
export const arithmetic: Family = {
  name: "arithmetic",
  illustrated: false,
  generate(level, random) {
    const plus = level === 3 || random.next() < 0.5;
    const picture = random.next() < 0.3;
    let a: number, b: number;
    if (level === 1) {
      [a, b] = [random.integer(10), random.integer(10)];
      if (!plus && b > a) [a, b] = [b, a];
    } else if (level === 2) {
      [a, b] = [10 + random.integer(plus ? 81 : 90), 1 + random.integer(9)];
    } else {
      a = 10 + random.integer(80);
      b = 10 + random.integer(90 - a);
    }
    const sign = plus ? "+" : "-", result = plus ? a + b : a - b;
    let unitsA = a % 10;
    const unitsB = b % 10;
    if (!plus && unitsA < unitsB) unitsA += 10; // borrowed from the tens
    const units = `${unitsA} ${sign} ${unitsB} = ${plus ? unitsA + unitsB : unitsA - unitsB}`;
    const row = random.integer(2);
    const image = !picture
      ? null
      : level === 1
      ? drawn([{ text: `${a}${sign}${b}`, column: 0, row }])
      : drawn([{ text: `${a}`, column: 1, row: 0 }, {
        text: `${sign}${b}`,
        column: b < 10 ? 1 : 0,
        row: 1,
      }]);
    return {
      question: picture ? "picture = ?" : `${a} ${sign} ${b} = ?`,
      image,
      reasoning: level === 1 ? units : `${units} , ${Math.floor(result / 10)}`,
      answer: String(result),
      guesses: sameSize(result),
    };
  },
};
