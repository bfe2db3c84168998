import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../core/errors.ts";
import { docComment, loadExperiment } from "./load_experiment.ts";
import { expand } from "./plan.ts";

const mod = new URL("../mod.ts", import.meta.url).href;
const experiments = fileURLToPath(new URL("../../experiments/", import.meta.url));
const BODY = `base: recipe("mmr1_micro"), vary: cases({ "base": {} }), seeds: 1`;

/** Calls `use` with the path of a file of that source, in a folder that is gone afterwards. */
async function withFile(source: string, use: (path: string) => Promise<unknown>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "my_question.ts");
    Deno.writeTextFileSync(
      path,
      `import * as v from ${JSON.stringify(mod)};\nconst { recipe, cases, grid } = v;\n${source}`,
    );
    await use(path);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("loadExperiment() takes the name from the file and the question from its doc comment", async () => {
  await withFile(
    `/** Is it so? */\nexport default v.defineExperiment({ ${BODY} });`,
    async (path) => {
      const experiment = await loadExperiment(path);
      equal(experiment.name, "my_question");
      equal(experiment.question, "Is it so?");
      equal(expand(experiment).runs.length, 1);
    },
  );
  await withFile(
    `/** no */ export default { name: "a", question: "b?", ${BODY} };`,
    async (path) => {
      const { name, question } = await loadExperiment(path);
      deepEqual([name, question], ["a", "b?"]);
    },
  );
});

Deno.test("docComment() joins lines, keeps paragraphs, and takes the first", () => {
  equal(
    docComment("/**\n * One\n * two.\n *\n * Three.\n */\ncode();\n/** Not this. */"),
    "One two.\n\nThree.",
  );
  equal(docComment("/** One line. */"), "One line.");
  equal(docComment("// nothing"), "");
});

Deno.test("every experiment of this repository expands to what its file says", async () => {
  const sizes: Record<string, string> = {};
  for (const { name } of Deno.readDirSync(experiments)) {
    const experiment = await loadExperiment(join(experiments, name));
    match(experiment.question, /\?/);
    const { cells, runs, coldStarts } = expand(experiment);
    sizes[name] = `${cells.length} cases, ${runs.length} runs, ${coldStarts.length} cold start`;
  }
  equal(sizes["vas_lambda_sweep.ts"], "3 cases, 9 runs, 1 cold start");
  equal(sizes["vas_stress.ts"], "3 cases, 9 runs, 1 cold start");
  equal(sizes["table4_ablation.ts"], "18 cases, 75 runs, 1 cold start");
  equal(sizes["table3_stages.ts"], "2 cases, 10 runs, 5 cold start");
});

Deno.test("the stress case starts from the sweep's cold start, and shares no run with it", async () => {
  const [sweep, stress] = await Promise.all(
    ["vas_lambda_sweep.ts", "vas_stress.ts"].map(async (name) =>
      expand(await loadExperiment(join(experiments, name)))
    ),
  );
  deepEqual(stress!.coldStarts, sweep!.coldStarts);
  const ids = new Set(sweep!.runs.map(({ id }) => id));
  equal(stress!.runs.some(({ id }) => ids.has(id)), false);
});

Deno.test("loadExperiment() names the file when there is none", async () => {
  await rejects(loadExperiment(join(experiments, "vas_lamda_sweep.ts")), (error: Error) => {
    match(
      error.message,
      /vas_lamda_sweep.ts: no such experiment file; did you mean "vas_lambda_sweep.ts"\?; .* has .*vas_stress.ts/,
    );
    return error instanceof ConfigError;
  });
  await rejects(loadExperiment("no/such/folder/file.ts"), {
    name: "ConfigError",
    message: "no/such/folder/file.ts: no such experiment file",
  });
});

Deno.test("loadExperiment() refuses a file that exports something else, or throws", async () => {
  const faults: readonly [source: string, message: RegExp][] = [
    [
      "export const experiment = 1;",
      /my_question.ts: expected `export default defineExperiment\(.*got no default export \(it exports experiment\)$/,
    ],
    ["", /my_question.ts: expected `export default .*got no default export$/],
    [
      "export default 3;",
      /my_question.ts: expected defineExperiment\({ … }\) as default export, got 3$/,
    ],
    ["export default () => 3;", /as default export, got a function$/],
    [
      `export default { ${BODY}, seed: 3 };`,
      /my_question.ts: seed: no such field; did you mean "seeds"\?/,
    ],
    [
      `export default { vary: [], seeds: 1 };`,
      /my_question.ts: base: expected complete settings, such as a recipe, got nothing$/,
    ],
    [
      `export default { base: {}, vary: { a: {} }, seeds: 1 };`,
      /my_question.ts: vary: expected what cases, grid or ablate return, got {"a":{}}$/,
    ],
    [
      `export default { base: {}, vary: [{}], seeds: 1 };`,
      /my_question.ts: vary: expected what cases/,
    ],
    [
      `export default { base: {}, vary: [] };`,
      /my_question.ts: seeds: expected a count, or a list of seeds, got nothing$/,
    ],
    [`export default { ${BODY}, name: 3 };`, /my_question.ts: name: expected a text, got 3$/],
    [
      `export default { ${BODY}, vary: grid({}) };`,
      /my_question.ts: grid: expected at least one list of values/,
    ],
    [
      `export default { ${BODY}, base: recipe("mmr2") };`,
      /my_question.ts: recipes\/mmr2.yaml: no such recipe/,
    ],
    [
      `throw new RangeError("too much");`,
      /my_question.ts: could not be loaded: RangeError: too much$/,
    ],
    [`throw "text";`, /my_question.ts: could not be loaded: text$/],
    ["export default (;", /my_question.ts: could not be loaded: SyntaxError: /],
    [`import "./missing.ts";`, /my_question.ts: could not be loaded: TypeError: .*missing.ts/],
  ];
  for (const [source, message] of faults) {
    await withFile(
      source,
      (path) => rejects(loadExperiment(path), { name: "ConfigError", message }),
    );
  }
});

Deno.test("loadExperiment() says what a recipe is for", async () => {
  await rejects(loadExperiment("recipes/mmr1_micro.yaml"), {
    name: "ConfigError",
    message: /^recipes\/mmr1_micro.yaml: expected an experiment, .*: base: recipe\("mmr1_micro"\)$/,
  });
});
