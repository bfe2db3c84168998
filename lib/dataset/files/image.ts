/** Pictures of rows: found, recognised, decoded. */
import { loadJpeg } from "../../../deps.ts";
import { jpegSize } from "./jpeg.ts";
import { type GreyImage, luma, MOST_PIXELS } from "./grey.ts";
import { decodePng, isPng, pngSize } from "./png.ts";
import { type ImageSource, RowFault } from "./row.ts";

/** The bytes of a picture's file. Errors: a RowFault when it cannot be read. */
export function imageBytes(source: ImageSource): Uint8Array {
  if (source.kind === "bytes") return source.bytes;
  try {
    return Deno.readFileSync(source.path);
  } catch (error) {
    const is = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new RowFault(`image ${source.path}: ${is}`);
  }
}

/** Image files we know when we see them, though only the first two can be decoded. */
function kindOf(bytes: Uint8Array): string {
  if (isPng(bytes)) return "PNG";
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "JPEG";
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith("GIF8")) return "a GIF";
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return "a WebP";
  if (start.startsWith("BM")) return "a BMP";
  if (/^(II\*\0|MM\0\*)/.test(start)) return "a TIFF";
  if (/^\s*<(\?xml|svg|!DOCTYPE|html)/i.test(start)) return "markup";
  return bytes.length === 0 ? "no bytes" : "something else";
}

/** A fault of the picture as a fault of its row, with the picture's name where it has one. */
function named<T>(source: ImageSource, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inContext(source, error);
  }
}

function inContext(source: ImageSource, error: unknown): RowFault {
  const name = source.kind === "path" ? source.path : source.name;
  const message = error instanceof Error ? error.message : String(error);
  return new RowFault(`image${name === null ? "" : ` ${name}`}: ${message}`);
}

/**
 * Kind, width and height of a picture, and whether its file is whole: by its header and what its parts say, without
 * decoding a pixel.
 *
 * Errors: a RowFault for a missing file, one that is no PNG and no JPEG, and one that is cut off.
 */
export function imageSize(
  source: ImageSource,
): { readonly kind: string; readonly width: number; readonly height: number } {
  const bytes = imageBytes(source), kind = kindOf(bytes);
  return named(source, () => {
    if (kind === "PNG") return { kind, ...pngSize(bytes) };
    if (kind === "JPEG") return { kind, ...jpegSize(bytes) };
    throw new RowFault(`expected a PNG or a JPEG, got ${kind}`);
  });
}

/** The grey levels of a picture. Errors: as {@link imageSize}, and for pixels that do not decode. */
export async function decodeImage(source: ImageSource): Promise<GreyImage> {
  const bytes = imageBytes(source);
  if (isPng(bytes)) return named(source, () => decodePng(bytes));
  const { width, height } = imageSize(source);
  const { decode } = await loadJpeg();
  return named(source, () => {
    const { data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      maxResolutionInMP: MOST_PIXELS / 1e6,
      maxMemoryUsageInMB: 2048,
    });
    const pixels = new Float32Array(width * height);
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = luma(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!) / 255;
    }
    return { width, height, pixels };
  });
}
