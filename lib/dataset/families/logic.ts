/** Comparisons and propositions. */
import type { RandomSource } from "../../core/random.ts";
import type { Family } from "../family.ts";
import { blank, block, GRID, ring } from "../picture.ts";

const VARIABLES = ["a", "b", "c", "d"] as const;
const GUESSES = ["yes", "no"] as const;
const OPERATORS = {
  and: (left: boolean, right: boolean) => left && right,
  or: (left: boolean, right: boolean) => left || right,
  xor: (left: boolean, right: boolean) => left !== right,
};
const NAMES = Object.keys(OPERATORS) as (keyof typeof OPERATORS)[];

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
 * joined. Level 3: two of four lamps a, b, c, d (bright is on), joined. Both are worked by their truth values.
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
    const operator = random.pick(NAMES), join = OPERATORS[operator];
    if (level === 2) {
      const left = digits(random), right = digits(random);
      return {
        question: `${left.text} ${operator} ${right.text} ?`,
        image: null,
        reasoning: `${word(left.holds)} ${operator} ${word(right.holds)}`,
        answer: word(join(left.holds, right.holds)),
        guesses: GUESSES,
      };
    }
    const lamps = VARIABLES.map(() => random.next() < 0.5), image = blank();
    lamps.forEach((on, i) => on ? block(image, GRID + i) : ring(image, GRID + i, 0.6));
    const [first, second] = random.shuffled([0, 1, 2, 3]) as [number, number];
    const negated = random.next() < 0.5, a = lamps[first]!, b = lamps[second]! !== negated;
    return {
      question: `${VARIABLES[first]} ${operator} ${negated ? "not " : ""}${VARIABLES[second]} ?`,
      image,
      reasoning: `${word(a)} ${operator} ${word(b)}`,
      answer: word(join(a, b)),
      guesses: GUESSES,
    };
  },
};
