/**
 * PNG files as grey levels: every colour type, bit depth and interlacing of the PNG specification (third edition).
 *
 * Not left to a package: those at hand read interlaced pictures of fewer than 8 bits wrongly, or unpack whatever a
 * small file claims to hold.
 */
import { Buffer } from "node:buffer";
import { crc32, inflateSync } from "node:zlib";
import { PNG_SIGNATURE } from "../../core/png.ts";
import { type GreyImage, luma, MOST_PIXELS, onWhite } from "./grey.ts";
import { RowFault } from "./row.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly interlaced: boolean;
}

/** Samples per pixel and the bit depths allowed, by colour type. */
const COLOURS: Readonly<Record<number, readonly [channels: number, depths: readonly number[]]>> = {
  0: [1, [1, 2, 4, 8, 16]],
  2: [3, [8, 16]],
  3: [1, [1, 2, 4, 8]],
  4: [2, [8, 16]],
  6: [4, [8, 16]],
};

/** Adam7: first pixel and distance, across and down. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** True for bytes that begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The chunks of a file up to its end. Errors: a RowFault when one is torn or damaged, or the end is missing. */
function* chunks(bytes: Uint8Array): Generator<readonly [type: string, data: Uint8Array]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at), end = at + 8 + length;
    if (end + 4 > bytes.length) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new RowFault(`expected a whole PNG, got a damaged ${type} chunk`);
    }
    yield [type, bytes.subarray(at + 8, end)];
    if (type === "IEND") return;
    at = end + 4;
  }
  throw new RowFault("expected a whole PNG, got one that is cut off");
}

function headerOf(type: string, data: Uint8Array): Header {
  if (type !== "IHDR" || data.length !== 13) throw new RowFault("expected a PNG with a header");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0), height = view.getUint32(4);
  const [depth, colour, , , interlace] = data.subarray(8);
  if (!COLOURS[colour!]?.[1].includes(depth!) || interlace! > 1) {
    throw new RowFault(`expected a PNG, got colour type ${colour} with ${depth} bits`);
  }
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    throw new RowFault(`expected 1 to ${MOST_PIXELS} pixels, got ${width} × ${height}`);
  }
  return {
    width,
    height,
    depth: depth!,
    colour: colour as Header["colour"],
    interlaced: interlace === 1,
  };
}

/** Width and height in pixels. Errors: a RowFault unless every chunk is whole. */
export function pngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  let header: Header | null = null;
  for (const [type, data] of chunks(bytes)) header ??= headerOf(type, data);
  if (header === null) throw new RowFault("expected a PNG with a header");
  return { width: header.width, height: header.height };
}

/** The grey levels of a PNG file. Errors: a RowFault that says what is wrong with it. */
export function decodePng(bytes: Uint8Array): GreyImage {
  let header: Header | null = null;
  const parts: Uint8Array[] = [];
  let palette = new Uint8Array(0), transparency: Uint8Array | null = null;
  for (const [type, data] of chunks(bytes)) {
    header ??= headerOf(type, data);
    if (type === "IDAT") parts.push(data);
    else if (type === "PLTE") palette = Uint8Array.from(data);
    else if (type === "tRNS") transparency = data;
  }
  if (header === null) throw new RowFault("expected a PNG with a header");
  const { width, height } = header, [channels] = COLOURS[header.colour]!;
  const passes = header.interlaced ? PASSES : [[0, 0, 1, 1] as const];
  const sizes = passes.map(([x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx), rows = Math.ceil((height - y) / dy);
    const stride = Math.ceil(columns * channels * header.depth / 8);
    return { columns, rows, stride, bytes: columns > 0 && rows > 0 ? rows * (stride + 1) : 0 };
  });
  const length = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const data = inflate(Buffer.concat(parts), length);
  const shade = shadeOf(header, palette, transparency);
  const pixels = new Float32Array(width * height);
  let start = 0;
  passes.forEach(([x0, y0, dx, dy], i) => {
    const { columns, rows, stride, bytes } = sizes[i]!;
    if (bytes === 0) return;
    const lines = data.subarray(start, start += bytes);
    unfilter(lines, rows, stride, Math.max(1, channels * header.depth / 8));
    for (let y = 0; y < rows; y++) {
      const line = lines.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
      for (let x = 0; x < columns; x++) {
        pixels[(y0 + y * dy) * width + x0 + x * dx] = shade(line, x);
      }
    }
  });
  return { width, height, pixels };
}

/** Exactly `length` bytes, whatever the file would unpack to. */
function inflate(packed: Uint8Array, length: number): Uint8Array {
  try {
    const data = inflateSync(packed, { maxOutputLength: length + 1 });
    if (data.length >= length) return data;
  } catch { /* said below */ }
  throw new RowFault("expected a PNG, got pixels that do not unpack to its size");
}

/** Undoes the filters of all lines in place (PNG specification, section 9). */
function unfilter(lines: Uint8Array, rows: number, stride: number, pixel: number): void {
  for (let y = 0; y < rows; y++) {
    const start = y * (stride + 1), filter = lines[start]!;
    if (filter > 4) throw new RowFault(`expected a PNG, got a line with filter ${filter}`);
    for (let i = 1; i <= stride; i++) {
      const at = start + i;
      const left = i > pixel ? lines[at - pixel]! : 0;
      const up = y > 0 ? lines[at - stride - 1]! : 0;
      const corner = i > pixel && y > 0 ? lines[at - stride - 1 - pixel]! : 0;
      lines[at]! += filter === 0
        ? 0
        : filter === 1
        ? left
        : filter === 2
        ? up
        : filter === 3
        ? (left + up) >> 1
        : paeth(left, up, corner);
    }
  }
}

/** Whichever of the three is closest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner), toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

/** How the grey level of a line's pixel number x is found. */
function shadeOf(
  { depth, colour }: Header,
  palette: Uint8Array,
  transparency: Uint8Array | null,
): (line: Uint8Array, x: number) => number {
  const most = 2 ** depth - 1;
  /** Sample number i of a line. */
  const sample = (line: Uint8Array, i: number) => {
    if (depth === 8) return line[i]!;
    if (depth === 16) return line[2 * i]! * 256 + line[2 * i + 1]!;
    const bit = i * depth;
    return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & most;
  };
  const key = (i: number) =>
    transparency !== null && transparency.length >= 2 * i + 2
      ? transparency[2 * i]! * 256 + transparency[2 * i + 1]!
      : -1;
  switch (colour) {
    case 0: {
      const clear = key(0);
      return (line, x) => {
        const grey = sample(line, x);
        return grey === clear ? 1 : grey / most;
      };
    }
    case 2: {
      const clear = [key(0), key(1), key(2)];
      return (line, x) => {
        const r = sample(line, 3 * x), g = sample(line, 3 * x + 1), b = sample(line, 3 * x + 2);
        return r === clear[0] && g === clear[1] && b === clear[2] ? 1 : luma(r, g, b) / most;
      };
    }
    case 3:
      return (line, x) => {
        const i = sample(line, x);
        if (3 * i + 2 >= palette.length) {
          throw new RowFault(`expected a PNG, got colour ${i} of ${palette.length / 3}`);
        }
        const grey = luma(palette[3 * i]!, palette[3 * i + 1]!, palette[3 * i + 2]!) / 255;
        return onWhite(grey, (transparency?.[i] ?? 255) / 255);
      };
    case 4:
      return (line, x) => onWhite(sample(line, 2 * x) / most, sample(line, 2 * x + 1) / most);
    case 6:
      return (line, x) => {
        const i = 4 * x;
        const grey = luma(sample(line, i), sample(line, i + 1), sample(line, i + 2)) / most;
        return onWhite(grey, sample(line, i + 3) / most);
      };
  }
}
