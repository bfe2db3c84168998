/** Sweeps of runs that begin from one another. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ONE_THREAD } from "../backend/target.ts";
import type { RunData } from "../store/run_data.ts";
import type { Store } from "../store/store.ts";
import { coldStartFolder, type RunTask } from "../store/task.ts";
import type { Job } from "./job_queue.ts";
import type { ProgressEvent } from "./progress.ts";
import { engines } from "./testdata/keyed_engine.ts";
import { makeStageJobs } from "./testdata/make_jobs.ts";
import { ENGINES, makeSweep, withStore } from "./testdata/make_sweep.ts";

const withoutSeconds = (records: RunData["records"]) =>
  records.map((record) => ({ ...record, seconds: null }));

/** Records of each stage when one engine after the other is executed, without sweep, store and processes. */
async function expectedRecords(runs: readonly Job<RunTask>[]) {
  const { coldStarts } = makeStageJobs();
  const { identity } = [...coldStarts.values()][0]!.task;
  const options = { resume: null, compute: ONE_THREAD };
  const start = await Array.fromAsync(engines.coldStart(identity, options));
  let policy = await engines.policyOf(await start.at(-1)!.snapshot());
  const expected = [];
  for (const { task: { config, seed } } of runs) {
    const units = await Array.fromAsync(engines.run(config, seed, { ...options, policy }));
    policy = await engines.policyOf(await units.at(-1)!.snapshot());
    expected.push(withoutSeconds(units.flatMap(({ records }) => records)));
  }
  return expected;
}

const recordsOf = (store: Store, runs: readonly Job<RunTask>[]) =>
  runs.map(({ task }) => withoutSeconds(store.readRun(task.id).records));
const statusesOf = (store: Store, runs: readonly Job<RunTask>[]) =>
  runs.map(({ task }) => store.status(task.id));
const executions = (store: Store, { task }: Job<RunTask>) =>
  store.readRun(task.id).provenance.length;

Deno.test("Sweep begins each stage with the policy of the one before it, once that is done", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeStageJobs({ seeds: 2 });
    const finished = new Set<string>(), early: string[] = [];
    const result = await makeSweep(store, {}, (event) => {
      if (event.event === "finished") finished.add(event.task.name);
      if (event.event !== "started") return;
      const { beginsFrom, label } = event.task;
      if (beginsFrom !== null && !finished.has(beginsFrom)) early.push(label);
    }).execute(runs, coldStarts);
    deepEqual([result.finished, result.failures, result.left], [6, [], 0]);
    deepEqual(early, []);
    equal(finished.size, 7);
    for (const chain of [runs.slice(0, 3), runs.slice(3)]) {
      deepEqual(recordsOf(store, chain), await expectedRecords(chain));
    }
    const { previous } = JSON.parse(
      await Deno.readTextFile(store.path(runs[1]!.task.id, "config.json")),
    );
    equal(previous, runs[0]!.task.id);
    const entry = store.history().runs.find(({ id }) => id === runs[2]!.task.id);
    equal(entry?.previous, runs[1]!.task.id);
  }));

Deno.test("Sweep says what a failed stage keeps from beginning, and does all else", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeStageJobs({ seeds: 2 });
    // The first stage has no step 7.
    const failing = { engines: `${ENGINES}?throwAt=7&throwSeed=1` };
    const events: ProgressEvent[] = [];
    const first = await makeSweep(store, failing, (event) => events.push(event))
      .execute(runs, coldStarts);
    deepEqual([first.runs, first.finished, first.left, first.blocked], [6, 4, 1, 1]);
    deepEqual(first.failures.map(({ label, blocked }) => [label, blocked]), [
      ["stage 2, seed 1", ["stage 3, seed 1"]],
    ]);
    const blocked = events.filter(({ event }) => event === "blocked");
    deepEqual(
      blocked.map((event) => event.event === "blocked" && event.blocked.map(({ label }) => label)),
      [["stage 3, seed 1"]],
    );
    deepEqual(statusesOf(store, runs), ["done", "done", "done", "done", "failed", "to do"]);

    const second = await makeSweep(store).execute(runs, coldStarts);
    deepEqual([second.cached, second.finished, second.blocked], [4, 0, 1]);
    match(second.failures[0]!.message, /failed earlier .*--retry-failed/);
    deepEqual(second.failures[0]!.blocked, ["stage 3, seed 1"]);
    const third = await makeSweep(store, { retryFailed: true }).execute(runs, coldStarts);
    deepEqual([third.cached, third.finished, third.failures], [4, 2, []]);
    deepEqual(recordsOf(store, runs.slice(3)), await expectedRecords(runs.slice(3)));
  }));

Deno.test("Sweep blocks every run behind a cold start that fails", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeStageJobs();
    const result = await makeSweep(store, { engines: `${ENGINES}?throwAt=2` })
      .execute(runs, coldStarts);
    deepEqual([result.finished, result.left, result.blocked], [0, 3, 3]);
    deepEqual(result.failures.map(({ label, blocked }) => [label, blocked]), [
      ["cold start", ["stage 1, seed 0", "stage 2, seed 0", "stage 3, seed 0"]],
    ]);
  }));

Deno.test("Sweep goes on in the middle of a stage, and the stages behind it are the same", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeStageJobs();
    const options = { engines: `${ENGINES}?work=1000000` };
    const interrupted = await makeSweep(store, options, (event, sweep) => {
      const isSecond = event.event === "step" && event.task.name === runs[1]!.task.id;
      if (isSecond && event.task.step === 3) sweep.interrupt();
    }).execute(runs, coldStarts);
    deepEqual([interrupted.finished, interrupted.left, interrupted.blocked], [1, 2, 0]);
    deepEqual(statusesOf(store, runs), ["done", "interrupted", "to do"]);
    // As if the first stage had been lost meanwhile: it is made again before what begins from it goes on.
    await Deno.remove(store.path(runs[0]!.task.id), { recursive: true });
    const resumed = await makeSweep(store).execute(runs, coldStarts);
    deepEqual([resumed.finished, resumed.failures], [3, []]);
    deepEqual(runs.map((run) => executions(store, run)), [1, 2, 1]);
    deepEqual(recordsOf(store, runs), await expectedRecords(runs));
  }));

Deno.test("Sweep executes stages that are not selected only where a run has to wait for them", () =>
  withStore(async (store) => {
    const { runs, coldStarts } = makeStageJobs();
    const last = new Set([runs[2]!.task.id]);
    const first = await makeSweep(store).execute(runs, coldStarts, new Set([runs[0]!.task.id]));
    deepEqual([first.runs, first.finished], [1, 1]);
    const second = await makeSweep(store).execute(runs, coldStarts, last);
    deepEqual([second.runs, second.cached, second.finished], [3, 1, 2]);

    const forced = await makeSweep(store, { force: true }).execute(runs, coldStarts, last);
    deepEqual([forced.runs, forced.cached, forced.finished], [3, 2, 1]);
    const kept = [...Deno.readDirSync(store.path(".trash"))].map(({ name }) => name);
    deepEqual([kept.length, kept[0]!.startsWith(runs[2]!.task.id)], [1, true]);

    // What is done needs no stage any more.
    for (const name of [runs[1]!.task.id, coldStartFolder(runs[0]!.task.coldStart)]) {
      await Deno.remove(store.path(name), { recursive: true });
    }
    const nothing = await makeSweep(store).execute(runs, coldStarts, last);
    deepEqual([nothing.runs, nothing.cached, nothing.finished], [2, 2, 0]);
    // Selected itself, it is made again, from the first stage, which is there.
    const again = await makeSweep(store).execute(runs, coldStarts);
    deepEqual([again.cached, again.finished, again.failures], [2, 1, []]);
    ok(store.status(coldStartFolder(runs[0]!.task.coldStart)) === "to do");
  }));
