import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("./cli.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));
const MOD = new URL("./mod.ts", import.meta.url).href;

/** A whole experiment that takes seconds: a policy of two thousand parameters, a few steps. */
const EXPERIMENT = `/** Does it run? */
import { cases, defineExperiment, random, recipe, vas } from "${MOD}";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: { layers: 1, width: 8, heads: 1, mlpWidth: 16 },
    dataset: { prompts: 16, validationPrompts: 16, benchmarkPrompts: 16 },
    coldStart: { steps: 2, batchSize: 4 },
    algorithm: { groupSize: 2, miniBatches: 1 },
    training: { steps: 2, batchSize: 2 },
  }),
  vary: cases({
    "random": { sampler: random() },
    "mixed": { sampler: vas({ mixtureRatio: 0.5, scoringRollouts: 2 }) },
  }),
  seeds: 1,
});
`;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(folder: string, ...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `--config=${CONFIG}`, CLI, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/smoke.ts`, EXPERIMENT);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("run executes an experiment from file to report, and the second time computes nothing", () =>
  withFolder(async (folder) => {
    const first = await cli(folder, "run", "smoke.ts");
    equal(first.code, 0, first.err);
    match(first.out, /^2 runs: 2 finished now, 0 done before\nreport: reports.html.smoke\.html\n$/);
    match(first.err, /2 runs: 0 done, 2 to execute after 1 cold start/);
    const page = `${folder}/reports/html/smoke.html`;
    match(await Deno.readTextFile(page), /Does it run\?/);
    const written = (await Deno.stat(page)).mtime;

    const second = await cli(folder, "run", "smoke.ts", "--json");
    equal(second.code, 0, second.err);
    const summary = JSON.parse(second.out.trimEnd().split("\n").at(-1)!);
    deepEqual([summary.event, summary.finished, summary.cached], ["summary", 0, 2]);
    deepEqual((await Deno.stat(page)).mtime, written);

    const plan = await cli(folder, "plan", "smoke.ts", "--json");
    const statuses = JSON.parse(plan.out).runs.map(({ status }: { status: string }) => status);
    deepEqual(statuses, ["done", "done"]);

    const report = await cli(folder, "report", "smoke.ts");
    equal(report.out.trim(), `report: ${summary.report}`);
    ok((await Deno.stat(page)).mtime! > written!);

    await Deno.remove(`${folder}/reports`, { recursive: true });
    await Deno.mkdir(page, { recursive: true }); // a folder where the file should be
    const unwritten = await cli(folder, "run", "smoke.ts");
    equal(unwritten.code, 1);
    equal(unwritten.out, "2 runs: 0 finished now, 2 done before\n");
    match(unwritten.err, /^error: no report: reports.html.smoke\.html: cannot .*\n$/);
    match((await cli(folder, "report", "smoke.ts")).err, /^error: reports.html.*: cannot .*\n$/);
  }));

const wrong: readonly [string, number, RegExp][] = [
  ["run smoke.ts --seds 3", 2, /^error: --seds: unknown flag; did you mean "--seeds"\?\n$/],
  ["run nothing.ts", 2, /^error: nothing\.ts: /],
  ["run smoke.ts --set training.step=3", 2, /^error: .*training\.step.*did you mean "steps"\?/],
  ["run smoke.ts --set training.steps=-1", 2, /^error: .*training\.steps.*-1/],
  ["run smoke.ts --filter zebra", 3, /^--filter: none of the 2 runs matches zebra\n$/],
  ["plan smoke.ts --store smoke.ts", 1, /^error: smoke\.ts.store\.json: cannot read/],
  ["report smoke.ts --store later", 1, /^error: later.store\.json: .*got 7; update Vasari/],
];
for (const [words, code, message] of wrong) {
  Deno.test(`"${words}" is one message and exit code ${code}`, () =>
    withFolder(async (folder) => {
      await Deno.mkdir(`${folder}/later`);
      await Deno.writeTextFile(`${folder}/later/store.json`, '{"format":7}');
      const ended = await cli(folder, ...words.split(" "));
      equal(ended.code, code, ended.err);
      match(ended.err, message);
      equal(ended.err.trimEnd().split("\n").length, 1);
      equal(ended.out, "");
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      deepEqual(left, ["later", "smoke.ts"], "nothing was begun");
    }));
}

Deno.test("--help prints the usage of a command", () =>
  withFolder(async (folder) => {
    const { code, out } = await cli(folder, "run", "--help");
    equal(code, 0);
    match(out, /^deno task run FILE\n.*\n(?:.*\n)* {4}--retry-failed/);
  }));
