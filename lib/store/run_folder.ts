/**
 * The folder of one run or cold start, as its one writer sees it.
 *
 * The order of writes is what makes a crash harmless. Files of columns and kept policies come first, then the
 * records that name them, then the checkpoint that says how long the records are; each is on the disk before the
 * next begins. Policies that are dropped go once the checkpoint says so. Whatever a crash leaves beyond the last
 * checkpoint is cut off and done again, and doing it again gives the same records, for an engine's randomness is
 * keyed by place. `result.json` comes last: it means done.
 */
import { dirname, join } from "node:path";
import type { Compute } from "../backend/target.ts";
import { StoreError } from "../core/errors.ts";
import type { EngineStep } from "../engine/engine_step.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { encodeColumns } from "./columns.ts";
import { type Files, readJson, writeAtomically, writeJson } from "./files.ts";
import { completeLines, decodeJsonLines, encodeJsonLines } from "./json_lines.ts";
import { SCHEMA_VERSION } from "../schema/run_config.ts";
import { computeOf } from "./provenance.ts";
import type { Provenance } from "./run_data.ts";
import { remedy, type Task } from "./task.ts";

/** Names inside a run's folder. */
export const FILES = {
  config: "config.json",
  provenance: "provenance.jsonl",
  records: "records.jsonl",
  checkpoint: "checkpoint.safetensors",
  policy: "policy.safetensors",
  result: "result.json",
  failure: "failure.json",
  log: "log.txt",
  lock: "lock",
} as const;

/** Version of the layout of a run's folder. */
export const FORMAT = 1;

/** The last thing written: the run is done. */
export interface RunResult {
  readonly format: number;
  readonly steps: number;
  /** Wall-clock seconds of work, over all executions. */
  readonly seconds: number;
  /** Sizes that the files must have. */
  readonly recordsBytes: number;
  readonly policyBytes: number;
  /** Of the policy with the highest validation accuracy; null where it was not kept. */
  readonly bestStep: number | null;
  readonly bestAccuracy: number | null;
  readonly finishedAt: string; // ISO 8601
}

/** Checkpoints may take this share of the time. */
const CHECKPOINT_SHARE = 0.05;

/** Options of {@link RunFolder.open}. */
export interface RunFolderOptions {
  /** Milliseconds on any steady clock. Decides only how often a checkpoint is taken. */
  readonly now?: () => number;
}

/** Writes one run's folder. Its caller holds the run's lock. */
export class RunFolder {
  readonly #files: Files;
  readonly #folder: string;
  readonly #now: () => number;
  #recordsBytes = 0;
  /** Seconds of work in earlier executions, and when this one began. */
  #secondsBefore = 0;
  readonly #begun: number;
  /** When the last checkpoint was finished, what it cost, and what it holds. */
  #checkpointAt = -Infinity;
  #checkpointCost = 0;
  #checkpoint: Checkpoint | null = null;
  /** Policies to remove once there is a checkpoint beyond them. */
  #dropped: string[] = [];

  private constructor(files: Files, folder: string, now: () => number) {
    this.#files = files;
    this.#folder = folder;
    this.#now = now;
    this.#begun = now();
  }

  /**
   * Opens the folder of `task`, creating it when missing, and goes back to its last checkpoint: records
   * beyond it are cut off.
   *
   * Errors: a {@link StoreError} when checkpoint or records are damaged, with what to do.
   */
  static open(
    files: Files,
    folder: string,
    task: Task,
    { now = () => performance.now() }: RunFolderOptions = {},
  ): RunFolder {
    const run = new RunFolder(files, folder, now);
    run.#create(task);
    run.#rewind();
    return run;
  }

  /** Where to go on from; null means from the beginning. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** True once `result.json` is there. */
  get isDone(): boolean {
    return this.#files.size(this.#path(FILES.result)) !== null;
  }

  /** Where the first execution computed: elsewhere, or on other threads, sums would be added up in another order. */
  get compute(): Compute | null {
    const path = this.#path(FILES.provenance);
    const text = new TextDecoder().decode(this.#files.read(path) ?? new Uint8Array());
    const first = decodeJsonLines(text, path)[0] as Partial<Provenance> | undefined;
    return computeOf(first);
  }

  /** Notes the circumstances of this execution, and forgets an earlier failure. */
  begin(provenance: Provenance): void {
    const path = this.#path(FILES.provenance);
    const earlier = completeLines(this.#files.read(path) ?? new Uint8Array());
    const line = encodeJsonLines([provenance]);
    const all = new Uint8Array(earlier.length + line.length);
    all.set(earlier);
    all.set(line, earlier.length);
    writeAtomically(this.#files, path, all);
    this.#files.remove(this.#path(FILES.failure));
  }

  /**
   * Writes one unit of finished work, with a checkpoint when `always`, at the last step, or when
   * checkpoints have cost less than a twentieth of the time. Returns whether there is one.
   */
  async commit(unit: EngineStep, { always = false } = {}): Promise<boolean> {
    for (const { file, columns } of unit.files) this.#write(file, await encodeColumns(columns));
    for (const { file, bytes } of unit.policies) this.#write(file, await bytes());
    this.#dropped.push(...unit.dropped);
    const lines = encodeJsonLines(unit.records);
    this.#files.append(this.#path(FILES.records), lines);
    this.#recordsBytes += lines.length;

    const begin = this.#now();
    const due = begin - this.#checkpointAt >= this.#checkpointCost * (1 / CHECKPOINT_SHARE - 1);
    if (!due && !always && unit.step < unit.steps) return false;
    this.#checkpoint = {
      step: unit.step,
      steps: unit.steps,
      recordsBytes: this.#recordsBytes,
      seconds: this.#seconds(),
      dropped: this.#dropped,
      best: unit.best,
      snapshot: await unit.snapshot(),
    };
    this.#dropped = [];
    this.#files.sync(this.#path(FILES.records));
    writeAtomically(this.#files, this.#path(FILES.checkpoint), encodeCheckpoint(this.#checkpoint));
    this.#drop();
    this.#checkpointAt = this.#now();
    this.#checkpointCost = this.#checkpointAt - begin;
    return true;
  }

  /**
   * Declares the run done: the final parameters, then `result.json`; the checkpoint is no longer needed.
   *
   * Errors: a {@link StoreError} when the last checkpoint is not that of the last step.
   */
  finish(policy: Uint8Array): void {
    const last = this.#checkpoint;
    if (last === null || last.step !== last.steps) {
      throw new StoreError(
        `${this.#folder}: expected ${last?.steps ?? "all"} steps, got ${last?.step ?? "none"}`,
      );
    }
    writeAtomically(this.#files, this.#path(FILES.policy), policy);
    const result: RunResult = {
      format: FORMAT,
      steps: last.steps,
      seconds: this.#seconds(),
      recordsBytes: this.#recordsBytes,
      policyBytes: policy.length,
      bestStep: last.best?.step ?? null,
      bestAccuracy: last.best?.accuracy ?? null,
      finishedAt: new Date().toISOString(),
    };
    writeJson(this.#files, this.#path(FILES.result), result);
    this.#files.remove(this.#path(FILES.checkpoint));
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #seconds(): number {
    return this.#secondsBefore + (this.#now() - this.#begun) / 1000;
  }

  #write(file: string, bytes: Uint8Array): void {
    const path = this.#path(file);
    if (this.#files.size(dirname(path)) === null) this.#makeFolder(dirname(path));
    writeAtomically(this.#files, path, bytes);
  }

  /** Removes the policies that the checkpoint says are no longer kept. */
  #drop(): void {
    const paths = this.#checkpoint!.dropped.map((file) => this.#path(file));
    for (const path of paths) this.#files.remove(path);
    for (const folder of new Set(paths.map(dirname))) this.#files.sync(folder);
  }

  /** A folder whose name is on the disk. */
  #makeFolder(path: string): void {
    this.#files.makeFolder(path);
    this.#files.sync(dirname(path));
  }

  #create(task: Task): void {
    this.#makeFolder(this.#folder);
    if (readJson(this.#files, this.#path(FILES.config)) === null) {
      const settings = { format: FORMAT, schema: SCHEMA_VERSION, ...settingsOf(task) };
      writeJson(this.#files, this.#path(FILES.config), settings);
    }
  }

  #rewind(): void {
    const records = this.#path(FILES.records), file = this.#path(FILES.checkpoint);
    const bytes = this.#files.read(file);
    const recordsBytes = this.#files.size(records);
    const result = readJson(this.#files, this.#path(FILES.result)) as RunResult | null;
    if (result !== null) {
      this.#recordsBytes = result.recordsBytes;
      return;
    }
    if (bytes !== null) {
      this.#checkpoint = decodeCheckpoint(bytes, file);
      this.#recordsBytes = this.#checkpoint.recordsBytes;
      this.#secondsBefore = this.#checkpoint.seconds;
      this.#checkpointAt = this.#now();
      if ((recordsBytes ?? 0) < this.#recordsBytes) {
        throw new StoreError(
          `${records}: expected at least ${this.#recordsBytes} bytes, as the checkpoint of step ` +
            `${this.#checkpoint.step} says, got ${recordsBytes ?? "no file"}: ` +
            `the file was cut short; ${remedy(records)}`,
        );
      }
      this.#drop();
    }
    if (recordsBytes === null) {
      // Its name must be on the disk before that of a checkpoint: `begin` makes this folder durable.
      this.#files.write(records, new Uint8Array());
    } else {
      this.#files.truncate(records, this.#recordsBytes);
    }
  }
}

/** What `config.json` keeps: a task may carry more, such as its name in an experiment. */
function settingsOf(task: Task): Task {
  const { kind, id } = task;
  if (kind === "coldStart") return { kind, id, identity: task.identity };
  const { seed, previous, coldStart, config } = task;
  return { kind, id, seed, previous, coldStart, config };
}

/** Notes why a run failed. */
export function writeFailure(files: Files, folder: string, message: string): void {
  writeJson(files, join(folder, FILES.failure), { message, at: new Date().toISOString() });
}
