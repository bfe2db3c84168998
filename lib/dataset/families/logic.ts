/** Comparisons, propositions, and who is first. */
import type { RandomSource } from "../../core/random.ts";
import type { Family } from "../family.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g"] as const;
const GUESSES = ["yes", "no"] as const;
const OPERATORS = {
  and: (left: boolean, right: boolean) => left && right,
  or: (left: boolean, right: boolean) => left || right,
  xor: (left: boolean, right: boolean) => left !== right,
};
const JOINTS = Object.keys(OPERATORS) as (keyof typeof OPERATORS)[];

const word = (value: boolean) => value ? "yes" : "no";

/** Two different numbers compared: the statement and whether it holds. */
function comparison(a: number, b: number, sign: "<" | ">") {
  return { text: `${a} ${sign} ${b}`, holds: (a < b) === (sign === "<") };
}

/** A comparison of two different digits. */
function digits(random: RandomSource) {
  const a = random.integer(10), b = (a + 1 + random.integer(9)) % 10;
  return comparison(a, b, random.pick(["<", ">"]));
}

/**
 * Level 1: compare two numbers with different tens; the working compares the tens. Level 2: two comparisons,
 * joined, worked by their truth values. Level 3: the greatest of three by two statements; the working puts all
 * three in order.
 */
export const logic: Family = {
  name: "logic",
  illustrated: false,
  generate(level, random) {
    if (level === 1) {
      const tensA = 1 + random.integer(9), tensB = 1 + (tensA + random.integer(8)) % 9;
      const number = (tens: number) => 10 * tens + random.integer(10);
      const { text, holds } = comparison(number(tensA), number(tensB), random.pick(["<", ">"]));
      return {
        question: `${text} ?`,
        image: null,
        reasoning: `${tensA} ${tensA < tensB ? "<" : ">"} ${tensB}`,
        answer: word(holds),
        guesses: GUESSES,
      };
    }
    if (level === 2) {
      const operator = random.pick(JOINTS), join = OPERATORS[operator];
      const left = digits(random), right = digits(random);
      return {
        question: `${left.text} ${operator} ${right.text} ?`,
        image: null,
        reasoning: `${word(left.holds)} ${operator} ${word(right.holds)}`,
        answer: word(join(left.holds, right.holds)),
        guesses: GUESSES,
      };
    }
    // x > y > z, told as two statements in any order and either direction.
    const [x, y, z] = random.shuffled(NAMES).slice(0, 3) as [string, string, string];
    const tell = (more: string, less: string) =>
      random.next() < 0.5 ? `${more} > ${less}` : `${less} < ${more}`;
    const statements = [tell(x, y), tell(y, z)];
    if (random.next() < 0.5) statements.reverse();
    return {
      question: `${statements.join(" , ")} ?`,
      image: null,
      reasoning: `${x} > ${y} > ${z}`,
      answer: x,
      guesses: [x, y, z].sort(),
    };
  },
};
