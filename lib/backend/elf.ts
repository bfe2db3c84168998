/**
 * What a shared library asks the dynamic loader for.
 *
 * The layout is that of the ELF-64 Object File Format, version 1.5, as `elf(5)` has it.
 */

/** The dynamic section of a shared library. */
export interface SharedLibrary {
  /** The name other libraries ask for it by; null when it has none. */
  readonly soname: string | null;
  /** Names of the libraries it needs, in its order. */
  readonly needed: readonly string[];
  /** Folders it wants them searched in, `$ORIGIN` as it stands; from RUNPATH, else from RPATH. */
  readonly searchPath: readonly string[];
}

const MAGIC = 0x7f454c46; // "\x7fELF"
const CLASS_64 = 2, LITTLE_ENDIAN = 1;
const MACHINES: Readonly<Record<typeof Deno.build.arch, number>> = { x86_64: 62, aarch64: 183 };
const SEGMENT = { load: 1, dynamic: 2 } as const;
const TAG = { needed: 1n, strings: 5n, stringsSize: 10n, soname: 14n, rpath: 15n, runpath: 29n };

/** Reads the dynamic section of the library at `path`; null for a file that is no library of this machine's kind. */
export function readSharedLibrary(path: string): SharedLibrary | null {
  using file = Deno.openSync(path);
  const header = read(file, 0, 64);
  if (header === null || header.getUint32(0) !== MAGIC) return null;
  if (header.getUint8(4) !== CLASS_64 || header.getUint8(5) !== LITTLE_ENDIAN) return null;
  if (header.getUint16(18, true) !== MACHINES[Deno.build.arch]) return null;
  const segments = readSegments(file, header);
  const dynamic = segments.find(({ type }) => type === SEGMENT.dynamic);
  const entries = dynamic && read(file, dynamic.offset, dynamic.size);
  if (!entries) return null;

  const values = new Map<bigint, bigint[]>();
  for (let at = 0; at + 16 <= entries.byteLength; at += 16) {
    const tag = entries.getBigUint64(at, true);
    values.set(tag, [...values.get(tag) ?? [], entries.getBigUint64(at + 8, true)]);
  }
  const first = (tag: bigint) => values.get(tag)?.[0];
  const address = Number(first(TAG.strings) ?? 0n), size = Number(first(TAG.stringsSize) ?? 0n);
  const home = segments.find(({ type, address: start, size }) =>
    type === SEGMENT.load && address >= start && address < start + size
  );
  const strings = home && read(file, home.offset + address - home.address, size);
  if (!strings) return null;
  const text = (at: bigint) => textAt(strings, Number(at));
  const path_ = first(TAG.runpath) ?? first(TAG.rpath);
  const soname = first(TAG.soname);
  return {
    soname: soname === undefined ? null : text(soname),
    needed: (values.get(TAG.needed) ?? []).map(text),
    searchPath: path_ === undefined ? [] : text(path_).split(":").filter((part) => part !== ""),
  };
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function readSegments(file: Deno.FsFile, header: DataView): Segment[] {
  const size = header.getUint16(54, true), count = header.getUint16(56, true);
  const table = read(file, Number(header.getBigUint64(32, true)), size * count);
  if (table === null) return [];
  const number = (at: number) => Number(table.getBigUint64(at, true));
  return Array.from({ length: count }, (_, i) => ({
    type: table.getUint32(i * size, true),
    offset: number(i * size + 8),
    address: number(i * size + 16),
    size: number(i * size + 32),
  }));
}

/** `size` bytes at `offset`; null when the file ends before. */
function read(file: Deno.FsFile, offset: number, size: number): DataView | null {
  const bytes = new Uint8Array(size);
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let filled = 0; filled < size;) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) return null;
    filled += count;
  }
  return new DataView(bytes.buffer);
}

function textAt(strings: DataView, at: number): string {
  const bytes = new Uint8Array(strings.buffer, at);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
