/** Pictures as rows name them, and where they stand in the text. */
import { isAbsolute, resolve } from "node:path";
import { asText, brief, isFields, maybeList } from "./fields.ts";
import { IMAGE_MARK, type ImageSource, RowFault } from "./row.ts";

/**
 * One picture: a path (from the data's folder where it is relative), a `file://` address, a data URI, the bytes of an
 * image file, or an object that holds one of them as `bytes`, `image`, `path` or `url`.
 *
 * Errors: a RowFault for anything else, also for an address on the network: nothing is fetched.
 */
export function readPicture(value: unknown, folder: string, name: string): ImageSource {
  if (value instanceof Uint8Array && !looksLikeText(value)) {
    return { kind: "bytes", bytes: value, name: null };
  }
  const text = asText(value);
  if (text !== null) return fromText(text, folder, name);
  if (isFields(value)) {
    const { bytes, image, path, url } = value;
    if (bytes instanceof Uint8Array) return { kind: "bytes", bytes, name: asText(path) };
    if (bytes !== undefined && bytes !== null) {
      throw new RowFault(`${name}.bytes: expected bytes, got ${brief(bytes)}`);
    }
    const inner = asText(image ?? path ?? url);
    if (inner !== null) return fromText(inner, folder, name);
    if (isFields(image ?? url)) return readPicture(image ?? url, folder, name);
  }
  throw new RowFault(`${name}: expected a path, a data URI or bytes, got ${brief(value)}`);
}

/** Paths in Parquet columns without a text annotation: printable, and short. */
function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length < 4096 && bytes.every((byte) => byte >= 0x20) &&
    asText(bytes) !== null;
}

function fromText(text: string, folder: string, name: string): ImageSource {
  if (/^data:/i.test(text)) return fromDataUri(text, name);
  if (/^https?:/i.test(text)) {
    throw new RowFault(
      `${name}: expected a local image, got ${brief(text)}: nothing is fetched; download it first`,
    );
  }
  if (/^file:\/\//i.test(text)) return fromFileAddress(text, folder);
  if (text.trim() === "" || text.includes("\0") || /^[a-z][a-z0-9+.-]+:\/\//i.test(text)) {
    throw new RowFault(`${name}: expected a path, a data URI or bytes, got ${brief(text)}`);
  }
  return { kind: "path", path: resolve(folder, text) };
}

/** Upstream takes what stands behind `file://` as it is; others escape it. Whichever exists is meant. */
function fromFileAddress(text: string, folder: string): ImageSource {
  const plain = text.slice("file://".length);
  const path = resolve(folder, plain);
  if (!/%[0-9a-f]{2}/i.test(plain) || exists(path)) return { kind: "path", path };
  try {
    return { kind: "path", path: resolve(folder, decodeURIComponent(plain)) };
  } catch {
    return { kind: "path", path };
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function fromDataUri(text: string, name: string): ImageSource {
  const comma = text.indexOf(","), head = text.slice(0, Math.max(0, comma));
  if (!/^data:image(\/[\w.+-]+)?;base64$/i.test(head)) {
    throw new RowFault(`${name}: expected data:image/…;base64, got ${brief(text)}`);
  }
  try {
    const bytes = Uint8Array.fromBase64(text.slice(comma + 1));
    return { kind: "bytes", bytes, name: null };
  } catch {
    throw new RowFault(`${name}: expected base64, got ${brief(text.slice(comma + 1))}`);
  }
}

/** A list of pictures, or a single one; none when missing. */
export function readPictures(value: unknown, folder: string, name: string): ImageSource[] {
  const list = value === undefined || value === null
    ? []
    : isFields(value) || asText(value) !== null || value instanceof Uint8Array
    ? [value]
    : maybeList(value, name)!;
  return list.map((item, i) => readPicture(item, folder, `${name}[${i}]`));
}

/**
 * The question with marks only where a picture stands inside the text: those at its start are left out.
 *
 * Errors: a RowFault when there are marks, but not one for each of `images`.
 */
export function questionOf(text: string, images: number, name: string): string {
  const marks = text.split(IMAGE_MARK).length - 1;
  if (marks !== 0 && marks !== images) {
    throw new RowFault(
      `${name}: expected ${images} times ${IMAGE_MARK}, one per image, got ${marks}`,
    );
  }
  const question = text.replace(/^(\s*<image>)+/, "").trim();
  if (question === "") throw new RowFault(`${name}: expected a question, got no text`);
  return question;
}

/** The question as others write it: a mark for every picture. */
export function withMarks(question: string, images: number): string {
  const marks = question.split(IMAGE_MARK).length - 1;
  return IMAGE_MARK.repeat(Math.max(0, images - marks)) + question;
}

/** The media type of an image file's bytes, for a data URI. */
function mediaType(bytes: Uint8Array): string {
  return bytes[0] === 0x89 ? "image/png" : bytes[0] === 0xff ? "image/jpeg" : "image/unknown";
}

/** A picture as text: the address of its file, or a data URI. */
export function pictureText(source: ImageSource, { address }: { address: boolean }): string {
  if (source.kind === "path") {
    const path = isAbsolute(source.path) ? source.path : resolve(source.path);
    return address ? `file://${path}` : path;
  }
  return `data:${mediaType(source.bytes)};base64,${source.bytes.toBase64()}`;
}
