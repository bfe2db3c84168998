/**
 * Reads ZIP archives from disk, without holding a file of theirs in memory.
 *
 * The layout is that of PKWARE's APPNOTE, version 6.3; archives over 4 GiB and encrypted files are not read.
 */
import { basename } from "node:path";
import { StoreError } from "../core/errors.ts";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Unpacked, in bytes. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const END = 0x06054b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
const END_SIZE = 22, CENTRAL_SIZE = 46, LOCAL_SIZE = 30, LONGEST_COMMENT = 0xffff;
const STORED = 0, DEFLATED = 8, ENCRYPTED = 1, TOO_LARGE = 0xffffffff;

/** The files of the archive at `path`. Errors: a {@link StoreError} when it is none that we can read. */
export function zipEntries(path: string): ZipEntry[] {
  using file = Deno.openSync(path);
  const size = file.statSync().size;
  const tail = readAt(
    file,
    Math.max(0, size - END_SIZE - LONGEST_COMMENT),
    END_SIZE + LONGEST_COMMENT,
  );
  const end = lastIndexOf(tail, END);
  if (end < 0) throw damaged(path, "no directory at its end");
  const count = tail.getUint16(end + 10, true);
  const directory = readAt(file, tail.getUint32(end + 16, true), tail.getUint32(end + 12, true));
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + CENTRAL_SIZE > directory.byteLength || directory.getUint32(at, true) !== CENTRAL) {
      throw damaged(path, "a directory that ends too early");
    }
    const nameSize = directory.getUint16(at + 28, true);
    const entry = {
      name: new TextDecoder().decode(new Uint8Array(directory.buffer, at + CENTRAL_SIZE, nameSize)),
      method: directory.getUint16(at + 10, true),
      packedSize: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      offset: directory.getUint32(at + 42, true),
    };
    const isReadable = (directory.getUint16(at + 8, true) & ENCRYPTED) === 0 &&
      entry.size !== TOO_LARGE && entry.packedSize !== TOO_LARGE && entry.offset !== TOO_LARGE;
    if (!isReadable) throw damaged(path, `${entry.name}, which is encrypted or over 4 GiB`);
    entries.push(entry);
    at += CENTRAL_SIZE + nameSize + directory.getUint16(at + 30, true) +
      directory.getUint16(at + 32, true);
  }
  return entries;
}

/** Unpacks one file of the archive at `path` to `to`. Errors: a {@link StoreError} when it is damaged. */
export async function unpackEntry(path: string, entry: ZipEntry, to: string): Promise<void> {
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw damaged(path, `${entry.name}, packed with method ${entry.method}`);
  }
  const file = await Deno.open(path);
  const header = readAt(file, entry.offset, LOCAL_SIZE);
  if (header.byteLength < LOCAL_SIZE || header.getUint32(0, true) !== LOCAL) {
    file.close();
    throw damaged(path, `no file where ${entry.name} should begin`);
  }
  const begin = entry.offset + LOCAL_SIZE + header.getUint16(26, true) + header.getUint16(28, true);
  await file.seek(begin, Deno.SeekMode.Start);
  const packed = file.readable.pipeThrough(firstBytes(entry.packedSize));
  const content = entry.method === STORED
    ? packed
    : packed.pipeThrough(new DecompressionStream("deflate-raw"));
  const target = await Deno.open(to, { write: true, create: true, truncate: true });
  await content.pipeTo(target.writable);
  const { size } = await Deno.stat(to);
  if (size !== entry.size) {
    throw damaged(path, `${size} bytes of ${entry.name} instead of ${entry.size}`);
  }
}

/** Passes on the first `count` bytes and ends there. */
function firstBytes(
  count: number,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = count;
  return new TransformStream({
    start(controller) {
      if (left === 0) controller.terminate();
    },
    transform(chunk, controller) {
      if (left > 0) controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) controller.terminate();
    },
  });
}

/** Up to `size` bytes at `offset`; fewer where the file ends. */
function readAt(file: Deno.FsFile, offset: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  file.seekSync(offset, Deno.SeekMode.Start);
  let filled = 0;
  for (let count; (count = file.readSync(bytes.subarray(filled))) !== null && count > 0;) {
    filled += count;
  }
  return new DataView(bytes.buffer, 0, filled);
}

function lastIndexOf(view: DataView, word: number): number {
  for (let at = view.byteLength - END_SIZE; at >= 0; at--) {
    if (view.getUint32(at, true) === word) return at;
  }
  return -1;
}

function damaged(path: string, got: string): StoreError {
  return new StoreError(`${basename(path)}: expected a ZIP archive, got ${got}`);
}
