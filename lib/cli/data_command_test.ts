import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { readRows } from "../dataset/files/read_rows.ts";
import { parseArguments } from "./arguments.ts";
import { dataCommand } from "./data_command.ts";

const RECIPE = new URL("../../recipes/mmr1_micro.yaml", import.meta.url).pathname;

/** What a command line prints, and its exit code. */
async function call(...args: readonly string[]): Promise<{ text: string; code: number }> {
  const printed: string[] = [], log = console.log;
  console.log = (text: string) => void printed.push(text);
  try {
    const code = await dataCommand(parseArguments(["data", ...args])!);
    return { text: printed.join("\n"), code };
  } finally {
    console.log = log;
  }
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("data convert writes a recipe's pool, data describe says what is in it", () =>
  inFolder(async (folder) => {
    const first = join(folder, "pool.jsonl"), second = join(folder, "pool.parquet");
    const written = await call("convert", RECIPE, first, "--format", "mm-eureka", "--json");
    equal(written.code, 0);
    const { rows, format } = JSON.parse(written.text);
    equal(format, "mm-eureka");
    equal(
      (await call("convert", first, second, "--format", "verl")).text,
      `${second}: ${rows} rows`,
    );
    const described = await call("describe", second, "--json");
    equal(described.code, 0);
    const { path: _a, formats, ...found } = JSON.parse(described.text);
    deepEqual(formats, { verl: rows });
    equal(found.micro.readable, rows);
    deepEqual(found.sources, { microMath: rows });
    deepEqual(found.faults, { count: 0, shown: [] });
    const { path: _b, formats: _c, ...before } = JSON.parse(
      (await call("describe", first, "--json")).text,
    );
    deepEqual(found, before);
    const { text } = await call("describe", second);
    match(text, new RegExp(`^rows +${rows}$`, "m"));
    match(text, /^micro policy reads +\d+ rows \(100 %\)$/m);
    match(text, /^question, micro tokens +\d+ +\d+ +\d+ +8 +/m);
  }));

Deno.test("data convert takes another split of a recipe", () =>
  inFolder(async (folder) => {
    const to = join(folder, "logic.jsonl");
    await call("convert", RECIPE, to, "--format", "easyr1", "--split", "logic");
    const families = new Set<string>();
    for await (const { row } of readRows(to)) families.add(row!.family);
    deepEqual([...families].sort(), ["graphTheory", "logic", "matrix"]);
    const wrong = call("convert", RECIPE, to, "--format", "easyr1", "--split", "logik");
    await rejects(
      wrong,
      /--split: expected one of train, validation, verse, .*did you mean "logic"/,
    );
  }));

Deno.test("data describe shows faults and ends with 1; data convert writes nothing then", () =>
  inFolder(async (folder) => {
    const from = join(folder, "a.jsonl"), to = join(folder, "b.jsonl");
    const bad = Array.from({ length: 12 }, () => '{"q":"1 + 1 = ?"}');
    Deno.writeTextFileSync(from, ['{"q":"x","answer":1}', ...bad].join("\n"));
    const { text, code } = await call("describe", from, "--keys", "question=q");
    equal(code, 1);
    match(text, /^faults +12$/m);
    match(text, /a\.jsonl:2: answer: expected an answer, got nothing$/m);
    match(text, /\n… and 2 more$/);
    await rejects(call("convert", from, to, "--format", "verl", "--keys", "question=q"), {
      name: "ConfigError",
      message: /a\.jsonl:2: answer: .* \(and 11 more to correct\)/,
    });
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.jsonl"]);
  }));

Deno.test("data convert does not write over what it reads, by whatever name", () =>
  inFolder(async (folder) => {
    const from = join(folder, "a.jsonl"), text = '{"problem":"1 + 1 = ?","answer":"2"}\n';
    Deno.writeTextFileSync(from, text);
    await rejects(call("convert", from, from, "--format", "verl"), {
      name: "ConfigError",
      message: /a\.jsonl: expected another file to write than the one that is read$/,
    });
    Deno.symlinkSync(from, join(folder, "b.jsonl"));
    await rejects(call("convert", from, join(folder, "b.jsonl"), "--format", "verl"), /another/);
    equal(Deno.readTextFileSync(from), text);
  }));

Deno.test("data says what it expects", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["describe", /^data: expected describe FILE \| convert FROM TO, got describe$/],
    [
      "describe a.jsonl b.jsonl",
      /^data: expected describe FILE, or .* got describe a\.jsonl b\.jsonl$/,
    ],
    ["descrive a.jsonl", /expected describe FILE, or convert FROM TO, .*did you mean "describe"/],
    ["convert a.jsonl b.jsonl", /^--format: expected one of mm-eureka, .*, got nothing$/],
    ["convert a.jsonl b.jsonl --format ver", /got "ver"; did you mean "verl"\?$/],
    ["convert a.jsonl b.jsonl --format verl --split train", /^--split: expected a recipe/],
    ["convert a.yaml b.jsonl --format verl --keys question=q", /^--keys: expected a file/],
    ["convert no.yaml b.jsonl --format verl", /^no\.yaml: no such recipe$/],
    ["describe no.jsonl", /^no\.jsonl: no such file$/],
    ["describe a.jsonl --keys problem=q", /^--keys: expected question=NAME, .*got "problem=q"$/],
    ["describe a.jsonl --keys question", /^--keys: expected question=NAME, .*got "question"$/],
  ];
  for (const [line, message] of cases) {
    const attempt = Promise.resolve().then(() => call(...line.split(" ")));
    await rejects(attempt, (error: Error) => {
      ok(error.name === "ConfigError", `${line}: ${error}`);
      match(error.message, message);
      return true;
    });
  }
});
