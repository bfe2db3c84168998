import { deepEqual, equal, match, notDeepEqual, ok, rejects } from "node:assert/strict";
import { files } from "./files/files.ts";
import { inFolder, lines, put } from "./files/test_files.ts";
import { microMath } from "./micro_math.ts";
import { createMixture, mixture, mixtureSchema, pinMixture } from "./mixture.ts";
import type { Prompt } from "./prompt.ts";

const readable = () => null;

/** Data of two files with these many rows, whose questions begin with the name. */
function source(folder: string, name: string, train: number, validation = 1) {
  const rows = (from: number, count: number) =>
    lines(
      ...Array.from({ length: count }, (_, i) => ({ problem: `${name} ${from + i}`, answer: "1" })),
    );
  return files({
    train: put(folder, `${name}.jsonl`, rows(0, train)),
    validation: put(folder, `${name}_held.jsonl`, rows(1_000_000, validation)),
  });
}

const questions = (prompts: readonly Prompt[]) => prompts.map(({ question }) => question);

Deno.test("createMixture() puts pools one behind the other, under the names of their sources", () =>
  inFolder(async (folder) => {
    const small = microMath({ prompts: 12, validationPrompts: 5, benchmarkPrompts: 2 });
    const sources = { own: source(folder, "x", 3, 2), math: small };
    const data = await createMixture(mixture({ sources }), readable);
    deepEqual(
      data.train.map(({ source }) => source),
      [...Array<string>(12).fill("math"), "own", "own", "own"],
    );
    deepEqual(questions(data.train.slice(12)), ["x 0", "x 1", "x 2"]);
    equal(data.validation.length, 7);
    equal(data.benchmarks.logic!.length, 2);
    const other = await createMixture(
      mixture({ sources: { math: small, own: sources.own } }),
      readable,
    );
    deepEqual(other, data); // the order of keys says nothing
  }));

Deno.test("createMixture() draws by probability until all are exhausted, covering every prompt", () =>
  inFolder(async (folder) => {
    const sources = { a: source(folder, "a", 600), b: source(folder, "b", 50) };
    const probabilities = { a: 0.3, b: 0.7 };
    const { train } = await createMixture(mixture({ sources, probabilities, seed: 4 }), readable);
    equal(new Set(questions(train)).size, 650);
    // The last draw completes the last list: a's 600th.
    equal(train.at(-1)!.question, "a 599");
    equal(train.filter(({ source }) => source === "a").length, 600);
    const share = 600 / train.length, error = Math.sqrt(0.3 * 0.7 / train.length);
    ok(Math.abs(share - 0.3) < 4 * error, `a is drawn in a share of ${share}`);
  }));

Deno.test("createMixture() stops with the first exhausted source when told to", () =>
  inFolder(async (folder) => {
    const sources = { a: source(folder, "a", 20), b: source(folder, "b", 30) };
    const config = mixture({
      sources,
      probabilities: { a: 0.5, b: 0.5 },
      stopping: "firstExhausted",
    });
    const { train } = await createMixture(config, readable);
    equal(new Set(questions(train)).size, train.length);
    const counts = ["a", "b"].map((name) => train.filter(({ source }) => source === name).length);
    equal(counts[0] === 20 || counts[1] === 30, true);
    equal(counts[0] === 20 && counts[1] === 30, false);
  }));

Deno.test("createMixture() draws by its seed", () =>
  inFolder(async (folder) => {
    const sources = { a: source(folder, "a", 20), b: source(folder, "b", 20) };
    const drawn = async (seed: number) => {
      const config = mixture({ sources, probabilities: { a: 0.5, b: 0.5 }, seed });
      return questions((await createMixture(config, readable)).train);
    };
    deepEqual(await drawn(1), await drawn(1));
    notDeepEqual(await drawn(1), await drawn(2));
  }));

Deno.test("createMixture() holds out equal content once, under both names", () =>
  inFolder(async (folder) => {
    const a = source(folder, "x", 3, 4),
      b = { ...source(folder, "y", 3), validation: a.validation };
    const { validation } = await createMixture(mixture({ sources: { a, b } }), readable);
    deepEqual(validation.map(({ source }) => source), Array(4).fill("a + b"));
  }));

Deno.test("createMixture() refuses to train on what another source holds out", () =>
  inFolder(async (folder) => {
    const a = source(folder, "x", 3), b = { ...source(folder, "y", 3), train: a.validation };
    await rejects(createMixture(mixture({ sources: { a, b } }), readable), {
      name: "ConfigError",
      message:
        'dataset.sources.b: expected prompts that no source holds out, got one that a does: "x 1000000"',
    });
  }));

Deno.test("createMixture() gives up on a probability that would take forever", () =>
  inFolder(async (folder) => {
    const sources = { a: source(folder, "a", 20), b: source(folder, "b", 1) };
    const probabilities = { a: 1e-7, b: 1 - 1e-7 };
    await rejects(createMixture(mixture({ sources, probabilities }), readable), {
      message: /dataset\.probabilities: expected a pool of at most 10000000 draws/,
    });
  }));

Deno.test("mixtureSchema wants a probability for each source, adding up to 1", () => {
  const sources = { a: microMath(), b: microMath({ seed: 1 }) };
  const fault = (probabilities: Record<string, number>) =>
    mixtureSchema.safeParse(mixture({ sources, probabilities })).error?.issues[0]?.message ?? "";
  equal(fault({ a: 0.25, b: 0.75 }), "");
  match(fault({ a: 1 }), /expected one for each of a, b/);
  match(fault({ a: 0.5, c: 0.5 }), /expected one for each of a, b/);
  match(fault({ a: 0.5, b: 0.6 }), /add up to 1/);
  ok(fault({ a: 0, b: 1 }) !== "");
  equal(mixtureSchema.safeParse(mixture({ sources: {} })).success, false);
});

Deno.test("pinMixture() fills in the digests of files", () =>
  inFolder((folder) => {
    const sources = { a: source(folder, "a", 2), math: microMath() };
    const pinned = pinMixture(mixture({ sources }));
    const { a, math } = pinned.sources;
    deepEqual(math, sources.math);
    ok(a!.kind === "files" && /^[0-9a-f]{64}$/.test(a!.train.digest!));
    deepEqual(mixtureSchema.parse(pinned), pinned);
  }));
