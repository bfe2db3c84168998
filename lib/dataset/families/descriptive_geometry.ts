/** Projections: shadows of points, and views of stacks. */
import { type Family, numbers, sameSize } from "../family.ts";
import { blank, dot, GRID, somePatches, write } from "../picture.ts";

/**
 * Level 1: how many columns the dots' shadow on the floor covers. Levels 2 and 3: stacks of
 * cubes seen from above, each with its height: squares in the front view, where of each column the highest
 * stack shows; two columns, then three.
 */
export const descriptiveGeometry: Family = {
  name: "descriptiveGeometry",
  illustrated: true,
  generate(level, random) {
    const image = blank();
    if (level === 1) {
      const seen = Array<number>(GRID).fill(0);
      for (const patch of somePatches(random, 2 + random.integer(4))) {
        dot(image, patch);
        seen[patch % GRID] = 1;
      }
      const answer = seen.reduce((sum, one) => sum + one);
      return {
        question: "shadow by column ?",
        image,
        reasoning: seen.join(" , "),
        answer: String(answer),
        guesses: numbers(1, 4),
      };
    }
    const columns = level; // two on level 2, three on level 3
    const rows = [0, 1].map((row) => {
      const heights = Array.from({ length: columns }, () => 1 + random.integer(6));
      write(image, heights.join(""), { column: level === 2 ? 1 : 0, row });
      return heights;
    });
    const highest = rows[0]!.map((height, column) => Math.max(height, rows[1]![column]!));
    const answer = highest.reduce((sum, height) => sum + height);
    return {
      question: "front view of stacks ?",
      image,
      reasoning: `${highest.join(" + ")} = ${answer}`,
      answer: String(answer),
      guesses: sameSize(answer),
    };
  },
};
