/** PNG files of grey pictures, written by a few lines: any browser and image library reads them. */
import { crc32, deflateSync } from "node:zlib";

/** The eight bytes every PNG file begins with. */
export const PNG_SIGNATURE: readonly number[] = [137, 80, 78, 71, 13, 10, 26, 10];

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
 * The bytes of a PNG file with 8 bits per pixel.
 *
 * @param grey levels in [0, 1], row by row // [width * height]
 */
export function encodeGreyPng(
  grey: ArrayLike<number>,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  if (width < 1 || height < 1 || grey.length !== width * height) {
    throw new RangeError(`grey: expected ${width} × ${height} pixels, got ${grey.length}`);
  }
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits per pixel; colour type 0 is grey
  const rows = new Uint8Array(height * (width + 1)); // each row begins with its filter, 0: none
  for (let i = 0; i < grey.length; i++) {
    rows[i + Math.floor(i / width) + 1] = Math.round(grey[i]! * 255);
  }
  const parts = [
    Uint8Array.from(PNG_SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", new Uint8Array(deflateSync(rows))),
    chunk("IEND", new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
