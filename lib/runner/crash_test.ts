import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { ONE_THREAD } from "../backend/target.ts";
import { randomSource } from "../core/random.ts";
import { decodeTensors } from "../core/safetensors.ts";
import { BEST_POLICY, policyFile } from "../schema/policy_files.ts";
import type { Files } from "../store/files.ts";
import { decodeJsonLines } from "../store/json_lines.ts";
import { RunFolder } from "../store/run_folder.ts";
import { decodeScores } from "../store/columns.ts";
import { Crash, CrashingFiles, SURVIVALS } from "../store/testdata/crashing_files.ts";
import { engines } from "./testdata/keyed_engine.ts";
import { CIRCUMSTANCES, makeTasks } from "../store/testdata/make_tasks.ts";

const FOLDER = "runs/0123456789abcdef";
const { run: task } = makeTasks({ steps: 6 });
const coldStart = await Array.fromAsync(
  engines.coldStart(makeTasks().coldStart.identity, { resume: null, compute: ONE_THREAD }),
);
const policy = await engines.policyOf(await coldStart.at(-1)!.snapshot());

/** Executes the task from where the disk says it is, as a worker does, without lock and process. */
async function execute(files: Files, checkpointMs: number): Promise<void> {
  let now = 0; // a clock on which every look costs: checkpoints are taken at every step, or seldom
  const run = RunFolder.open(files, FOLDER, task, { now: () => now += checkpointMs });
  if (run.isDone) return;
  run.begin({ ...CIRCUMSTANCES, ...ONE_THREAD, startedAt: "2026-01-01T00:00:00.000Z" });
  const checkpoint = run.checkpoint;
  if (checkpoint === null || checkpoint.step < checkpoint.steps) {
    const options = { policy, resume: checkpoint?.snapshot ?? null, compute: ONE_THREAD };
    for await (const unit of engines.run(task.config, task.seed, options)) await run.commit(unit);
  }
  run.finish(await engines.policyOf(run.checkpoint!.snapshot));
}

/** What the disk holds of a finished run, without the times. */
async function contents(files: Files) {
  const text = (name: string) => new TextDecoder().decode(files.read(`${FOLDER}/${name}`)!);
  const records = decodeJsonLines(text("records.jsonl"), "records.jsonl")
    .map(({ seconds: _seconds, ...record }) => record);
  const scores = [0, 3, 6].map((step) => {
    const file = `${FOLDER}/scores/refresh_${step}.arrow`;
    return decodeScores(files.read(file)!, file);
  });
  const { steps, recordsBytes, policyBytes, bestStep, bestAccuracy } = JSON.parse(
    text("result.json"),
  );
  const vectorOf = (name: string) => {
    const bytes = files.read(`${FOLDER}/${name}`);
    return bytes === null ? null : decodeTensors(bytes).tensors.vector;
  };
  return {
    records,
    scores: await Promise.all(scores),
    vector: vectorOf("policy.safetensors"),
    kept: Object.fromEntries(
      [BEST_POLICY, ...Array.from({ length: 7 }, (_, step) => policyFile(step))]
        .map((name) => [name, vectorOf(name)]),
    ),
    best: { step: bestStep, accuracy: bestAccuracy },
    config: JSON.parse(text("config.json")),
    steps,
    sizesHold: recordsBytes === files.size(`${FOLDER}/records.jsonl`) &&
      policyBytes === files.size(`${FOLDER}/policy.safetensors`),
  };
}

async function crashes(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  }
}

const uninterrupted = new CrashingFiles();
await execute(uninterrupted, 0);
const expected = await contents(uninterrupted);

Deno.test("a run writes two records per step and declares itself done", () => {
  equal(expected.records.length, 14);
  equal(expected.steps, 6);
  ok(expected.sizesHold);
});

Deno.test("a run keeps the last of every second policy, and the best", () => {
  const names = Object.keys(expected.kept).filter((name) => expected.kept[name] !== null);
  deepEqual(names, [BEST_POLICY, policyFile(6)]);
  deepEqual(expected.kept[policyFile(6)], expected.vector);
  // The keyed engine's measure of a policy is its second number, which is in the records.
  const accuracies = expected.records.filter((_, i) => i % 2 === 0)
    .map(({ gradNorm }) => gradNorm as number);
  equal(expected.best.accuracy, Math.max(...accuracies));
  equal(expected.best.step, accuracies.indexOf(expected.best.accuracy));
  equal(expected.kept[BEST_POLICY]![1], expected.best.accuracy);
});

for (const [often, checkpointMs] of [["at every step", 0], ["seldom", 1]] as const) {
  Deno.test(`a run that stops after any operation and resumes equals one that does not, with checkpoints ${often}`, async () => {
    const trial = new CrashingFiles();
    await execute(trial, checkpointMs);
    const operations = trial.operations;
    ok(operations > 20, `${operations} operations`);
    for (const survival of SURVIVALS) {
      for (let k = 0; k < operations; k++) {
        const files = new CrashingFiles();
        files.crashAfter = k;
        ok(await crashes(() => execute(files, checkpointMs)), `crash at ${k}`);
        files.restart(survival);
        await execute(files, checkpointMs);
        deepEqual(await contents(files), expected, `${survival}, operation ${k} of ${operations}`);
      }
    }
  });
}

Deno.test("a run that stops again and again, at random, equals one that does not", async () => {
  for (let trial = 0; trial < 30; trial++) {
    const random = randomSource(trial, "crashes");
    const files = new CrashingFiles();
    let stops = 0;
    files.crashAfter = random.integer(40);
    while (await crashes(() => execute(files, 0))) {
      files.restart(random.pick(SURVIVALS));
      files.crashAfter = 12 + random.integer(40); // enough for a step: it must get on
      stops++;
    }
    deepEqual(await contents(files), expected, `trial ${trial}, ${stops} stops`);
  }
});

Deno.test("a run on a disk that was full goes on once there is space", async () => {
  const files = new CrashingFiles();
  files.crashAfter = 30;
  ok(await crashes(() => execute(files, 0)));
  files.restart("killed");
  files.full = true;
  await rejects(execute(files, 0), /the disk is full/);
  files.full = false;
  await execute(files, 0);
  deepEqual(await contents(files), expected);
});
