/**
 * Drawing on small square grey images.
 *
 * The policy reads an image as a grid of patches, so whatever can be aligned with that grid is: marks stand in
 * patches, and a digit's upper four rows, which tell all ten apart, fill the patch they begin in.
 */
import type { RandomSource } from "../core/random.ts";
import { IMAGE_SIDE } from "./prompt.ts";

/** Grey levels in [0, 1], row by row: IMAGE_SIDE² of them. */
export type Image = Float32Array;

/** Side of a patch in pixels, and patches in a row. */
export const PATCH = 4, GRID = IMAGE_SIDE / PATCH;
/** Patches in an image. Number n is at column n % GRID, row ⌊n / GRID⌋. */
export const PATCHES = GRID * GRID;

/** An all-black image. */
export function blank(): Image {
  return new Float32Array(IMAGE_SIDE * IMAGE_SIDE);
}

/** Fills a rectangle given in pixels; what lies outside the image is left out. */
export function fill(
  image: Image,
  x: number,
  y: number,
  width: number,
  height: number,
  shade = 1,
): void {
  const right = Math.min(x + width, IMAGE_SIDE), bottom = Math.min(y + height, IMAGE_SIDE);
  for (let row = Math.max(0, y); row < bottom; row++) {
    for (let column = Math.max(0, x); column < right; column++) {
      image[row * IMAGE_SIDE + column] = shade;
    }
  }
}

/** A straight line between two pixels, both included (Bresenham). */
export function line(
  image: Image,
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  shade = 1,
): void {
  let [x, y] = from;
  const dx = Math.abs(to[0] - x), dy = -Math.abs(to[1] - y);
  const stepX = x < to[0] ? 1 : -1, stepY = y < to[1] ? 1 : -1;
  for (let error = dx + dy;;) {
    fill(image, x, y, 1, 1, shade);
    if (x === to[0] && y === to[1]) return;
    const doubled = 2 * error;
    if (doubled >= dy) [error, x] = [error + dy, x + stepX];
    if (doubled <= dx) [error, y] = [error + dx, y + stepY];
  }
}

/** The outline of a rectangle given in pixels. */
export function frame(
  image: Image,
  x: number,
  y: number,
  width: number,
  height: number,
  shade = 1,
): void {
  const right = x + width - 1, bottom = y + height - 1;
  line(image, [x, y], [right, y], shade);
  line(image, [right, y], [right, bottom], shade);
  line(image, [right, bottom], [x, bottom], shade);
  line(image, [x, bottom], [x, y], shade);
}

const left = (patch: number) => (patch % GRID) * PATCH;
const top = (patch: number) => Math.floor(patch / GRID) * PATCH;

/** A dot of 2 x 2 pixels in the middle of a patch. */
export function dot(image: Image, patch: number): void {
  fill(image, left(patch) + 1, top(patch) + 1, 2, 2);
}

/** A block of 3 x 3 pixels in a patch, a pixel away from its neighbours. */
export function block(image: Image, patch: number, shade = 1): void {
  fill(image, left(patch), top(patch), 3, 3, shade);
}

/** A block with a hole in it. */
export function ring(image: Image, patch: number, shade = 1): void {
  frame(image, left(patch), top(patch), 3, 3, shade);
}

/** A patch filled to its edges: joins with its neighbours. */
export function tile(image: Image, patch: number): void {
  fill(image, left(patch), top(patch), PATCH, PATCH);
}

/** Pips of a die with 0 to 9: places x + 3y in a square of 3 x 3, one character each. */
const PIPS = ["", "4", "08", "048", "0268", "02468", "023568", "0234568", "01235678", "012345678"];

/** A number from 1 to 9 as the pips of a die in one patch. */
export function die(image: Image, patch: number, value: number): void {
  const pips = PIPS[value];
  if (!pips) throw new RangeError(`die: expected 1 to 9, got ${value}`);
  for (const pip of pips) {
    fill(image, left(patch) + Number(pip) % 3, top(patch) + Math.floor(Number(pip) / 3), 1, 1);
  }
}

/** Glyphs of 3 x 5 pixels, row by row from the top. */
const GLYPHS: Readonly<Record<string, string>> = {
  "0": "### #.# #.# #.# ###",
  "1": ".#. ##. .#. .#. ###",
  "2": "### ..# ### #.. ###",
  "3": "### ..# ### ..# ###",
  "4": "#.# #.# ### ..# ..#",
  "5": "### #.. ### ..# ###",
  "6": "### #.. ### #.# ###",
  "7": "### ..# ..# ..# ..#",
  "8": "### #.# ### #.# ###",
  "9": "### #.# ### ..# ###",
  "+": "... .#. ### .#. ...",
  "-": "... ... ### ... ...",
  "x": "... #.# .#. #.# ...",
  " ": "... ... ... ... ...",
};

/**
 * Writes digits and signs, one per patch column from `column` on; `row` 0 is the upper half of the image, 1 the
 * lower.
 */
export function write(
  image: Image,
  text: string,
  { column = 0, row = 0, shade = 1 }: { column?: number; row?: number; shade?: number } = {},
): void {
  for (let i = 0; i < text.length; i++) {
    const glyph = GLYPHS[text[i]!];
    if (glyph === undefined) throw new RangeError(`write: no glyph for ${JSON.stringify(text[i])}`);
    for (let at = 0; at < 15; at++) {
      if (glyph[at + Math.floor(at / 3)] !== "#") continue;
      fill(image, (column + i) * PATCH + at % 3, row * 2 * PATCH + Math.floor(at / 3), 1, 1, shade);
    }
  }
}

/** `count` different ones of the patches `from` … `below` − 1, in no particular order. */
export function somePatches(
  random: RandomSource,
  count: number,
  from = 0,
  below = PATCHES,
): number[] {
  const patches = Array.from({ length: below - from }, (_, i) => from + i);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(patches.length - i);
    [patches[i], patches[j]] = [patches[j]!, patches[i]!];
  }
  return patches.slice(0, count);
}

/** How many of `patches` lie in each row of the grid. */
export function rowCounts(patches: readonly number[]): number[] {
  const counts = Array<number>(GRID).fill(0);
  for (const patch of patches) counts[Math.floor(patch / GRID)]!++;
  return counts;
}

/** Totals so far, one after each row, as a worked line: `1 , 3 , 3 , 4`. */
export function runningTotals(counts: readonly number[]): string {
  let total = 0;
  return counts.map((count) => total += count).join(" , ");
}
