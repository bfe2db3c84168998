/**
 * The file operations the store is built from. Each can be made durable on its own, so that what survives a
 * crash is a question with an answer; a test puts a failing disk behind the same interface.
 */
import { dirname } from "node:path";
import { StoreError } from "../core/errors.ts";

/** Synchronous file operations. A missing file reads as null; every other failure is a {@link StoreError}. */
export interface Files {
  read(path: string): Uint8Array | null;
  /** Length in bytes; null when the file does not exist. */
  size(path: string): number | null;
  /** Creates or replaces a file. */
  write(path: string, bytes: Uint8Array): void;
  /** Adds to the end of a file, which is created when missing. */
  append(path: string, bytes: Uint8Array): void;
  truncate(path: string, size: number): void;
  /** Returns when a file's content, or a folder's list of names, is on the disk. */
  sync(path: string): void;
  /** Replaces `to` at once: a reader sees the old file or the new one. */
  rename(from: string, to: string): void;
  /** Removes a file; a missing one is fine. */
  remove(path: string): void;
  /** Creates a folder with its parents; an existing one is fine. */
  makeFolder(path: string): void;
}

/** What to tell the user about a system error. */
function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno may not touch this path: run it with --allow-read and --allow-write for this folder";
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|EDQUOT|os error 28\b|os error 122\b/.test(message)) {
    return "the disk is full; free some space and give the same command again, it continues where it stopped";
  }
  if (/EROFS|os error 30\b/.test(message)) return "the disk is read-only";
  if (error instanceof Deno.errors.PermissionDenied) return "no permission to write here";
  return message;
}

/** True for what the operating system, or Deno's permissions, refused: no fault of the program's. */
export function isSystemError(error: unknown): error is Error {
  return Object.values(Deno.errors).some((type) => error instanceof type) ||
    (error instanceof Error && /\(os error \d+\)/.test(error.message));
}

/** `error` as a {@link StoreError} that says what was being done to which path. */
export function storeError(action: string, path: string, error: unknown): StoreError {
  return new StoreError(`${path}: cannot ${action}: ${explain(error)}`, { cause: error });
}

function attempt<T>(action: string, path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw storeError(action, path, error);
  }
}

function orNull<T>(action: string, path: string, operation: () => T): T | null {
  try {
    return operation();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw storeError(action, path, error);
  }
}

/** The disk. */
export const diskFiles: Files = {
  read: (path) => orNull("read", path, () => Deno.readFileSync(path)),
  size: (path) => orNull("read", path, () => Deno.statSync(path).size),
  write: (path, bytes) => attempt("write", path, () => Deno.writeFileSync(path, bytes)),
  append: (path, bytes) =>
    attempt("append", path, () => Deno.writeFileSync(path, bytes, { append: true })),
  truncate: (path, size) => attempt("truncate", path, () => Deno.truncateSync(path, size)),
  rename: (from, to) => attempt("rename", from, () => Deno.renameSync(from, to)),
  remove: (path) => void orNull("remove", path, () => Deno.removeSync(path)),
  makeFolder: (path) =>
    attempt("create the folder", path, () => Deno.mkdirSync(path, { recursive: true })),
  sync: (path) =>
    attempt("sync", path, () => {
      const isFolder = Deno.statSync(path).isDirectory;
      if (isFolder && Deno.build.os === "windows") return; // has no such call; NTFS journals names itself
      using file = Deno.openSync(path, { read: true, write: !isFolder });
      file.syncSync();
    }),
};

/**
 * Replaces a file so that, whatever happens, either the old content or the new one is there: a neighbour is
 * written, made durable, and renamed over it; then the folder is made durable.
 */
export function writeAtomically(files: Files, path: string, bytes: Uint8Array): void {
  replace(files, path, `${path}.tmp`, bytes);
}

/**
 * {@link writeAtomically} for a file that no lock protects: several processes, on several hosts, may write it
 * at once, each with a neighbour of its own.
 */
export function writeShared(files: Files, path: string, bytes: Uint8Array): void {
  const neighbour = `${path}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    replace(files, path, neighbour, bytes);
  } catch (error) {
    files.remove(neighbour); // nobody else would write over it
    throw error;
  }
}

function replace(files: Files, path: string, neighbour: string, bytes: Uint8Array): void {
  files.write(neighbour, bytes);
  files.sync(neighbour);
  files.rename(neighbour, path);
  files.sync(dirname(path));
}

/** A value as indented JSON. */
export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** {@link writeAtomically} for a value as indented JSON. */
export function writeJson(files: Files, path: string, value: unknown): void {
  writeAtomically(files, path, encodeJson(value));
}

/** The value of a JSON file; null when it does not exist. */
export function readJson(files: Files, path: string): unknown {
  const bytes = files.read(path);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new StoreError(`${path}: expected JSON, got a damaged file; move it away to start over`);
  }
}
