/** Where the dynamic loader of Linux finds a shared library: the order of `ld.so(8)`. */
import { dirname, join } from "node:path";
import { readSharedLibrary, type SharedLibrary } from "./elf.ts";

/** What the loader goes by. */
export interface LoaderSettings {
  /** Folders of LD_LIBRARY_PATH. Child processes start without it, so nothing is left to be found through it. */
  readonly environment: readonly string[];
  /** Names of libraries and their files, in the cache that `ldconfig` writes. */
  readonly cache: ReadonlyMap<string, readonly string[]>;
  /** Folders that are searched last. */
  readonly folders: readonly string[];
}

/** A shared library at its place. */
export interface LibraryFile {
  readonly path: string;
  readonly library: SharedLibrary;
}

/** Where a child process finds what LD_LIBRARY_PATH is in its parent. */
export const HANDED_LIBRARY_PATH = "VASARI_LIBRARY_PATH";

const CACHE_FILE = "/etc/ld.so.cache";
const FOLDERS = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

/** The settings of this machine. The environment counts where this process may read it. */
export function loaderSettings(): LoaderSettings {
  const environment = environmentVariable("LD_LIBRARY_PATH") ||
    environmentVariable(HANDED_LIBRARY_PATH) || "";
  return {
    environment: environment.split(":").filter((folder) => folder !== ""),
    cache: parseLoaderCache(readIfThere(CACHE_FILE)),
    folders: FOLDERS,
  };
}

/** A variable of the environment; null when it is not set, or this process may not read it. */
export function environmentVariable(name: string): string | null {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) ?? null : null;
}

/**
 * The file that a library called `soname` comes from when `from` asks for it, without the environment; null when the
 * loader finds none. Libraries of another kind of machine are passed over, as the loader does.
 */
export function findLibrary(
  soname: string,
  from: LibraryFile,
  { cache, folders }: LoaderSettings,
): LibraryFile | null {
  const own = from.library.searchPath.map((folder) => expandOrigin(folder, dirname(from.path)));
  return firstLibrary([
    ...inFolders(own, soname),
    ...cache.get(soname) ?? [],
    ...inFolders(folders, soname),
  ]);
}

/** The first of `paths` that is a library of this machine's kind. */
export function firstLibrary(paths: readonly string[]): LibraryFile | null {
  for (const path of paths) {
    try {
      const library = readSharedLibrary(path);
      if (library !== null) return { path, library };
    } catch (error) {
      const isThere =
        !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory);
      if (isThere && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
  return null;
}

/** The places of a file in folders. */
export function inFolders(folders: readonly string[], name: string): string[] {
  return folders.map((folder) => join(folder, name));
}

function expandOrigin(folder: string, origin: string): string {
  return folder.replace(/\$ORIGIN|\$\{ORIGIN\}/g, origin);
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null; // another C library, or none needed so far
    throw error;
  }
}

const MAGIC = "glibc-ld.so.cache1.1";
const HEADER_SIZE = 48, ENTRY_SIZE = 24;

/**
 * Names and files of glibc's loader cache, as `struct cache_file_new` of its dl-cache.h lays it out: behind the
 * magic word the number of entries, behind the header the entries, each with the offsets of a name and a path.
 */
export function parseLoaderCache(bytes: Uint8Array | null): Map<string, string[]> {
  const files = new Map<string, string[]>();
  // Older versions put a table of the previous format before.
  const start = new TextDecoder("latin1").decode(bytes ?? new Uint8Array()).indexOf(MAGIC);
  if (bytes === null || start < 0) return files;
  const table = bytes.subarray(start);
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const textAt = (at: number) => new TextDecoder().decode(table.subarray(at, table.indexOf(0, at)));
  const count = view.getUint32(MAGIC.length, true);
  for (let i = 0; i < count; i++) {
    const entry = HEADER_SIZE + ENTRY_SIZE * i;
    const name = textAt(view.getUint32(entry + 4, true));
    const paths = files.get(name) ?? [];
    files.set(name, paths);
    paths.push(textAt(view.getUint32(entry + 8, true)));
  }
  return files;
}
