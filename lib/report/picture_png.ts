/** A grey picture as a PNG in a data URI: a few hundred bytes, drawn by any browser. */
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** One chunk: length, type, data, checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length), view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

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
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, side);
  view.setUint32(4, side);
  header[8] = 8; // bits per pixel; colour type 0 is grey
  const rows = new Uint8Array(side * (side + 1)); // each row begins with its filter, 0: none
  for (let i = 0; i < image.length; i++) {
    rows[i + Math.floor(i / side) + 1] = Math.round(image[i]! * 255);
  }
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", new Uint8Array(deflateSync(rows))),
    chunk("IEND", new Uint8Array(0)),
  ];
  return `data:image/png;base64,${
    btoa(String.fromCharCode(...parts.flatMap((part) => [...part])))
  }`;
}
