/** Areas and angles of plane figures. */
import { type Family, sameSize } from "../family.ts";
import { blank, block, GRID, line, ring, write } from "../picture.ts";

/**
 * Level 1: the area of a rectangle of unit squares. Level 2: of a rectangle with a corner cut out. Level 3: the
 * third angle of a triangle whose two lower angles are written beneath it.
 */
export const planeGeometry: Family = {
  name: "planeGeometry",
  illustrated: true,
  generate(level, random) {
    const image = blank();
    if (level === 3) {
      const first = 15 + 5 * random.integer(17);
      const second = 15 + 5 * random.integer(Math.min(17, (175 - first - 15) / 5));
      const shade = random.pick([0.6, 0.8, 1]);
      line(image, [1, 6], [7, 0], shade);
      line(image, [8, 0], [14, 6], shade);
      line(image, [1, 6], [14, 6], shade);
      write(image, String(first), { row: 1 });
      write(image, String(second), { row: 1, column: 2, shade: 0.6 });
      const answer = 180 - first - second;
      return {
        question: "third angle ?",
        image,
        reasoning: `sum ${first + second}`,
        answer: String(answer),
        guesses: sameSize(answer, 5),
      };
    }
    const least = level === 1 ? 1 : 2;
    const width = least + random.integer(GRID + 1 - least);
    const height = least + random.integer(GRID + 1 - least);
    const x = random.integer(GRID + 1 - width), y = random.integer(GRID + 1 - height);
    const shade = random.pick([0.6, 0.8, 1]), hollow = level === 1 && random.next() < 0.5;
    let cutWidth = 0, cutHeight = 0;
    if (level === 2) {
      cutWidth = 1 + random.integer(width - 1);
      cutHeight = 1 + random.integer(height - 1);
    }
    const cutLeft = random.next() < 0.5, cutTop = random.next() < 0.5;
    const isCut = (column: number, row: number) =>
      (cutLeft ? column < cutWidth : column >= width - cutWidth) &&
      (cutTop ? row < cutHeight : row >= height - cutHeight);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        if (!isCut(column, row)) {
          (hollow ? ring : block)(image, (y + row) * GRID + x + column, shade);
        }
      }
    }
    const whole = width * height, cut = cutWidth * cutHeight;
    return {
      question: level === 1 ? "area ?" : "area - corner ?",
      image,
      reasoning: level === 1
        ? `${width} * ${height} = ${whole}`
        : `${whole} - ${cut} = ${whole - cut}`,
      answer: String(whole - cut),
      guesses: sameSize(whole - cut),
    };
  },
};
