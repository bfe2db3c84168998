/** One worker process, as its parent sees it. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { storeError } from "../store/files.ts";
import { FILES } from "../store/run_folder.ts";
import { folderOf } from "../store/task.ts";
import { readLines } from "./lines.ts";
import { type Assignment, type Outcome, STOP, type WorkerEvent } from "./messages.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** The project: where `deno.json` and `node_modules` are. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a worker may do: read, write the store, load native code of the project's packages. */
function workerFlags(store: string): string[] {
  return [
    "--quiet",
    "--no-prompt",
    "--cached-only",
    `--config=${join(ROOT, "deno.json")}`,
    "--allow-read",
    `--allow-write=${store}`,
    "--allow-sys=hostname",
    `--allow-ffi=${join(ROOT, "node_modules")}`,
  ];
}

/** A running worker. */
export class WorkerProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #killed = false;
  /** How it ended, once it has. Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Where its error output is kept. */
  readonly log: string;

  /** Starts a worker; `onEvent` hears all but its last word, which is {@link outcome}. */
  constructor(assignment: Assignment, onEvent: (event: WorkerEvent) => void) {
    const folder = join(assignment.store, folderOf(assignment.task));
    this.log = join(folder, FILES.log);
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...workerFlags(assignment.store), WORKER],
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
      const event: WorkerEvent = JSON.parse(line);
      if (event.event === "end") last = event;
      else onEvent(event);
    }
    const { code, signal } = await this.#process.status;
    this.#input.close().catch(() => {});
    const output = await log;
    if (last !== null) return last; // what is written counts, whatever happens to the process on its way out
    if (this.#killed || signal === "SIGINT") return { outcome: "interrupted" };
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
    let tail = "", file: Deno.FsFile | null = null;
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.#process.stderr) {
        tail = (tail + decoder.decode(chunk, { stream: true })).slice(-4000);
        file ??= openLog(this.log);
        if (file !== null) await file.write(chunk);
      }
    } catch (error) {
      // A full disk must not end the parent; the worker reports it for itself.
      tail += storeError("write", this.log, error).message;
    } finally {
      file?.close();
    }
    return tail;
  }
}

function openLog(path: string): Deno.FsFile {
  mkdirSync(dirname(path), { recursive: true });
  return Deno.openSync(path, { append: true, create: true });
}
