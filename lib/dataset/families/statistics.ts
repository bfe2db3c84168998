/** Bar charts: values, range, mean. */
import { type Family, numbers } from "../family.ts";
import { blank, fill, GRID, type Image, PATCH } from "../picture.ts";
import { IMAGE_SIDE } from "../prompt.ts";

const HIGHEST = 8, UNIT = IMAGE_SIDE / HIGHEST; // pixels per unit of value

function bars(values: readonly number[]): Image {
  const image = blank();
  values.forEach((value, i) => {
    fill(image, i * PATCH, IMAGE_SIDE - value * UNIT, PATCH - 1, value * UNIT);
  });
  return image;
}

/** Level 1: the value of a bar, of four low ones. Level 2: the range, highest less lowest. Level 3: the mean of the four. */
export const statistics: Family = {
  name: "statistics",
  illustrated: true,
  generate(level, random) {
    const highest = level === 1 ? HIGHEST / 2 : HIGHEST;
    const values = Array.from({ length: GRID }, () => 1 + random.integer(highest));
    if (level === 1) {
      const bar = random.integer(GRID), value = values[bar]!;
      return {
        question: `bar ${bar + 1} ?`,
        image: bars(values),
        reasoning: `bar ${bar + 1} = ${value}`,
        answer: String(value),
        guesses: numbers(1, highest),
      };
    }
    if (level === 2) {
      const high = Math.max(...values), low = Math.min(...values);
      return {
        question: "range of bars ?",
        image: bars(values),
        reasoning: `${high} - ${low} = ${high - low}`,
        answer: String(high - low),
        guesses: numbers(0, HIGHEST - 1),
      };
    }
    // The last bar makes the sum a multiple of four.
    const rest = values[0]! + values[1]! + values[2]!;
    values[3] = 1 + (4 * HIGHEST - rest - 1) % 4 + 4 * random.integer(2);
    const left = values[0]! + values[1]!, right = values[2]! + values[3]!;
    return {
      question: "mean of bars ?",
      image: bars(values),
      reasoning: `${left} + ${right} = ${left + right}`,
      answer: String((left + right) / 4),
      guesses: numbers(1, HIGHEST),
    };
  },
};
