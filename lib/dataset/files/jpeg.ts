/** Headers of JPEG files (ITU-T T.81, annex B). */
import { MOST_PIXELS } from "./grey.ts";
import { RowFault } from "./row.ts";

/** Markers that begin a frame: SOF0 to SOF15, without DHT, JPG and DAC between them. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Width and height in pixels. Errors: a RowFault for a file without a frame or an end. */
export function jpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) { // fill bytes may precede a marker
      at++;
      continue;
    }
    if (isFrame(marker)) {
      const height = bytes[at + 5]! * 256 + bytes[at + 6]!;
      const width = bytes[at + 7]! * 256 + bytes[at + 8]!;
      if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
        throw new RowFault(`expected 1 to ${MOST_PIXELS} pixels, got ${width} × ${height}`);
      }
      checkEnd(bytes, at);
      return { width, height };
    }
    at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
  }
  throw new RowFault("expected a JPEG, got one without a frame");
}

/** The end marker, behind which cameras leave some bytes of their own. */
function checkEnd(bytes: Uint8Array, frame: number): void {
  for (let at = bytes.length - 2; at > frame; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return;
  }
  throw new RowFault("expected a whole JPEG, got one that is cut off");
}
