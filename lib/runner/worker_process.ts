/** One worker process, as its parent sees it. */
import { mkdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runtimeEnvironment, runtimeFlags } from "../backend/runtime_environment.ts";
import { StoreError } from "../core/errors.ts";
import { remoteHosts } from "../reward/remote.ts";
import { storeError } from "../store/files.ts";
import { FILES } from "../store/run_folder.ts";
import { folderOf, type Task } from "../store/task.ts";
import { readLines } from "./lines.ts";
import { type Assignment, type Outcome, STOP, type WorkerEvent } from "./messages.ts";
import { STOP_SIGNALS } from "./signals.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** The project: where `deno.json` and `node_modules` are. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * `path` as a flag's value. Deno splits such values at commas and knows no way around it; a path from the
 * working folder leaves out a comma in a folder above.
 *
 * Errors: a {@link StoreError} when there is one all the same.
 */
function permitted(path: string): string {
  if (!resolve(path).includes(",")) return path;
  const shorter = relative(Deno.cwd(), path) || ".";
  if (!shorter.includes(",")) return shorter;
  throw new StoreError(
    `${path}: expected a path without a comma, which Deno's permission flags cannot carry; ` +
      `rename the folder, or name another one with --store`,
  );
}

/** The servers a task's settings name. A worker may ask no others: its permissions are its own, not its parent's. */
function networkFlags(task: Task): string[] {
  const models = task.kind === "run" ? task.config.reward.remote : [];
  const hosts = remoteHosts(models.flatMap(({ urls }) => urls));
  return hosts.length === 0 ? [] : [`--allow-net=${hosts.join(",")}`];
}

/**
 * What a worker may do: read, write the store, load native code of the project's packages, and ask the reward models
 * that its settings name.
 */
export function workerFlags(
  { store, task, compute }: Pick<Assignment, "store" | "task" | "compute">,
): string[] {
  return [
    "--quiet",
    "--no-prompt",
    "--cached-only",
    `--config=${join(ROOT, "deno.json")}`,
    "--allow-read",
    `--allow-write=${permitted(store)}`,
    "--allow-sys=hostname",
    ...runtimeFlags(compute),
    ...networkFlags(task),
  ];
}

/** A running worker. */
export class WorkerProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #stopping = false;
  #killed = false;
  #logFile: Deno.FsFile | null = null;
  /** How it ended, once it has. Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Where its error output is kept. */
  readonly log: string;

  /** Starts a worker; `onEvent` hears all but its last word, which is {@link outcome}. */
  constructor(assignment: Assignment, onEvent: (event: WorkerEvent) => void) {
    const folder = join(assignment.store, folderOf(assignment.task));
    this.log = join(folder, FILES.log);
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...workerFlags(assignment), WORKER],
      env: runtimeEnvironment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#say(JSON.stringify(assignment));
    this.outcome = this.#follow(onEvent);
  }

  /** Asks it to finish its step, take a checkpoint and end. */
  stop(): void {
    this.#stopping = true;
    this.#say(STOP);
  }

  /** Ends it now; its next execution goes on from the last checkpoint. */
  kill(): void {
    this.#killed = true;
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has already ended
    }
  }

  #say(line: string): void {
    // A worker that has ended cannot be told anything; how it ended is in `outcome`.
    this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  async #follow(onEvent: (event: WorkerEvent) => void): Promise<Outcome> {
    const log = this.#keepLog();
    let last: Outcome | null = null;
    for await (const line of readLines(this.#process.stdout)) {
      if (line === "") continue;
      const event = parseEvent(line);
      if (event === null) this.#writeLog(new TextEncoder().encode(`${line}\n`));
      else if (event.event === "end") last = event;
      else onEvent(event);
    }
    const { code, signal } = await this.#process.status;
    this.#input.close().catch(() => {});
    const output = await log;
    this.#logFile?.close();
    if (last !== null) return last; // what is written counts, whatever happens to the process on its way out
    // Before it listens to signals, and by whoever does not want to wait, a worker can be ended by one.
    if (this.#killed || signal !== null && (this.#stopping || STOP_SIGNALS.includes(signal))) {
      return { outcome: "interrupted" };
    }
    const how = signal === null
      ? `exit code ${code}`
      : `signal ${signal}${signal === "SIGKILL" ? " (out of memory?)" : ""}`;
    const tail = output.trim().split("\n").slice(-3).join("\n");
    return {
      outcome: "failed",
      message: `the worker ended with ${how}${tail === "" ? "" : `\n${tail}`}`,
    };
  }

  /** Copies the worker's error output to the log; returns the end of it. */
  async #keepLog(): Promise<string> {
    let tail = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.#process.stderr) {
      tail += decoder.decode(chunk, { stream: true }) + this.#writeLog(chunk);
      tail = tail.slice(-4000);
    }
    return tail;
  }

  /** Adds to the log. Returns what went wrong: a full disk must not end the parent. */
  #writeLog(bytes: Uint8Array): string {
    try {
      this.#logFile ??= openLog(this.log);
      for (let sent = 0; sent < bytes.length;) {
        sent += this.#logFile.writeSync(bytes.subarray(sent));
      }
      return "";
    } catch (error) {
      return `${storeError("write", this.log, error).message}\n`;
    }
  }
}

/** The event in a line; null when it is something else that found its way to the worker's output stream. */
function parseEvent(line: string): WorkerEvent | null {
  try {
    const value = JSON.parse(line);
    return typeof value?.event === "string" ? value : null;
  } catch {
    return null;
  }
}

function openLog(path: string): Deno.FsFile {
  mkdirSync(dirname(path), { recursive: true });
  return Deno.openSync(path, { append: true, create: true });
}
