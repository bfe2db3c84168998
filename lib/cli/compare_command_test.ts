import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { compareExperiments } from "../analysis/experiment_comparison.ts";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { parseArguments } from "./arguments.ts";
import { compareCommand, comparisonJson } from "./compare_command.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const MOD = new URL("../mod.ts", import.meta.url).href;

/** A whole experiment that takes seconds. */
const EXPERIMENT = `/** Does it run? */
import { cases, defineExperiment, random, recipe } from "${MOD}";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: { layers: 1, width: 8, heads: 1, mlpWidth: 16 },
    dataset: { prompts: 16, validationPrompts: 16, benchmarkPrompts: 16 },
    coldStart: { steps: 2, batchSize: 4 },
    algorithm: { groupSize: 2, miniBatches: 1 },
    training: { steps: 2, batchSize: 2 },
  }),
  vary: cases({ "random": { sampler: random() } }),
  seeds: 2,
});
`;

async function cli(folder: string, words: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `--config=${CONFIG}`, CLI, ...words.split(" ")],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("compare puts an experiment beside its variant; both have pages of their own, and the index lists all", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/experiments`);
    await Deno.writeTextFile(`${folder}/experiments/smoke.ts`, EXPERIMENT);
    await Deno.writeTextFile(`${folder}/experiments/other.ts`, EXPERIMENT.replace("Does", "Will"));
    equal((await cli(folder, "run smoke")).code, 0);
    const variant = await cli(folder, "run smoke --set training.steps=3");
    equal(variant.code, 0, variant.err);
    match(variant.out, /report: reports.html.smoke\+training\.steps=3\.html\n$/);
    const pages = `${folder}/reports/html`;
    match(
      await Deno.readTextFile(`${pages}/smoke+training.steps=3.html`),
      /class="notice">Not the experiment as its file has it, but with --set training\.steps=3\./,
    );
    ok(!(await Deno.readTextFile(`${pages}/smoke.html`)).includes('class="notice"'));

    const words = "compare smoke smoke --set-b training.steps=3";
    const compared = await cli(folder, words);
    equal(compared.code, 0, compared.err);
    match(
      compared.out,
      /^setting +smoke +smoke\+training\.steps=3 +in\ntraining\.steps +2 +3 +all arms\n/,
    );
    match(compared.out, /\nGradient norm +random .* 2 pairs /);
    const page = "compare_smoke_smoke+training.steps=3.html";
    match(compared.out, new RegExp(`report: reports.html.${RegExp.escape(page)}\n$`));

    const index = await Deno.readTextFile(`${pages}/index.html`);
    const headings = [...index.matchAll(/<h[23][^>]*>(?:<a[^>]*>)?([^<]+)/g)].map(([, title]) =>
      title
    );
    deepEqual(headings, [
      "Reports",
      "smoke --set training.steps=3",
      "smoke",
      "Comparisons",
      "smoke+training.steps=3 against smoke",
      "No report yet",
    ]);
    match(index, /Will it run\?/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The command in this process, for what it refuses before it writes anything. */
async function refused(words: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/smoke.ts`;
    await Deno.writeTextFile(file, EXPERIMENT);
    const args = words.split(" ").map((word) => word.replace(/^smoke/, file));
    const store = `${folder}/none`;
    const error = await compareCommand(parseArguments([...args, "--store", store])!)
      .then(() => new Error("not refused"), (error: Error) => error);
    return `${error.name}: ${error.message}`.replaceAll(file, "smoke.ts").replaceAll(store, "none");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("compare names every side without finished runs, and the command that executes them", async () => {
  equal(
    await refused("compare smoke smoke --set-b training.steps=3"),
    "StoreError: smoke: expected finished runs in none, got none of 2; execute them with: " +
      "deno task run smoke.ts --store none; smoke+training.steps=3: expected finished runs in none, got " +
      "none of 2; execute them with: deno task run smoke.ts --set training.steps=3 --store none",
  );
});

Deno.test("compare refuses an experiment beside itself, and half an operand", async () => {
  match(
    await refused("compare smoke smoke"),
    /^ConfigError: compare: expected two different experiments, got smoke twice; .*--set-b path=value/,
  );
  equal(
    await refused("compare smoke smoke@"),
    'ConfigError: compare: expected FILE@STORE, got "smoke.ts@"',
  );
});

Deno.test("comparisonJson() is one line with everything the page has numbers for", () => {
  const results = syntheticResults({ seeds: 2, steps: 10 });
  const [one] = results.arms;
  const side = (name: string) => ({ name, store: name, results: { ...results, arms: [one!] } });
  const text = comparisonJson(compareExperiments(side("a"), side("b")), "page.html");
  ok(!text.includes("\n"));
  const json = JSON.parse(text);
  deepEqual(json.a.arms, [{ name: "random", seeds: [0, 1], planned: 2 }]);
  deepEqual(json.arms, [{ name: "random", a: "random", b: "random", sameRuns: [] }]);
  deepEqual([json.settings, json.report], [[], "page.html"]);
  const { outcome, method, n, difference, low, verdict } = json.outcomes[0];
  deepEqual([outcome, method, n, difference, low, verdict], [
    "informativeGroups",
    "paired",
    2,
    0,
    0,
    "not detectable",
  ]);
});
