/** Reads tar archives: packages of the npm registry (POSIX.1-1988 "ustar", compressed with gzip). */
import { StoreError } from "../core/errors.ts";

const BLOCK = 512;
/** Fields of a header: where they begin, and how long they are. */
const NAME = [0, 100], SIZE = [124, 12], TYPE = 156, PREFIX = [345, 155];

/** A regular file of an archive. */
export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The regular files of a tar archive compressed with gzip.
 *
 * Errors: a {@link StoreError} that names `source` when it is none, or cut off.
 */
export async function tarFiles(
  packed: Uint8Array<ArrayBuffer>,
  source: string,
): Promise<TarFile[]> {
  const archive = await unzipped(packed, source);
  const files: TarFile[] = [];
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const header = archive.subarray(at, at += BLOCK);
    const text = ([from, length]: readonly number[]) =>
      new TextDecoder().decode(header.subarray(from!, from! + length!)).replace(/\0[^]*$/, "");
    const size = parseInt(text(SIZE), 8);
    if (!(size >= 0 && at + size <= archive.length)) {
      throw new StoreError(`${source}: expected a tar archive, got one that is damaged at ${at}`);
    }
    const prefix = text(PREFIX), type = header[TYPE];
    const isFile = type === 0 || type === "0".charCodeAt(0);
    if (isFile) {
      const name = prefix === "" ? text(NAME) : `${prefix}/${text(NAME)}`;
      if (name.startsWith("/") || name.split("/").includes("..")) {
        throw new StoreError(`${source}: expected names below a folder, got "${name}"`);
      }
      files.push({ name, bytes: archive.slice(at, at + size) });
    }
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

async function unzipped(packed: Uint8Array<ArrayBuffer>, source: string) {
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new StoreError(
      `${source}: expected a file compressed with gzip, got one that is damaged (${
        (error as Error).message
      })`,
    );
  }
}
