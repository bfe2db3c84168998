/** Volumes: boxes and stacks of unit cubes. */
import { type Family, sameSize } from "../family.ts";
import { blank, block, frame, GRID, type Image, line, write } from "../picture.ts";

/** The visible edges of a box in oblique projection, in the lower half of the image. */
function box(shade: number, mirrored: boolean): Image {
  const image = blank(),
    slant = mirrored ? -3 : 3,
    x = mirrored ? 5 : 2,
    far = mirrored ? x : x + 8;
  frame(image, x, 10, 9, 6, shade);
  line(image, [x + slant, 7], [x + 8 + slant, 7], shade); // upper back edge
  line(image, [far + slant, 7], [far + slant, 12], shade); // the side's back edge
  for (const [fromX, fromY] of [[x, 10], [x + 8, 10], [far, 15]] as const) {
    line(image, [fromX, fromY], [fromX + slant, fromY - 3], shade);
  }
  return image;
}

/**
 * Level 1: a box's front is drawn in unit squares and its depth is told. Level 2: a box from its three sides, in
 * words or drawn. Level 3: stacks of cubes seen from above, each with its height; the working adds the rows.
 */
export const solidGeometry: Family = {
  name: "solidGeometry",
  illustrated: false,
  generate(level, random) {
    if (level === 1) {
      const width = 1 + random.integer(3), height = 1 + random.integer(3);
      const depth = 1 + random.integer(5), front = width * height, image = blank();
      const x = random.integer(GRID + 1 - width), y = random.integer(GRID + 1 - height);
      for (let i = 0; i < front; i++) {
        block(image, (y + Math.floor(i / width)) * GRID + x + i % width);
      }
      return {
        question: `volume depth ${depth} ?`,
        image,
        reasoning: `${front} * ${depth} = ${front * depth}`,
        answer: String(front * depth),
        guesses: sameSize(front * depth),
      };
    }
    if (level === 2) {
      const [a, b, c] = [random, random, random].map((r) => 1 + r.integer(5)) as [
        number,
        number,
        number,
      ];
      const drawn = random.next() < 0.5;
      const image = drawn ? box(random.pick([0.7, 1]), random.next() < 0.5) : null;
      if (image !== null) write(image, `${a}${b}${c}`);
      return {
        question: drawn ? "volume in picture ?" : `volume ${a} by ${b} by ${c} ?`,
        image,
        reasoning: `${a * b} * ${c} = ${a * b * c}`,
        answer: String(a * b * c),
        guesses: sameSize(a * b * c),
      };
    }
    const image = blank();
    const [back, front] = [0, 1].map((row) => {
      const heights = [1 + random.integer(5), 1 + random.integer(5)];
      write(image, heights.join(""), { column: 1, row });
      return heights[0]! + heights[1]!;
    }) as [number, number];
    return {
      question: "volume of stacks ?",
      image,
      reasoning: `${back} + ${front} = ${back + front}`,
      answer: String(back + front),
      guesses: sameSize(back + front),
    };
  },
};
