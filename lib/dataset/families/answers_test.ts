/** Answers, computed anew from what is asked and shown. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { contentHash } from "../partition.ts";
import { GRID, type Image, PATCH, PATCHES } from "../picture.ts";
import { IMAGE_SIDE } from "../prompt.ts";
import { evaluate, problems } from "./test_problems.ts";

/** Sum of grey levels in each patch: what a reader of the picture can go by. */
function ink(image: Image): number[] {
  const sums = Array<number>(PATCHES).fill(0);
  image.forEach((grey, i) => {
    const column = Math.floor((i % IMAGE_SIDE) / PATCH), row = Math.floor(i / IMAGE_SIDE / PATCH);
    sums[row * GRID + column]! += grey;
  });
  return sums;
}

Deno.test("arithmetic is right, as the question tells", () => {
  for (const level of [1, 2, 3] as const) {
    for (const { question, answer, image } of problems("arithmetic", level)) {
      if (image !== null) continue;
      equal(evaluate(question.replace(" = ?", "")), Number(answer), question);
    }
  }
});

Deno.test("algebra: the answer solves the equation", () => {
  for (const level of [1, 2, 3] as const) {
    for (const { question, answer, image } of problems("algebra", level)) {
      if (image !== null) continue;
      const [left, right] = question.replace("x", answer).split(" = ") as [string, string];
      equal(evaluate(left), evaluate(right), question);
    }
  }
});

Deno.test("logic 1 is right, as the question tells", () => {
  for (const { question, answer } of problems("logic", 1)) {
    const [a, sign, b] = question.split(" ");
    equal(answer === "yes", sign === "<" ? Number(a) < Number(b) : Number(a) > Number(b), question);
  }
});

Deno.test("logic 2 is right, as the question tells", () => {
  const join: Record<string, (a: boolean, b: boolean) => boolean> = {
    and: (a, b) => a && b,
    or: (a, b) => a || b,
    xor: (a, b) => a !== b,
  };
  const holds = (text: string) => {
    const [a, sign, b] = text.split(" ");
    return sign === "<" ? Number(a) < Number(b) : Number(a) > Number(b);
  };
  for (const { question, answer } of problems("logic", 2)) {
    const [, left, operator, right] = /^(.*) (and|or|xor) (.*) \?$/.exec(question)!;
    equal(answer === "yes", join[operator!]!(holds(left!), holds(right!)), question);
  }
});

Deno.test("logic 3: the answer is the one that no statement puts below another", () => {
  for (const { question, answer, guesses } of problems("logic", 3)) {
    const below = question.replace(" ?", "").split(" , ").map((statement) => {
      const [a, sign, b] = statement.split(" ");
      return sign === "<" ? a : b;
    });
    deepEqual(guesses.filter((name) => !below.includes(name)), [answer], question);
  }
});

Deno.test("counting: as many patches have ink as the answer says", () => {
  for (const level of [1, 2, 3] as const) {
    for (const { answer, image } of problems("counting", level)) {
      equal(ink(image!).filter((grey) => grey > 0).length, Number(answer));
    }
  }
});

Deno.test("combinatorics: products and pairs of the dots to be seen", () => {
  for (const level of [1, 2, 3] as const) {
    for (const { answer, image } of problems("combinatorics", level)) {
      const marks = ink(image!).map((grey) => grey > 0 ? 1 : 0);
      const rows = [0, 1, 2, 3].map((row) =>
        marks.slice(row * GRID, (row + 1) * GRID).reduce<number>((sum, mark) => sum + mark, 0)
      ) as [number, number, number, number];
      const n = rows[0] + rows[1] + rows[2] + rows[3];
      const expected = {
        1: (rows[0] + rows[1]) * (rows[2] + rows[3]),
        2: n * (n - 1) / 2,
        3: rows[0] * rows[1] * rows[2],
      }[level];
      equal(Number(answer), expected);
    }
  }
});

Deno.test("statistics: bars are as high as the answers need", () => {
  for (const level of [1, 2, 3] as const) {
    for (const { question, answer, image } of problems("statistics", level)) {
      const heights = [0, 1, 2, 3].map((column) =>
        ink(image!).filter((_, patch) => patch % GRID === column)
          .reduce((sum, grey) => sum + grey) / 6 // 3 pixels wide, 2 per unit
      );
      const expected = {
        1: heights[Number(question.split(" ")[1]) - 1]!,
        2: Math.max(...heights) - Math.min(...heights),
        3: heights.reduce((sum, height) => sum + height) / 4,
      }[level];
      equal(Number(answer), expected);
    }
  }
});

Deno.test("planeGeometry: areas equal the patches with ink, angles add up to 180", () => {
  for (const level of [1, 2] as const) {
    for (const { answer, image } of problems("planeGeometry", level)) {
      equal(ink(image!).filter((grey) => grey > 0).length, Number(answer));
    }
  }
  for (const { reasoning, answer } of problems("planeGeometry", 3)) {
    equal(Number(reasoning.replace("sum ", "")) + Number(answer), 180);
    ok(Number(answer) > 0);
  }
});

Deno.test("topology: a flood fill finds as many pieces and holes as the answer says", () => {
  const regions = (image: Image, wanted: (grey: number) => boolean, diagonal: boolean) => {
    const side = IMAGE_SIDE + 2; // a margin joins the outside
    const cells = Array.from({ length: side * side }, (_, i) => {
      const x = i % side - 1, y = Math.floor(i / side) - 1;
      const inside = x >= 0 && y >= 0 && x < IMAGE_SIDE && y < IMAGE_SIDE;
      return wanted(inside ? image[y * IMAGE_SIDE + x]! : 0);
    });
    const steps = diagonal
      ? [1, -1, side, -side, side + 1, side - 1, -side + 1, -side - 1]
      : [1, -1, side, -side];
    let count = 0;
    for (let start = 0; start < cells.length; start++) {
      if (!cells[start]) continue;
      count++;
      const open = [start];
      cells[start] = false;
      while (open.length > 0) {
        const at = open.pop()!;
        for (const step of steps) {
          if (cells[at + step]) {
            cells[at + step] = false;
            open.push(at + step);
          }
        }
      }
    }
    return count;
  };
  for (const level of [1, 2, 3] as const) {
    for (const { answer, image } of problems("topology", level, 200)) {
      const holes = regions(image!, (grey) => grey === 0, true) - 1;
      const pieces = regions(image!, (grey) => grey > 0, false);
      equal(Number(answer), { 1: holes, 2: pieces - holes, 3: pieces }[level]);
    }
  }
});

Deno.test("functions: the plotted heights are the values", () => {
  for (const level of [1, 2] as const) {
    for (const { question, answer, image } of problems("functions", level)) {
      const marks = ink(image!);
      const f = [0, 1, 2, 3].map((column) =>
        GRID - [0, 1, 2, 3].findIndex((row) => marks[row * GRID + column]! > 0)
      );
      const points = question.match(/\d+/g)!.map((x) => f[Number(x) - 1]!);
      equal(Number(answer), points.reduce((sum, y) => sum + y));
    }
  }
});

Deno.test("graphTheory: degrees sum to twice the edges over all vertices of one graph", () => {
  // The working names the neighbours; the same picture asked for every vertex must add up.
  const drawn = problems("graphTheory", 2, 4000);
  const graphs = Map.groupBy(drawn, ({ image }) => contentHash("", image));
  let complete = 0;
  for (const graph of graphs.values()) {
    const degrees = new Map(graph.map(({ question, reasoning, answer }) => {
      equal(reasoning === "none" ? 0 : reasoning.split(" ").length, Number(answer));
      return [question.split(" ")[2]!, reasoning] as const;
    }));
    for (const [vertex, neighbours] of degrees) {
      for (const neighbour of neighbours === "none" ? [] : neighbours.split(" ")) {
        const back = degrees.get(neighbour);
        if (back === undefined) continue;
        ok(back.includes(vertex), `${vertex} - ${neighbour}`);
        complete++;
      }
    }
  }
  ok(complete > 100, String(complete));
});

Deno.test("combinatorialGeometry: the working's factors come from the lines to be seen", () => {
  for (const level of [1, 2, 3] as const) {
    for (const { answer, image } of problems("combinatorialGeometry", level)) {
      const full = (pixel: (i: number) => number) =>
        Array.from({ length: IMAGE_SIDE }, (_, i) => pixel(i)).every((grey) => grey > 0);
      const places = Array.from({ length: IMAGE_SIDE }, (_, i) => i);
      const h = places.filter((y) => full((x) => image![y * IMAGE_SIDE + x]!)).length;
      const v = places.filter((x) => full((y) => image![y * IMAGE_SIDE + x]!)).length;
      const pairs = (n: number) => n * (n - 1) / 2;
      const expected = { 1: h * v, 2: (h + 1) * (v + 1), 3: pairs(h) * pairs(v) }[level];
      equal(Number(answer), expected);
    }
  }
});

Deno.test("descriptiveGeometry 1: the shadow covers the columns that hold dots", () => {
  for (const { answer, image } of problems("descriptiveGeometry", 1)) {
    const covered = ink(image!).flatMap((grey, patch) => grey === 0 ? [] : patch % GRID);
    equal(Number(answer), new Set(covered).size);
  }
});

Deno.test("matrix: the rows to be seen settle the answer", () => {
  const pips = (image: Image) => {
    // Pips are white; the frame of the missing cell is dim.
    const white = image.map((grey) => grey === 1 ? 1 : 0);
    return ink(white);
  };
  for (const { answer, image } of problems("matrix", 1)) {
    const grid = pips(image!).filter((_, patch) => patch % GRID < 3 && patch < 3 * GRID);
    const missing = grid.indexOf(0);
    equal(missing % 3, 2);
    deepEqual([grid[missing - 2], grid[missing - 1]], [Number(answer), Number(answer)]);
  }
  for (const level of [2, 3] as const) {
    for (const { answer, image } of problems("matrix", level)) {
      const grid = pips(image!).filter((_, patch) => patch % GRID < 3 && patch < 3 * GRID);
      const [a, b, c, , , , g, h] = grid as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const step = b - a === c - b && grid[4]! - grid[3]! === b - a &&
        grid[5]! - grid[4]! === b - a;
      equal(Number(answer), step ? h + b - a : a + b === c ? g + h : g - h);
    }
  }
});

Deno.test("solidGeometry: volumes told in words are products", () => {
  for (const { question, answer, image } of problems("solidGeometry", 2)) {
    if (image !== null) continue;
    const sides = question.match(/\d+/g)!.map(Number);
    equal(Number(answer), sides.reduce((product, side) => product * side));
  }
  for (const { question, answer, image } of problems("solidGeometry", 1)) {
    const front = ink(image!).filter((grey) => grey > 0).length;
    equal(Number(answer), front * Number(/\d+/.exec(question)![0]));
  }
});
