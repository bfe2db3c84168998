import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { missingFiles } from "../backend/device_libraries.ts";
import { ONE_THREAD, type Target } from "../backend/target.ts";
import { RunLock } from "../store/run_lock.ts";
import type { Store } from "../store/store.ts";
import { folderOf } from "../store/task.ts";
import { readLines } from "./lines.ts";
import type { ProgressEvent } from "./progress.ts";
import type { Sweep, SweepOptions } from "./sweep.ts";
import { makeJobs } from "./testdata/make_jobs.ts";
import { ENGINES, makeSweep, outcome, withStore } from "./testdata/make_sweep.ts";

const SWEEP_MAIN = fileURLToPath(new URL("./testdata/sweep_main.ts", import.meta.url));

/** What two runs give that nothing disturbs: computed once. */
let undisturbed: Promise<unknown[]> | null = null;
function expectedOutcomes(): Promise<unknown[]> {
  return undisturbed ??= new Promise((resolve, reject) => {
    withStore(async (store) => {
      const { runs, coldStarts } = makeJobs({ seeds: 2, steps: 20 });
      await makeSweep(store).execute(runs, coldStarts);
      resolve(await Promise.all(runs.map(({ task }) => outcome(store.readRun(task.id)))));
    }).catch(reject);
  });
}

Deno.test("Sweep executes cold start and runs once, and the second time nothing", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 3 });
    const first = await makeSweep(store).execute(runs, coldStarts);
    deepEqual(first, {
      runs: 3,
      finished: 3,
      cached: 0,
      failures: [],
      left: 0,
      blocked: 0,
      interrupted: false,
    });
    const [a, b] = runs.map(({ task }) => store.readRun(task.id));
    equal(a!.records.length, 14);
    ok(JSON.stringify(a!.records[0]) !== JSON.stringify(b!.records[0]), "seeds differ");

    const events: string[] = [];
    const second = await makeSweep(store, {}, ({ event }) => events.push(event))
      .execute(runs, coldStarts);
    equal(second.cached, 3);
    deepEqual(events, ["plan"]);
    equal(store.readRun(runs[0]!.task.id).provenance.length, 1);
  }));

Deno.test("Sweep goes on when a run fails, keeps its log, and executes it again only when asked", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 3 });
    const failing = { engines: `${ENGINES}?throwAt=3&throwSeed=1` };
    const first = await makeSweep(store, failing).execute(runs, coldStarts);
    equal(first.finished, 2);
    deepEqual(first.failures.map(({ label }) => label), ["seed 1"]);
    match(first.failures[0]!.message, /RangeError: no such number at step 3/);
    match(await Deno.readTextFile(first.failures[0]!.log!), /no such number at step 3/);
    equal(store.status(runs[1]!.task.id), "failed");
    match(store.readRun(runs[1]!.task.id).failure!, /no such number/);

    const second = await makeSweep(store).execute(runs, coldStarts);
    match(second.failures[0]!.message, /failed earlier .*--retry-failed/);
    const third = await makeSweep(store, { retryFailed: true }).execute(runs, coldStarts);
    deepEqual([third.finished, third.cached, third.failures.length], [1, 2, 0]);
    equal(store.readRun(runs[1]!.task.id).failure, null);
    equal(store.readRun(runs[1]!.task.id).records.length, 14);
  }));

Deno.test("Sweep stops everything when a run fails and failFast is set", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 3 });
    const options = { engines: `${ENGINES}?throwAt=0&throwSeed=1`, failFast: true, jobs: 1 };
    const result = await makeSweep(store, options).execute(runs, coldStarts);
    deepEqual([result.finished, result.failures.length, result.left], [1, 1, 1]);
    equal(result.interrupted, false);
  }));

Deno.test("Sweep with force starts again and keeps the old folder", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs();
    await makeSweep(store).execute(runs, coldStarts);
    const result = await makeSweep(store, { force: true }).execute(runs, coldStarts);
    deepEqual([result.finished, result.cached], [1, 0]);
    const kept = [...Deno.readDirSync(store.path(".trash"))].map(({ name }) => name);
    equal(kept.length, 1);
    ok(kept[0]!.startsWith(runs[0]!.task.id));
  }));

Deno.test("Sweep reports a run that another runner executes, and does the others", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 2 });
    await Deno.mkdir(store.path(folderOf(runs[0]!.task)));
    using _lock = await RunLock.acquire(store.path(folderOf(runs[0]!.task)));
    const result = await makeSweep(store).execute(runs, coldStarts);
    equal(result.finished, 1);
    equal(result.failures.length, 1);
    match(result.failures[0]!.message, new RegExp(`being executed by process ${Deno.pid} on `));
    equal(store.status(runs[0]!.task.id), "running");
  }));

Deno.test("Sweep.interrupt() stops runs at a checkpoint, and they resume to the same records", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 2, steps: 20 });
    const options = { engines: `${ENGINES}?work=1000000` };
    const interrupted = await makeSweep(store, options, (event, sweep) => {
      if (event.event === "step" && event.task.kind === "run" && event.task.step === 3) {
        if (event.task.label === "seed 0") sweep.interrupt();
      }
    }).execute(runs, coldStarts);
    deepEqual([interrupted.interrupted, interrupted.finished], [true, 0]);
    equal(interrupted.left, 2);
    equal(store.status(runs[0]!.task.id), "interrupted");

    const resumed = await makeSweep(store).execute(runs, coldStarts);
    equal(resumed.finished, 2);
    equal(store.readRun(runs[0]!.task.id).provenance.length, 2);
    const outcomes = runs.map(({ task }) => outcome(store.readRun(task.id)));
    deepEqual(await Promise.all(outcomes), await expectedOutcomes());
  }));

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`a worker leaves ${signal} to its parent`, () =>
    withStore(async (store) => {
      const { runs, coldStarts } = makeJobs();
      const options = { engines: `${ENGINES}?work=1000000` };
      const result = await makeSweep(store, options, (event) => {
        if (event.event === "step") {
          for (const pid of holderOf(store, event.task.name)) kill(pid, signal);
        }
      }).execute(runs, coldStarts);
      deepEqual([result.finished, result.left, result.failures], [1, 0, []]);
    }));
}

Deno.test("a worker that is killed has failed, but not when it was told to stop", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ steps: 20 });
    const killing = (interrupt: boolean) => (event: ProgressEvent, sweep: Sweep) => {
      if (event.event !== "step" || event.task.kind !== "run") return;
      if (interrupt) sweep.interrupt();
      for (const pid of holderOf(store, event.task.name)) kill(pid);
    };
    const options = { engines: `${ENGINES}?work=1000000` };
    const stopped = await makeSweep(store, options, killing(true)).execute(runs, coldStarts);
    deepEqual([stopped.left, stopped.failures], [1, []]);
    equal(store.status(runs[0]!.task.id), "interrupted");

    const failed = await makeSweep(store, options, killing(false)).execute(runs, coldStarts);
    match(failed.failures[0]!.message, /ended with signal SIGKILL \(out of memory\?\)/);
    equal(store.status(runs[0]!.task.id), "failed");
  }));

Deno.test("what native code prints among a worker's events goes to the run's log", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs();
    const engines = `${ENGINES}?print=${encodeURIComponent('warning: {"slow"\n5\nend')}`;
    const result = await makeSweep(store, { engines }).execute(runs, coldStarts);
    deepEqual([result.finished, result.failures], [1, []]);
    const log = await Deno.readTextFile(store.path(runs[0]!.task.id, "log.txt"));
    deepEqual(log.split("\n").slice(0, 4), ['warning: {"slow"', "5", "end", 'warning: {"slow"']);
  }));

Deno.test("a cold start uses the machine's cores, and as many threads when it resumes", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs();
    const options = { engines: `${ENGINES}?work=1000000`, jobs: 1000 };
    await makeSweep(store, options, (event, sweep) => {
      if (event.event === "step") sweep.interrupt();
    }).execute(runs, coldStarts);
    await makeSweep(store, { jobs: 1 }).execute(runs, coldStarts);
    const { provenance } = store.readColdStart([...coldStarts.keys()][0]!);
    const cores = navigator.hardwareConcurrency;
    deepEqual(provenance.map(({ threads }) => threads), [cores, cores]);
  }));

/** Executes two runs up to a step of the cold start, on `target`, then to their end with the options. */
async function goOn(store: Store, target: Target, options: Partial<SweepOptions>) {
  const { runs, coldStarts } = makeJobs({ seeds: 2 });
  const working = { engines: `${ENGINES}?work=1000000` };
  await makeSweep(store, { ...working, target }, (event, sweep) => {
    if (event.event === "step") sweep.interrupt();
  }).execute(runs, coldStarts);
  const result = await makeSweep(store, options).execute(runs, coldStarts);
  const [name] = [...coldStarts.values()].map(({ task }) => folderOf(task));
  return { result, compute: store.compute(name!), run: store.compute(runs[0]!.task.id) };
}

Deno.test("a task goes on where it was begun, with that device's permissions, whatever the sweep's device is", () =>
  withStore(async (store) => {
    const target = { backend: "onnx", device: "webgpu" } as const;
    const { result, compute, run } = await goOn(store, ONE_THREAD, {
      target,
      engines: `${ENGINES}?narrow`,
    });
    deepEqual([result.finished, result.failures], [2, []]);
    deepEqual([compute!.device, run!.device], ["cpu", "webgpu"]);
  }));

const ABSENT = { backend: "tfjs", device: "cuda" } as const;

Deno.test({
  name: "a task that was begun on a device that is gone says so, and is not begun elsewhere",
  ignore: missingFiles(ABSENT).length === 0,
  fn: () =>
    withStore(async (store) => {
      const { result, compute } = await goOn(store, ABSENT, {});
      deepEqual([result.finished, result.left, result.blocked], [0, 2, 2]);
      match(
        result.failures[0]!.message,
        /^begun on tfjs, cuda, and goes on there alone \(--force begins anew\): expected a device .*got cuda/,
      );
      equal(compute!.device, "cuda");
    }),
});

Deno.test("a sweep whose processes are all killed, again and again, ends with the same records", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 2, steps: 20 });
    for (const steps of [2, 9, 13]) {
      const parent = startSweep(store);
      await eventsUntil(parent, steps);
      const names = [...runs, ...coldStarts.values()].map(({ task }) => folderOf(task));
      const workers = names.flatMap((name) => holderOf(store, name));
      ok(workers.length > 0, "somebody is at work");
      for (const pid of [parent.pid, ...workers]) kill(pid);
      await parent.status;
    }
    const result = await makeSweep(store).execute(runs, coldStarts);
    deepEqual([result.finished + result.cached, result.failures.length], [2, 0]);
    const outcomes = runs.map(({ task }) => outcome(store.readRun(task.id)));
    deepEqual(await Promise.all(outcomes), await expectedOutcomes());
  }));

Deno.test("workers whose parent was killed stop by themselves, and let the next sweep go on", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeJobs({ seeds: 2, steps: 20 });
    const parent = startSweep(store);
    await eventsUntil(parent, 9);
    kill(parent.pid);
    const result = await makeSweep(store).execute(runs, coldStarts);
    await parent.status;
    deepEqual([result.finished + result.cached, result.failures.length], [2, 0]);
    const outcomes = runs.map(({ task }) => outcome(store.readRun(task.id)));
    deepEqual(await Promise.all(outcomes), await expectedOutcomes());
  }));

/** A process that executes two runs. */
function startSweep(store: Store): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", SWEEP_MAIN, store.folder, `${ENGINES}?work=1000000`],
    stdout: "piped",
  }).spawn();
}

/** Waits for a number of finished steps. */
async function eventsUntil(parent: Deno.ChildProcess, steps: number): Promise<void> {
  let seen = 0;
  for await (const line of readLines(parent.stdout)) {
    const event: ProgressEvent = JSON.parse(line);
    if (event.event === "step" && ++seen === steps) return;
  }
}

/** The process that holds a run's lock, as a list of none or one. */
function holderOf(store: Store, name: string): number[] {
  try {
    return [JSON.parse(Deno.readTextFileSync(store.path(name, "lock"))).pid];
  } catch {
    return []; // not begun, or ended
  }
}

function kill(pid: number, signal: Deno.Signal = "SIGKILL"): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
