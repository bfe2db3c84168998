/** Grey pictures of any size, and the small square ones the policy sees. */
import { IMAGE_SIDE } from "../prompt.ts";

/** A picture without colour. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  /** Grey levels in [0, 1], row by row from the top. */
  readonly pixels: Float32Array; // [width * height]
}

/** Larger pictures are refused: they would not fit in memory several at a time. */
export const MOST_PIXELS = 100_000_000;

/** Brightness of a colour (ITU-R BT.601, as Pillow's mode `L`). */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** What shows of a grey level of this opacity on white paper: a drawing on a transparent ground is meant so. */
export function onWhite(grey: number, opacity: number): number {
  return grey * opacity + 1 - opacity;
}

/**
 * The picture as the policy sees it, `IMAGE_SIDE`² grey levels: scaled so that its longer side fits, each new pixel
 * the average over the area it covers; the shorter side is padded on both ends with black, which is empty ground
 * to a policy that learned on MicroMath.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const wide = fitImage({ width: 32, height: 16, pixels: new Float32Array(512).fill(1) });
 * equal(wide[0], 0);
 * equal(wide[4 * 16], 1);
 * ```
 */
export function fitImage({ width, height, pixels }: GreyImage): Float32Array {
  const scale = Math.max(width, height) / IMAGE_SIDE;
  const columns = shares(width, scale), rows = shares(height, scale);
  const narrow = new Float64Array(height * IMAGE_SIDE);
  columns.forEach((covered, x) => {
    for (const [from, share] of covered) {
      for (let y = 0; y < height; y++) {
        narrow[y * IMAGE_SIDE + x]! += share * pixels[y * width + from]!;
      }
    }
  });
  const result = new Float32Array(IMAGE_SIDE * IMAGE_SIDE);
  rows.forEach((covered, y) => {
    for (let x = 0; x < IMAGE_SIDE; x++) {
      let sum = 0;
      for (const [from, share] of covered) sum += share * narrow[from * IMAGE_SIDE + x]!;
      result[y * IMAGE_SIDE + x] = Math.min(1, sum);
    }
  });
  return result;
}

/** For each new pixel along one side: the old ones it covers, and each one's share of its length. */
function shares(length: number, scale: number): (readonly [from: number, share: number])[][] {
  const offset = (IMAGE_SIDE * scale - length) / 2;
  return Array.from({ length: IMAGE_SIDE }, (_, i) => {
    const start = i * scale - offset, end = start + scale;
    const covered: (readonly [number, number])[] = [];
    for (let from = Math.max(0, Math.floor(start)); from < Math.min(length, end); from++) {
      const share = (Math.min(from + 1, end) - Math.max(from, start)) / scale;
      if (share > 1e-9) covered.push([from, share]); // less is rounding
    }
    return covered;
  });
}
