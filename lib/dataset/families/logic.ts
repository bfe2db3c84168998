/** Comparisons and propositions. */
import { type Family } from "../family.ts";
import { blank, block, GRID, ring } from "../picture.ts";

const VARIABLES = ["a", "b", "c", "d"] as const;
const GUESSES = ["yes", "no"] as const;
const OPERATORS: Readonly<Record<string, (left: boolean, right: boolean) => boolean>> = {
  and: (left, right) => left && right,
  or: (left, right) => left || right,
  xor: (left, right) => left !== right,
};

const word = (value: boolean) => value ? "yes" : "no";

/**
 * Level 1: compare two numbers; the working compares the digits that decide. Level 2: a proposition over two of
 * four lamps a, b, c, d (full is on). Level 3: over three of them, from left to right; the working puts the
 * first two together.
 */
export const logic: Family = {
  name: "logic",
  illustrated: false,
  generate(level, random) {
    if (level === 1) {
      const a = 10 + random.integer(90), tens = Math.floor(a / 10);
      let b = random.next() < 0.3 ? 10 * tens + random.integer(10) : 10 + random.integer(90);
      if (a === b) b = a % 10 === 9 ? a - 1 : a + 1;
      const sign = random.pick(["<", ">"]);
      const decided = Math.floor(b / 10) !== tens
        ? [tens, Math.floor(b / 10)] as const
        : [a % 10, b % 10] as const;
      return {
        question: `${a} ${sign} ${b} ?`,
        image: null,
        reasoning: `${decided[0]} ${decided[0] < decided[1] ? "<" : ">"} ${decided[1]}`,
        answer: word((a < b) === (sign === "<")),
        guesses: GUESSES,
      };
    }
    const lamps = VARIABLES.map(() => random.next() < 0.5), image = blank();
    lamps.forEach((on, i) => (on ? block : ring)(image, GRID + i));
    const [first, second, third] = random.shuffled([0, 1, 2, 3]) as [number, number, number];
    const negated = random.next() < 0.5;
    const operator = random.pick(["and", "or", "xor"]);
    const a = lamps[first]!, b = lamps[second]! !== negated;
    const both = OPERATORS[operator]!(a, b);
    const statement = `${VARIABLES[first]} ${operator} ${negated ? "not " : ""}${
      VARIABLES[second]
    }`;
    const working = `${word(a)} ${operator} ${word(b)}`;
    if (level === 2) {
      return {
        question: `${statement} ?`,
        image,
        reasoning: working,
        answer: word(both),
        guesses: GUESSES,
      };
    }
    const last = random.pick(["and", "or", "xor"]), c = lamps[third]!;
    return {
      question: `${statement} ${last} ${VARIABLES[third]} ?`,
      image,
      reasoning: `${working} = ${word(both)} ${last} ${word(c)}`,
      answer: word(OPERATORS[last]!(both, c)),
      guesses: GUESSES,
    };
  },
};
