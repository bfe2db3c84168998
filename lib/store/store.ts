/** The store: a folder with one folder per run and per cold start, all of it plain files. */
import { basename, dirname, join } from "node:path";
import type { Compute } from "../backend/target.ts";
import { StoreError } from "../core/errors.ts";
import { BEST_POLICY, policyFile, stepOfPolicyFile } from "../schema/policy_files.ts";
import type { ColdStartIdentity } from "../schema/identity.ts";
import { type RunConfig, SCHEMA_VERSION } from "../schema/run_config.ts";
import type { RunRecord } from "../schema/run_record.ts";
import { decodeColumns, decodeScores } from "./columns.ts";
import { diskFiles, encodeJson, type Files, readJson, storeError, writeShared } from "./files.ts";
import { decodeJsonLines } from "./json_lines.ts";
import { computeOf } from "./provenance.ts";
import type { Provenance, RunData, RunStatus } from "./run_data.ts";
import { FILES, type RunResult } from "./run_folder.ts";
import { liveHolder } from "./run_lock.ts";
import { coldStartFolder, type ColdStartTask, remedy, type RunTask, type Task } from "./task.ts";

/** Version of the store's layout; a store with a higher one was written by a later Vasari. */
const STORE_FORMAT = 1;
const STORE_FILE = "store.json";
const TRASH = ".trash";

/** A cold start with all it wrote down. */
export interface ColdStartData extends Omit<RunData, "config" | "seed"> {
  readonly identity: ColdStartIdentity;
}

/** A run's settings, and the seconds it took; null when it is not finished. */
export type HistoryEntry = RunTask & { readonly seconds: number | null };
/** A cold start's settings, and the seconds it took; null when it is not finished. */
export type ColdStartHistoryEntry = ColdStartTask & { readonly seconds: number | null };

/** What has been executed so far. */
export interface StoreHistory {
  readonly runs: readonly HistoryEntry[];
  readonly coldStarts: readonly ColdStartHistoryEntry[];
}

/** One of a run's policies: the final one, that with the highest validation accuracy, or that after a step. */
export type WhichPolicy = "last" | "best" | number;

/** Options of {@link openStore}. */
export interface OpenStoreOptions {
  /** Create the folder when it is missing. */
  readonly create?: boolean;
}

/** Reads runs and cold starts. Writing one run is the work of a `RunFolder`. */
export class Store {
  readonly folder: string;
  readonly #files: Files;

  constructor(folder: string, files: Files) {
    this.folder = folder;
    this.#files = files;
  }

  /** The path of a run's folder, or of a file in it. `name` as `folderOf` gives it. */
  path(name: string, ...file: readonly string[]): string {
    return join(this.folder, name, ...file);
  }

  /** Names of all folders, sorted: ids of runs, and of cold starts with `cold_start-` before them. */
  ids(): string[] {
    return namesIn(this.folder).filter(({ isDirectory, name }) => isDirectory && name[0] !== ".")
      .map(({ name }) => name).sort();
  }

  /** Where one run stands. */
  status(name: string): RunStatus {
    const names = new Set(namesIn(this.path(name)).map((entry) => entry.name));
    if (names.has(FILES.result)) return "done";
    if (names.has(FILES.lock) && liveHolder(this.path(name)) !== null) return "running";
    if (names.has(FILES.failure)) return "failed";
    return names.has(FILES.config) ? "interrupted" : "to do";
  }

  /** Where many runs stand; those without a folder cost nothing. */
  statuses(names: Iterable<string>): Map<string, RunStatus> {
    const present = new Set(this.ids());
    const statuses = new Map<string, RunStatus>();
    for (const name of names) {
      statuses.set(name, present.has(name) ? this.status(name) : "to do");
    }
    return statuses;
  }

  /**
   * The run or cold start that a folder belongs to.
   *
   * Errors: a {@link StoreError} when there is none, and for settings of another version, which are no longer known.
   */
  task(name: string): Task {
    const settings = this.#config(name) as Task & { readonly schema?: number };
    if (settings.schema === SCHEMA_VERSION) return settings;
    throw new StoreError(
      `${this.path(name, FILES.config)}: expected settings of version ${SCHEMA_VERSION}, ` +
        `got ${settings.schema ?? "none"}: another version of Vasari made this run`,
    );
  }

  /**
   * A run with its records.
   *
   * Errors: a {@link StoreError} when there is none, or when its files are damaged.
   */
  readRun(id: string): RunData {
    const { config, seed } = this.#config(id) as { config: RunConfig; seed: number };
    return { ...this.#contents(id), id, config, seed };
  }

  /** A cold start with its records, by the id that `coldStartId` gives. Errors: as {@link readRun}. */
  readColdStart(id: string): ColdStartData {
    const name = coldStartFolder(id);
    const { identity } = this.#config(name) as { identity: ColdStartIdentity };
    return { ...this.#contents(name), id, identity };
  }

  /**
   * The parameters of a finished run or cold start: the final ones, the best ones, or those after a step. Null when
   * it is not finished.
   *
   * Errors: a {@link StoreError} when the final ones are gone or have the wrong size, and for others that were not
   * kept, with those that were.
   */
  policy(name: string, which: WhichPolicy = "last"): Uint8Array | null {
    const result = this.result(name);
    if (result === null) return null;
    if (which !== "last" && which !== result.steps) {
      const file = which === "best" ? BEST_POLICY : policyFile(which);
      const bytes = this.#files.read(this.path(name, file));
      if (bytes === null) {
        throw new StoreError(
          `${this.path(name)}: expected the policy ${
            which === "best" ? "with the best validation accuracy" : `after step ${which}`
          }, which was not kept; there is ${this.policies(name).join(", ")}`,
        );
      }
      return bytes;
    }
    const path = this.path(name, FILES.policy);
    const bytes = this.#files.read(path);
    if (bytes?.length !== result.policyBytes) {
      throw new StoreError(
        `${path}: expected ${result.policyBytes} bytes, got ${bytes?.length ?? "no file"}; ` +
          `move the folder ${this.path(name)} away to make it again`,
      );
    }
    return bytes;
  }

  /** The policies that {@link policy} gives of a finished run: `last`, then `best`, then steps by number. */
  policies(name: string): readonly WhichPolicy[] {
    const files = namesIn(this.path(name, dirname(BEST_POLICY))).map((entry) => entry.name);
    const steps = files.map(stepOfPolicyFile).filter((step) => step !== null);
    const best = files.includes(basename(BEST_POLICY)) ? ["best" as const] : [];
    return ["last", ...best, ...steps.toSorted((a, b) => a - b)];
  }

  /** Where a run's first execution computed, which its numbers belong to; null where it was never begun. */
  compute(name: string): Compute | null {
    const { values } = this.#lines(name, FILES.provenance);
    return computeOf((values as unknown as Provenance[])[0]);
  }

  /** Steps, seconds and sizes of a finished run; null when it is not finished. */
  result(name: string): RunResult | null {
    return readJson(this.#files, this.path(name, FILES.result)) as RunResult | null;
  }

  /** Why a run failed; null when it did not. */
  failure(name: string): string | null {
    const failure = readJson(this.#files, this.path(name, FILES.failure));
    return (failure as { readonly message: string } | null)?.message ?? null;
  }

  /**
   * Settings of everything in the store, and the seconds that what is finished took. Runs of another version of
   * the settings are left out: what they were is no longer to be compared.
   */
  history(): StoreHistory {
    const history: { runs: HistoryEntry[]; coldStarts: ColdStartHistoryEntry[] } = {
      runs: [],
      coldStarts: [],
    };
    for (const name of this.ids()) {
      const settings = readJson(this.#files, this.path(name, FILES.config)) as
        | (Task & { readonly schema?: number })
        | null;
      // None in a folder that a crash left before its first file.
      if (settings?.schema !== SCHEMA_VERSION) continue;
      const seconds = this.result(name)?.seconds ?? null;
      if (settings.kind === "run") history.runs.push({ ...settings, seconds });
      else history.coldStarts.push({ ...settings, seconds });
    }
    return history;
  }

  /**
   * Moves a run's folder aside, so that it starts again; nothing is lost. Returns where it went.
   *
   * Errors: a {@link StoreError} while the run is being executed.
   */
  moveAside(name: string, now: Date = new Date()): string {
    const holder = liveHolder(this.path(name));
    if (holder !== null) {
      throw new StoreError(
        `${this.path(name)}: this run is being executed by process ${holder.pid} on ` +
          `${holder.host} since ${holder.since}; stop it before --force`,
      );
    }
    const to = this.path(TRASH, `${name}-${now.toISOString().replaceAll(":", "-")}`);
    this.#files.makeFolder(this.path(TRASH));
    this.#files.rename(this.path(name), to);
    return to;
  }

  #config(name: string): unknown {
    const path = this.path(name, FILES.config);
    const config = readJson(this.#files, path);
    if (config === null) throw new StoreError(`${path}: expected a run, got no such file`);
    return config;
  }

  #contents(name: string) {
    const decode = async <T>(
      file: string,
      read: (bytes: Uint8Array, path: string) => Promise<T>,
    ) => {
      const path = this.path(name, file), bytes = this.#files.read(path);
      if (bytes === null) throw new StoreError(`${path}: expected columns, got no such file`);
      return await read(bytes, path);
    };
    return {
      status: this.status(name),
      records: this.#records(name),
      provenance: this.#lines(name, FILES.provenance).values as unknown as Provenance[],
      failure: this.failure(name),
      scores: (file: string) => decode(file, decodeScores),
      columns: (file: string) => decode(file, decodeColumns),
    };
  }

  #records(name: string): RunRecord[] {
    const { values, bytes } = this.#lines(name, FILES.records);
    const expected = this.result(name)?.recordsBytes ?? bytes;
    if (bytes !== expected) {
      const path = this.path(name, FILES.records);
      throw new StoreError(
        `${path}: expected ${expected} bytes, as result.json says, ` +
          `got ${bytes}: the file was changed or cut short; ${remedy(path)}`,
      );
    }
    // Written by this program, one record per line; what a record holds was checked when it was made.
    return values as unknown as RunRecord[];
  }

  #lines(name: string, file: string): { values: Record<string, unknown>[]; bytes: number } {
    const path = this.path(name, file);
    const content = this.#files.read(path) ?? new Uint8Array();
    return {
      values: decodeJsonLines(new TextDecoder().decode(content), path),
      bytes: content.length,
    };
  }
}

/**
 * Opens the store in `folder`. Without `create`, a missing folder is an empty store.
 *
 * Errors: a {@link StoreError} when a later version wrote it, or when the disk cannot be written.
 */
export function openStore(
  folder: string,
  { create = false }: OpenStoreOptions = {},
  files: Files = diskFiles,
): Store {
  const path = join(folder, STORE_FILE);
  const found = readJson(files, path) as { readonly format?: number } | null;
  if (found !== null && !(typeof found.format === "number" && found.format <= STORE_FORMAT)) {
    const got = found.format ?? `${JSON.stringify(found).slice(0, 80)} without a format`;
    throw new StoreError(
      `${path}: expected a store of format ${STORE_FORMAT} or below, got ${got}; ` +
        `update Vasari, or name another folder with --store`,
    );
  }
  if (found === null && create) {
    files.makeFolder(folder);
    writeShared(files, path, encodeJson({ format: STORE_FORMAT }));
  }
  return new Store(folder, files);
}

function namesIn(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw storeError("list", folder, error);
  }
}
