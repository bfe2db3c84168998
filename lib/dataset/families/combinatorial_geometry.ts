/** What lines cut the plane into. */
import type { Level } from "../family.ts";
import { type Family, sameSize } from "../family.ts";
import { IMAGE_SIDE } from "../prompt.ts";
import { blank, fill, GRID, PATCH, somePatches } from "../picture.ts";

const pairs = (n: number) => n * (n - 1) / 2;
const TASKS: Record<Level, { question: string; factor: (lines: number) => number }> = {
  1: { question: "crossings ?", factor: (lines) => lines },
  2: { question: "regions ?", factor: (lines) => lines + 1 },
  3: { question: "rectangles ?", factor: pairs },
};

/**
 * h horizontal and v vertical lines across the picture. Level 1: crossings, h·v. Level 2: regions,
 * (h + 1)(v + 1). Level 3: rectangles with sides on the lines, C(h, 2)·C(v, 2).
 */
export const combinatorialGeometry: Family = {
  name: "combinatorialGeometry",
  illustrated: true,
  generate(level, random) {
    const least = level === 3 ? 2 : 1;
    const { question, factor } = TASKS[level];
    const image = blank();
    const draw = (horizontal: boolean) => {
      const count = least + random.integer(GRID + 1 - least), offset = 1 + random.integer(2);
      for (const place of somePatches(random, count, 0, GRID)) {
        const at = place * PATCH + offset;
        if (horizontal) fill(image, 0, at, IMAGE_SIDE, 1);
        else fill(image, at, 0, 1, IMAGE_SIDE);
      }
      return factor(count);
    };
    const a = draw(true), b = draw(false);
    return {
      question,
      image,
      reasoning: `${a} * ${b} = ${a * b}`,
      answer: String(a * b),
      guesses: sameSize(a * b),
    };
  },
};
