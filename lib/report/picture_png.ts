/** A grey picture as a PNG in a data URI: a few hundred bytes, drawn by any browser. */
import { encodeGreyPng } from "../core/png.ts";

/**
 * The picture as `data:image/png;base64,…`, 8 bits per pixel.
 *
 * @param image grey levels in [0, 1], row by row // [side * side]
 */
export function picturePng(image: ArrayLike<number>): string {
  const side = Math.round(Math.sqrt(image.length));
  if (side === 0 || side * side !== image.length) {
    throw new RangeError(`image: expected a square number of pixels, got ${image.length}`);
  }
  return `data:image/png;base64,${encodeGreyPng(image, side, side).toBase64()}`;
}
