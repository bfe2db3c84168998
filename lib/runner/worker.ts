/**
 * The process that executes one task: an {@link Assignment} comes in as a line, events go out as lines.
 *
 * Ctrl-C, or a batch system's SIGTERM, reaches every process of a group; what it means is for the parent to
 * say. A parent that has died says it by the end of the input stream.
 */
import { StoreError } from "../core/errors.ts";
import type { RunLock } from "../store/run_lock.ts";
import type { Engines } from "./engines.ts";
import { describe, execute } from "./execute.ts";
import { readLines } from "./lines.ts";
import type { Assignment, WorkerEvent } from "./messages.ts";
import { STOP_SIGNALS } from "./signals.ts";

/**
 * Sends an event, on a line of its own whatever native code may have printed before it. Nobody listens once the parent has died, and the work goes on to its next checkpoint.
 */
function send(event: WorkerEvent): void {
  try {
    const bytes = new TextEncoder().encode(`\n${JSON.stringify(event)}\n`);
    for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function work(): Promise<void> {
  const lines = readLines(Deno.stdin.readable);
  const first = await lines.next();
  if (first.done) return;
  const { task, engines: url, ...assignment }: Assignment = JSON.parse(first.value);
  let stopping = false, lock: RunLock | null = null;
  lines.next().then(() => { // the word to stop, or the parent's death
    stopping = true;
    lock?.announceStop();
  });
  try {
    const { engines }: { engines: Engines } = await import(url);
    const outcome = await execute(task, {
      ...assignment,
      engines,
      onBegin: (step, steps, held) => {
        lock = held;
        if (stopping) held.announceStop();
        send({ event: "begin", step, steps });
      },
      onStep: ({ step, steps, summary }) => send({ event: "step", step, steps, summary }),
      stopping: () => stopping,
    });
    send({ event: "end", outcome });
  } catch (error) {
    const outcome = error instanceof StoreError ? "blocked" : "failed";
    const message = describe(error);
    console.error(message);
    send({ event: "end", outcome, message });
  }
}

if (import.meta.main) {
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, () => {});
  console.log = console.info = console.debug = console.error; // the output stream carries events only
  await work();
  Deno.exit(0);
}
