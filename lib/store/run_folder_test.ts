import { deepEqual, equal, throws } from "node:assert/strict";
import type { EngineStep } from "../engine/engine_step.ts";
import { CrashingFiles } from "./testdata/crashing_files.ts";
import { makeTasks } from "./testdata/make_tasks.ts";
import { RunFolder } from "./run_folder.ts";

const FOLDER = "runs/x";
const { run: task } = makeTasks();

/** A unit without records, whose snapshot is its step. */
function unit(step: number, steps = 10, snapshot = () => Uint8Array.of(step)): EngineStep {
  const nothing = { records: [], files: [], policies: [], dropped: [], best: null };
  return { step, steps, ...nothing, summary: "", snapshot: () => Promise.resolve(snapshot()) };
}

Deno.test("RunFolder.commit() takes checkpoints as often as they cost a twentieth of the time", async () => {
  let now = 0;
  const run = RunFolder.open(new CrashingFiles(), FOLDER, task, { now: () => now });
  const taken: number[] = [];
  for (let step = 0; step <= 100; step++) {
    now += 1000; // a step takes a second, and a checkpoint half of one: every ten steps is 5 %
    const written = await run.commit(unit(step, 100, () => {
      now += 500;
      return Uint8Array.of(step);
    }));
    if (written) taken.push(step);
  }
  deepEqual(taken, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
});

Deno.test("RunFolder.commit() takes a checkpoint at every step where it costs nothing, and when told to", async () => {
  let now = 0;
  const cheap = RunFolder.open(new CrashingFiles(), FOLDER, task, { now: () => now += 1 });
  for (let step = 0; step < 5; step++) {
    now += 1000;
    equal(await cheap.commit(unit(step)), true);
  }
  const costly = RunFolder.open(new CrashingFiles(), FOLDER, task, { now: () => now += 1000 });
  equal(await costly.commit(unit(0)), true);
  equal(await costly.commit(unit(1)), false);
  equal(await costly.commit(unit(2), { always: true }), true);
  equal(costly.checkpoint!.step, 2);
});

Deno.test("RunFolder adds up the seconds of all executions", async () => {
  let now = 0;
  const files = new CrashingFiles(), options = { now: () => now };
  const first = RunFolder.open(files, FOLDER, task, options);
  now += 3000;
  await first.commit(unit(1));
  now += 9000; // lost: no checkpoint holds it
  const second = RunFolder.open(files, FOLDER, task, options);
  now += 4000;
  await second.commit(unit(10));
  second.finish(Uint8Array.of(1));
  const result = JSON.parse(new TextDecoder().decode(files.read(`${FOLDER}/result.json`)!));
  equal(result.seconds, 7);
});

Deno.test("RunFolder.finish() refuses a run that has not come to its last step", async () => {
  const run = RunFolder.open(new CrashingFiles(), FOLDER, task);
  throws(() => run.finish(Uint8Array.of(1)), /expected all steps, got none/);
  await run.commit(unit(3), { always: true });
  throws(() => run.finish(Uint8Array.of(1)), /runs\/x: expected 10 steps, got 3/);
});

Deno.test("RunFolder.open() names the file when records or checkpoint are damaged, and changes nothing", async () => {
  const files = new CrashingFiles();
  const run = RunFolder.open(files, FOLDER, task);
  await run.commit({
    ...unit(3),
    records: [{ kind: "gallery", step: 3, split: "train", rollouts: [] }],
  });
  const records = files.read(`${FOLDER}/records.jsonl`)!;
  files.truncate(`${FOLDER}/records.jsonl`, 10);
  throws(
    () => RunFolder.open(files, FOLDER, task),
    /records\.jsonl: expected at least 58 bytes, as the checkpoint of step 3 says, got 10: .*--force --filter x$/,
  );
  equal(files.size(`${FOLDER}/records.jsonl`), 10);
  files.remove(`${FOLDER}/records.jsonl`);
  throws(() => RunFolder.open(files, FOLDER, task), /got no file: .*--force/);

  files.write(`${FOLDER}/records.jsonl`, records);
  const size = files.size(`${FOLDER}/checkpoint.safetensors`)!;
  files.truncate(`${FOLDER}/checkpoint.safetensors`, size - 1);
  throws(
    () => RunFolder.open(files, FOLDER, task),
    new RegExp(`checkpoint\\.safetensors: expected ${size} bytes, got ${size - 1}; .*--force`),
  );
});
