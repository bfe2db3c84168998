/** Holes, pieces and the Euler number. */
import type { RandomSource } from "../../core/random.ts";
import { type Family, numbers, sameSize } from "../family.ts";
import {
  blank,
  block,
  GRID,
  PATCHES,
  ring,
  rowCounts,
  runningTotals,
  somePatches,
  tile,
} from "../picture.ts";

/** Neighbouring pairs of `cells` in the grid. */
function joints(cells: readonly boolean[]): [number, number][] {
  return cells.flatMap((cell, at): [number, number][] => {
    if (!cell) return [];
    const right = at % GRID < GRID - 1 && cells[at + 1], below = cells[at + GRID];
    return [
      ...right ? [[at, at + 1] as [number, number]] : [],
      ...below ? [[at, at + GRID] as [number, number]] : [],
    ];
  });
}

/** Connected pieces of `cells`, by merging labels along `pairs`. */
function pieces(cells: readonly boolean[], pairs: readonly [number, number][]): number {
  const label = cells.map((_, at) => at);
  for (const [from, to] of pairs) {
    const [keep, drop] = [label[from]!, label[to]!];
    for (let at = 0; at < PATCHES; at++) if (label[at] === drop) label[at] = keep;
  }
  return new Set(label.filter((_, at) => cells[at])).size;
}

/** Tiles without a closed loop, so that pieces = tiles − joints (Euler). */
function forest(random: RandomSource): { cells: boolean[]; tiles: number; joined: number } {
  for (;;) {
    const cells = Array.from({ length: PATCHES }, () => random.next() < 0.45);
    const pairs = joints(cells), tiles = cells.filter(Boolean).length;
    const count = tiles - pairs.length;
    if (count > 0 && count < 7 && pieces(cells, pairs) === count) {
      return { cells, tiles, joined: pairs.length };
    }
  }
}

/**
 * Level 1: holes, that is rings among blocks. Level 2: the Euler number, pieces less holes. Level 3: pieces of a
 * figure without loops, worked as tiles − joints.
 */
export const topology: Family = {
  name: "topology",
  illustrated: true,
  generate(level, random) {
    const image = blank();
    if (level === 3) {
      const { cells, tiles, joined } = forest(random);
      cells.forEach((cell, at) => cell && tile(image, at));
      return {
        question: "pieces ?",
        image,
        reasoning: `${tiles} - ${joined} = ${tiles - joined}`,
        answer: String(tiles - joined),
        guesses: numbers(1, 6),
      };
    }
    const holes = random.integer(level === 1 ? 6 : 5), blocks = 1 + random.integer(4);
    const patches = somePatches(random, holes + blocks);
    patches.forEach((patch, i) => (i < holes ? ring : block)(image, patch));
    if (level === 1) {
      return {
        question: "holes ?",
        image,
        reasoning: runningTotals(rowCounts(patches.slice(0, holes))),
        answer: String(holes),
        guesses: sameSize(holes),
      };
    }
    return {
      question: "pieces - holes ?",
      image,
      reasoning: `${patches.length} - ${holes} = ${blocks}`,
      answer: String(blocks),
      guesses: numbers(1, 6),
    };
  },
};
