/** Everything a shared library needs to load, found or not. */
import { basename, dirname } from "node:path";
import {
  findLibrary,
  firstLibrary,
  inFolders,
  type LibraryFile,
  type LoaderSettings,
} from "./library_search.ts";

/** A library that another one needs. */
export interface NeededLibrary {
  readonly soname: string;
  /** The name of the first library that asks for it. */
  readonly neededBy: string;
  /** Where it is; null when it is nowhere. */
  readonly path: string | null;
  /** The loader finds it by itself; if not, it has to be loaded by its path before it is asked for. */
  readonly isFoundByLoader: boolean;
}

/** Where {@link neededLibraries} looks: in the environment's folders, as the loader does, and in others. */
export interface ClosureOptions {
  readonly loader: LoaderSettings;
  /** Folders that the loader does not know of. */
  readonly folders: readonly string[];
  /** Libraries that a library opens by name while it runs: nothing in its file says so. */
  readonly openedByName: Readonly<Record<string, readonly string[]>>;
}

/** Libraries of the C and C++ runtimes: there has to be one of each in a process, the one that the loader takes. */
const RUNTIME = /^(ld-linux\b.*|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+))\.so/;

/**
 * The libraries that the one at `path` needs, directly or through others, each once, and before those that need it:
 * in this order they can be loaded. Null when there is no library at `path`.
 */
export function neededLibraries(
  path: string,
  { loader, folders, openedByName }: ClosureOptions,
): NeededLibrary[] | null {
  const root = firstLibrary([path]);
  if (root === null) return null;
  const found: NeededLibrary[] = [];
  const seen = new Set<string>();

  const visit = (file: LibraryFile): void => {
    const name = basename(file.path);
    for (const soname of [...file.library.needed, ...openedByName[name] ?? []]) {
      if (seen.has(soname)) continue;
      seen.add(soname);
      const chosen = RUNTIME.test(soname)
        ? null
        : firstLibrary(inFolders(loader.environment, soname));
      const byLoader = chosen === null ? findLibrary(soname, file, loader) : null;
      const other = chosen ?? byLoader ??
        firstLibrary(inFolders([dirname(path), ...folders], soname));
      if (other !== null) visit(other);
      found.push({
        soname,
        neededBy: name,
        path: other?.path ?? null,
        isFoundByLoader: byLoader !== null,
      });
    }
  };
  visit(root);
  return found;
}
