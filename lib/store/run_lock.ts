/**
 * One runner at a time per run.
 *
 * The lock is a file that its holder keeps locked in the operating system, which lets go when the process
 * dies, however it dies. Where two hosts share the folder and the lock does not reach across, a heartbeat
 * (the file's modification time) speaks for the holder; and a holder looks before each commit whether the
 * lock still is its own.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import { StoreError } from "../core/errors.ts";
import { storeError } from "./files.ts";
import { FILES } from "./run_folder.ts";

/** Who executes a run. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly since: string; // ISO 8601
  /** The holder has been told to stop after its step. */
  readonly stopping: boolean;
  readonly token: string;
}

/** A run that another runner executes. */
export class LockedError extends StoreError {}

/** A heartbeat older than this belongs to a holder that is gone. */
export const STALE_MS = 30_000;
const BEAT_MS = 5_000;
/** How long to wait for a holder that may just be looking or ending, and for one that said it will stop. */
const PATIENCE_MS = 2_000, STOPPING_PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** Options of {@link RunLock.acquire} and {@link liveHolder}. */
export interface LockOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly host?: string;
  /** How long to wait for a holder that has not said it will stop. */
  readonly patienceMs?: number;
}

/** The lock on one run's folder, held. */
export class RunLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #holder: LockHolder;
  #released = false;

  private constructor(file: Deno.FsFile, path: string, holder: LockHolder) {
    this.#file = file;
    this.#path = path;
    this.#holder = holder;
    this.#write();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    Deno.unrefTimer(Number(this.#timer));
  }

  /**
   * Takes the lock of the run in `folder`; one left behind is taken over.
   *
   * Errors: {@link LockedError} naming process, host and time when another runner holds it.
   */
  static async acquire(
    folder: string,
    { now = Date.now, host = hostname(), patienceMs = PATIENCE_MS }: LockOptions = {},
  ): Promise<RunLock> {
    const path = join(folder, FILES.lock);
    const begin = now();
    for (;;) {
      const file = tryLock(path, true);
      const holder = readHolder(path);
      if (file !== null && !speaksFor(holder, path, now(), host)) {
        return new RunLock(file, path, {
          pid: Deno.pid,
          host,
          since: new Date(now()).toISOString(),
          stopping: false,
          token: crypto.randomUUID(),
        });
      }
      file?.close();
      const patience = holder?.stopping ? STOPPING_PATIENCE_MS : patienceMs;
      if (now() - begin >= patience || (file !== null && !holder?.stopping)) {
        throw new LockedError(
          `${folder}: this run is being executed by ` +
            (holder === null
              ? "another process"
              : `process ${holder.pid} on ${holder.host} since ${holder.since}`),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Errors: {@link LockedError} when another runner has taken the lock over. */
  check(): void {
    const holder = readHolder(this.#path);
    if (holder?.token === this.#holder.token) return this.#beat();
    throw new LockedError(
      `${this.#path}: lost the lock to ` +
        (holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`) +
        `, after this process had given no sign for ${STALE_MS / 1000} s or more`,
    );
  }

  /** Tells others that this holder is about to let go. */
  announceStop(): void {
    if (this.#released) return;
    this.#holder = { ...this.#holder, stopping: true };
    this.#write();
  }

  [Symbol.dispose](): void {
    this.#released = true;
    clearInterval(this.#timer);
    if (readHolder(this.#path)?.token === this.#holder.token) Deno.removeSync(this.#path);
    this.#file.close();
  }

  #write(): void {
    const bytes = new TextEncoder().encode(JSON.stringify(this.#holder));
    try {
      this.#file.truncateSync(0);
      this.#file.seekSync(0, Deno.SeekMode.Start);
      this.#file.writeSync(bytes);
    } catch (error) {
      throw storeError("write", this.#path, error);
    }
  }

  #beat(): void {
    const now = new Date();
    this.#file.utimeSync(now, now);
  }
}

/** Who executes the run in `folder` right now; null when nobody does. */
export function liveHolder(
  folder: string,
  { now = Date.now, host = hostname() }: LockOptions = {},
): LockHolder | null {
  const path = join(folder, FILES.lock);
  const holder = readHolder(path);
  if (holder === null) return null;
  using file = tryLock(path, false);
  return file === null || speaksFor(holder, path, now(), host) ? holder : null;
}

/** True when `holder` is on another host, where its lock may not be seen, and its heartbeat is fresh. */
function speaksFor(holder: LockHolder | null, path: string, now: number, host: string): boolean {
  if (holder === null || holder.host === host) return false;
  const beat = Deno.statSync(path).mtime?.getTime() ?? 0;
  return now - beat < STALE_MS;
}

function readHolder(path: string): LockHolder | null {
  try {
    const holder = JSON.parse(Deno.readTextFileSync(path));
    return typeof holder?.token === "string" ? holder : null;
  } catch (error) {
    // Being written, or left empty by a power loss: nobody is named.
    if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return null;
    throw storeError("read", path, error);
  }
}

/** The file at `path`, opened and locked; null when another process has it locked, or it has just gone. */
function tryLock(path: string, exclusive: boolean): Deno.FsFile | null {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: exclusive, create: exclusive });
  } catch (error) {
    if (!exclusive && error instanceof Deno.errors.NotFound) return null;
    throw storeError("lock", path, error);
  }
  // A holder that lets go removes the file: a lock on a removed file protects nothing.
  let isLocked = false;
  try {
    isLocked = file.tryLockSync(exclusive) && isAt(file, path);
  } catch (error) {
    throw storeError("lock", path, error);
  } finally {
    if (!isLocked) file.close();
  }
  return isLocked ? file : null;
}

function isAt(file: Deno.FsFile, path: string): boolean {
  try {
    return file.statSync().ino === Deno.statSync(path).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
