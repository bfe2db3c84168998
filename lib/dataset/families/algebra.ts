/** Linear equations in one unknown. */
import { type Family, sameSize } from "../family.ts";
import { blank, write } from "../picture.ts";

/**
 * Level 1: x + a = c, a + x = c, x − a = c. Level 2: a·x = c, in any order. Level 3: a·x ± b = c. The working undoes the
 * outermost operation. Levels 1 and 2 are drawn at times, left side above right side.
 */
export const algebra: Family = {
  name: "algebra",
  illustrated: false,
  generate(level, random) {
    const drawn = level < 3 && random.next() < 0.3;
    let left: string, right: number, x: number, reasoning: string;
    if (level === 1) {
      const a = 1 + random.integer(9);
      if (random.next() < 0.4) {
        right = random.integer(10);
        x = right + a;
        left = `x - ${a}`;
        reasoning = `${right} + ${a} = ${x}`;
      } else {
        x = random.integer(10);
        right = x + a;
        left = random.next() < 0.5 ? `x + ${a}` : `${a} + x`;
        reasoning = `${right} - ${a} = ${x}`;
      }
    } else if (level === 2) {
      const a = 2 + random.integer(5);
      x = random.integer(13);
      right = a * x;
      left = drawn || random.next() < 0.5 ? `${a} * x` : `x * ${a}`;
      reasoning = `${right} / ${a} = ${x}`;
    } else {
      const a = 2 + random.integer(4), b = 1 + random.integer(9);
      x = random.integer(10);
      const plus = a * x < b || random.next() < 0.5;
      right = plus ? a * x + b : a * x - b;
      left = `${a} * x ${plus ? "+" : "-"} ${b}`;
      reasoning = `${right} ${plus ? "-" : "+"} ${b} = ${a * x}`;
    }
    const image = drawn ? blank() : null;
    if (image !== null) {
      write(image, left.replaceAll(" * ", "").replaceAll(" ", ""));
      write(image, String(right), { row: 1 });
    }
    return {
      question: drawn
        ? "x in picture ?"
        : level === 2 && random.next() < 0.5
        ? `${right} = ${left}`
        : `${left} = ${right}`,
      image,
      reasoning,
      answer: String(x),
      guesses: sameSize(x),
    };
  },
};
