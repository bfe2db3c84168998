/**
 * A disk that loses power: what was written lies in memory until it is made durable, and the machine stops
 * after a given number of operations.
 */
import { dirname } from "node:path";
import { StoreError } from "../../core/errors.ts";
import type { Files } from "../files.ts";

/** The machine has stopped. */
export class Crash extends Error {}

/**
 * What is left after a crash.
 *
 * - `killed`: the process is gone, the system lives: everything written is there.
 * - `power`: only what was made durable is there, contents and names.
 * - `latest`: as `power`, but the latest name reached the disk before the ones that came earlier.
 * - `names`: names reached the disk by themselves, contents did not; what was added to a file is torn.
 * - `contents`: contents reached the disk by themselves, names did not.
 */
export const SURVIVALS = ["killed", "power", "latest", "names", "contents"] as const;
/** One of {@link SURVIVALS}. */
export type Survival = typeof SURVIVALS[number];

interface Content {
  written: Uint8Array;
  durable: Uint8Array;
}

/** Files in memory, with the difference between written and durable. */
export class CrashingFiles implements Files {
  #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  readonly #folders = new Set<string>();
  #latest: string | null = null;
  #operations = 0;
  /** Changing operations until the machine stops. */
  crashAfter = Infinity;
  /** A full disk instead: what follows is refused, the machine goes on. */
  full = false;

  /** Changing operations so far. */
  get operations(): number {
    return this.#operations;
  }

  read(path: string): Uint8Array | null {
    return this.#names.get(path)?.written.slice() ?? null;
  }

  size(path: string): number | null {
    if (this.#folders.has(path)) return 0;
    return this.#names.get(path)?.written.length ?? null;
  }

  write(path: string, bytes: Uint8Array): void {
    const content = this.#names.get(path) ??
      { written: new Uint8Array(), durable: new Uint8Array() };
    if (!this.#names.has(path)) this.#latest = path;
    this.#names.set(path, content);
    this.#change(path, () => content.written = bytes.slice(), () => content.written = half(bytes));
  }

  append(path: string, bytes: Uint8Array): void {
    const content = this.#names.get(path);
    if (content === undefined) return this.write(path, bytes);
    const { written } = content;
    this.#change(
      path,
      () => content.written = joined(written, bytes),
      () => content.written = joined(written, half(bytes)),
    );
  }

  truncate(path: string, size: number): void {
    const content = this.#names.get(path)!;
    this.#change(path, () => content.written = content.written.slice(0, size));
  }

  sync(path: string): void {
    this.#change(path, () => {
      const content = this.#names.get(path);
      if (content !== undefined) content.durable = content.written;
      else this.#syncFolder(path);
    });
  }

  rename(from: string, to: string): void {
    this.#change(to, () => {
      this.#names.set(to, this.#names.get(from)!);
      this.#names.delete(from);
      this.#latest = to;
    });
  }

  remove(path: string): void {
    this.#change(path, () => this.#names.delete(path));
  }

  makeFolder(path: string): void {
    this.#change(path, () => this.#folders.add(path));
  }

  /** The disk as the next start finds it. */
  restart(survival: Survival): void {
    const names = survival === "killed" || survival === "names" ? this.#names : this.#durableNames;
    const latest = this.#latest === null ? undefined : this.#names.get(this.#latest);
    if (survival === "latest" && latest !== undefined) names.set(this.#latest!, latest);
    this.#names = new Map();
    for (const [path, content] of names) {
      const { written, durable } = content;
      const torn = startsWith(written, durable) && written.length > durable.length
        ? written.slice(0, Math.ceil((written.length + durable.length) / 2))
        : durable;
      const left = survival === "power" || survival === "latest"
        ? durable
        : survival === "names"
        ? torn
        : written;
      this.#names.set(path, { written: left, durable: left });
    }
    this.#durableNames = new Map(this.#names);
    this.crashAfter = Infinity;
    this.#operations = 0;
  }

  #change(path: string, whole: () => void, partly: () => void = () => {}): void {
    if (this.full) {
      partly();
      throw new StoreError(`${path}: cannot write: the disk is full`);
    }
    if (this.#operations >= this.crashAfter) {
      partly();
      throw new Crash();
    }
    this.#operations++;
    whole();
  }

  #syncFolder(folder: string): void {
    for (const path of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      if (dirname(path) !== folder) continue;
      const content = this.#names.get(path);
      if (content === undefined) this.#durableNames.delete(path);
      else this.#durableNames.set(path, content);
    }
  }
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, bytes.length >> 1);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function startsWith(whole: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => whole[i] === byte);
}
