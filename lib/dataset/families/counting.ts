/** How many dots: one by one up to many. */
import { type Family, numbers, sameSize } from "../family.ts";
import { blank, dot, rowCounts, runningTotals, somePatches } from "../picture.ts";

/**
 * Level 1: 1 to 5 dots, level 2: 4 to 9, worked as totals row by row. Level 3: 6 to 14, worked as upper half
 * plus lower half.
 */
export const counting: Family = {
  name: "counting",
  illustrated: true,
  generate(level, random) {
    const count = level === 1
      ? 1 + random.integer(5)
      : level === 2
      ? 4 + random.integer(6)
      : 6 + random.integer(9);
    const patches = somePatches(random, count), image = blank();
    for (const patch of patches) dot(image, patch);
    const rows = rowCounts(patches);
    const upper = rows[0]! + rows[1]!;
    return {
      question: level === 3 ? "count top + bottom ?" : "count dots ?",
      image,
      reasoning: level === 3 ? `${upper} + ${count - upper} = ${count}` : runningTotals(rows),
      answer: String(count),
      guesses: level === 1 ? numbers(1, 5) : sameSize(count),
    };
  },
};
