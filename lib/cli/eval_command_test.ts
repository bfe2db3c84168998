import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ONE_THREAD } from "../backend/target.ts";
import { parseArguments } from "./arguments.ts";
import { evalCommand } from "./eval_command.ts";
import { evalTargets } from "./eval_targets.ts";
import { engines } from "../runner/engines.ts";
import { execute } from "../runner/execute.ts";
import { coldStartId, coldStartIdentity, runId } from "../schema/identity.ts";
import { recipe } from "../schema/recipe.ts";
import type { EvaluationRecord } from "../schema/run_record.ts";
import { openStore } from "../store/store.ts";
import type { Task } from "../store/task.ts";
import { CIRCUMSTANCES } from "../store/testdata/make_tasks.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MOD = new URL("../mod.ts", import.meta.url).href;

const SETTINGS = {
  model: { layers: 1, width: 16, heads: 2, mlpWidth: 32 },
  dataset: { prompts: 12, validationPrompts: 16, benchmarkPrompts: 6 },
  coldStart: { steps: 75, batchSize: 8, learningRate: 0.01 },
  algorithm: { groupSize: 2, miniBatches: 1 },
  training: { steps: 4, batchSize: 2 },
  evaluation: {
    interval: 2,
    samples: 3,
    generations: 2,
    checkpoints: { interval: 1, limit: 3, best: true },
  },
} as const;
const config = recipe("mmr1_micro", SETTINGS), id = runId(config, 0), start = coldStartId(config);
const EXPERIMENT = `/** Does it run? */
import { cases, defineExperiment, recipe } from "${MOD}";
export default defineExperiment({
  base: recipe("mmr1_micro", ${JSON.stringify(SETTINGS)}),
  vary: cases({ "as it is": {} }),
  seeds: 2,
});
`;

/** A folder with a store that has a finished run and its cold start, and an experiment of two runs. */
async function withFinishedRun(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const store = `${folder}/runs`;
    openStore(store, { create: true });
    const tasks: readonly Task[] = [
      { kind: "coldStart", id: start, identity: coldStartIdentity(config) },
      { kind: "run", id, config, seed: 0, previous: null, coldStart: start },
    ];
    for (const task of tasks) {
      await execute(task, { engines, store, compute: ONE_THREAD, circumstances: CIRCUMSTANCES });
    }
    await Deno.writeTextFile(`${folder}/smoke.ts`, EXPERIMENT);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The command with the permissions of its task. */
async function evalTask(folder: string, ...args: string[]) {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const [, ...command] = tasks.eval.command.replace("-write=.", `-write=${folder}`).split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...command, ...args, "--store", `${folder}/runs`],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("eval repeats the evaluations of a run, and evaluates what it kept elsewhere", () =>
  withFinishedRun(async (folder) => {
    const store = openStore(`${folder}/runs`);
    const records = store.readRun(id).records
      .filter((record): record is EvaluationRecord => record.kind === "evaluation");
    deepEqual(records.map(({ step }) => step), [0, 2, 4]);
    const withoutEnds = (splits: Record<string, Record<string, unknown>>) =>
      Object.fromEntries(
        Object.entries(splits).map(([name, { low: _low, high: _high, ...split }]) => [name, split]),
      );

    // Every split of the last evaluation, and the pool, which no evaluation looks at.
    const file = `${folder}/generations.jsonl`;
    const last = await evalTask(
      folder,
      id.slice(0, 6),
      "--split=all",
      "--json",
      "--generations",
      file,
    );
    equal(last.code, 0, last.err);
    const { splits, ...about } = JSON.parse(last.out);
    deepEqual(about, {
      run: id,
      label: null,
      seed: 0,
      evaluationSeed: 0,
      step: 4,
      temperature: config.evaluation.temperature,
      samples: 3,
    });
    const { train, ...measured } = withoutEnds(splits);
    deepEqual(measured, records[2]!.splits);
    equal(train!.prompts, 12);
    ok(splits.train.low >= 0 && splits.train.low < splits.train.high);

    const lines = (await Deno.readTextFile(file)).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    equal(lines.length, 3 * (16 + 5 * 6 + 12));
    const kept = store.readRun(id).records
      .filter((record) => record.kind === "gallery").find(({ split, step }) =>
        split === "validation" && step === 4
      )!.rollouts;
    deepEqual(
      lines.slice(0, 6).map(({ input, output, gts, score, step, prompt }) => ({
        input,
        output,
        gts,
        score,
        step,
        prompt,
      })),
      kept.map(({ question, response, answer, reward, promptId }) => ({
        input: question,
        output: response,
        gts: answer,
        score: reward,
        step: 4,
        prompt: promptId,
      })),
    );

    // The best policy, which is also that of an evaluation.
    const { bestStep, bestAccuracy } = store.result(id)!;
    const accuracies = records.map(({ splits }) => splits.validation!.accuracy);
    equal(bestAccuracy, Math.max(...accuracies));
    equal(bestStep, 2 * accuracies.indexOf(bestAccuracy));
    const best = await evalTask(folder, id, "--checkpoint=best", "--json");
    equal(best.code, 0, best.err);
    const earlier = JSON.parse(best.out);
    equal(earlier.step, bestStep);
    deepEqual(withoutEnds(earlier.splits).validation, records[bestStep! / 2]!.splits.validation);

    // As text: a cold start, and the experiment, of which one run is not there.
    const cold = await evalTask(folder, start, "--temperature=0", "--split=verse", "--by=modality");
    match(cold.out, /^cold_start-\w+, seed 0: policy after step 75, temperature 0, 1 response to/);
    match(
      cold.out,
      /\n\nsplit +prompts +accuracy +95 % interval +format +tokens\nverse +6 +[\d.]+ %/,
    );
    match(cold.out, /\n\nsplit +modality +prompts .*\nverse +image/);
    const all = await evalTask(folder, `${folder}/smoke.ts`);
    equal(all.err.trim(), "1 of 2 runs are not finished");
    match(all.out, new RegExp(`\\nas it is +0 +${id} +4 +validation +16 .*\\n$`));
    match(all.out, /^case .* pass@3 +majority@3 +worst@3\n/);

    // What is wrong, said in one line.
    const parsed = (...args: string[]) =>
      parseArguments(["eval", ...args, "--store", store.folder])!;
    const targets = (...args: string[]) => evalTargets(parsed(...args), store);
    await rejects(
      evalCommand(parsed(id, "--split=verze")),
      /^ConfigError: --split: \w+ has no split "verze"; did you mean "verse"\? \(there are validation, /,
    );
    await rejects(
      evalCommand(parsed(id, "--checkpoint=1")),
      /the policy after step 1, which was not kept; there is last, best, 2, 3, 4$/,
    );
    deepEqual((await targets(`somewhere/runs/${id}/`))!.map(({ name }) => name), [id]);
    await rejects(
      targets("nothing"),
      new RegExp(
        `no run or cold start in .* has this id; there are (${id}, cold_|cold_.*, ${id}$)`,
      ),
    );
    await rejects(targets(id, "--filter=seed=0"), /--filter: expected an experiment file with it/);
    await rejects(targets(`${folder}/smoke.ts`, "--filter=seed=1"), /got none of 1$/);
    await Deno.remove(store.path(id, "result.json"));
    await rejects(targets(id), /expected a finished run, got one that is interrupted/);
  }));

Deno.test("eval evaluates on the device it is told, and says what a missing one lacks", () =>
  withFinishedRun(async (folder) => {
    const elsewhere = await evalTask(folder, id.slice(0, 6), "--device", "wasm", "--json");
    equal(elsewhere.code, 0, elsewhere.err);
    const { splits } = JSON.parse(elsewhere.out);
    ok(splits.validation.prompts > 0);
    const missing = await evalTask(folder, id.slice(0, 6), "--device", "tensorrt");
    equal(missing.code, 2);
    ok(/--device: expected a device that is there, got tensorrt: lib/.test(missing.err));
  }));
