import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { findBaselines } from "../analysis/baseline.ts";
import { detectableEffects, seedsForEffect } from "../analysis/detectable.ts";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { powerText } from "./power_command.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const MOD = new URL("../mod.ts", import.meta.url).href;

function effectsOf(options: Parameters<typeof syntheticResults>[0]) {
  const results = syntheticResults({ steps: 10, ...options });
  return detectableEffects(results, findBaselines(results)!);
}

Deno.test("powerText() has the seeds of every outcome and arm for the effect", () => {
  const rows = effectsOf({ seeds: 4 });
  const [table, legend, ...rest] = powerText(rows, 0.05);
  const lines = table!.split("\n");
  match(
    lines[0]!,
    /^outcome +arm +pairs +SD of differences +detectable now +seeds for 5 pp or 5 %$/,
  );
  equal(lines.length, 1 + rows.length);
  rows.forEach((row, i) => {
    const seeds = seedsForEffect(row, 0.05), line = lines[i + 1]!;
    ok(line.includes(row.arm), line);
    ok(
      seeds === null ? line.endsWith("–") : line.includes(` ${seeds.seeds} [${seeds.low}, `),
      line,
    );
  });
  match(legend!, /80 % power/);
  deepEqual(rest, []);
});

Deno.test("powerText() names arms with too few seeds, and what they lack", () => {
  const one = powerText(effectsOf({ seeds: 1, lastStatus: "failed" }), 0.02);
  equal(one.length, 1);
  match(one[0]!, /^Not known for lack of seeds, of which two finished .* are the least:\n/);
  match(one[0]!, /mixed, λ = 0\.5: one seed is finished both there and in random\n/);
  match(one[0]!, /VAS, λ = 1: no seed is finished both there and in random$/);
  const [table, , lacking] = powerText(effectsOf({ seeds: 2, lastStatus: "failed" }), 0.02);
  ok(table!.includes("mixed, λ = 0.5") && !table!.includes("VAS, λ = 1"));
  match(lacking!, /VAS, λ = 1: one seed is/);
});

async function power(folder: string, cases: string, ...args: string[]) {
  await Deno.writeTextFile(
    `${folder}/smoke.ts`,
    `/** Does it run? */
import { cases, defineExperiment, random, recipe, vas } from "${MOD}";
export default defineExperiment({ base: recipe("mmr1_micro"), vary: cases({ ${cases} }), seeds: 2 });
`,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `--config=${CONFIG}`, CLI, "power", "smoke.ts", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("power says what is missing in an empty store, as text and as JSON, and writes nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const cases = `"random": { sampler: random() }, "mixed": { sampler: vas() }`;
    const text = await power(folder, cases);
    equal(text.code, 0, text.err);
    match(text.out, /^smoke: 0 of 4 runs finished\n\nNot known for lack of seeds/);
    const { out } = await power(folder, cases, "--json", "--effect", "0.1");
    const { finished, planned, effect, outcomes } = JSON.parse(out);
    deepEqual([finished, planned, effect], [0, 4, 0.1]);
    ok(
      outcomes.every(({ n, noise, seeds }: Record<string, unknown>) =>
        n === 0 && noise === null && seeds === null
      ),
    );
    const single = await power(folder, `"random": { sampler: random() }`);
    equal(single.code, 2);
    match(single.err, /^error: smoke: expected at least two arms to compare, got one\n$/);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["smoke.ts"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
