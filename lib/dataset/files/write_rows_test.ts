import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { createMicroMath, microMath } from "../micro_math.ts";
import { createFiles, files } from "./files.ts";
import { promptRow } from "./prompt_rows.ts";
import { readRows } from "./read_rows.ts";
import { type Row, ROW_FORMATS } from "./row.ts";
import { faultsOf, inFolder, lines, png, put, readAll } from "./test_files.ts";
import { writeRows, type WrittenFormat } from "./write_rows.ts";

const FORMATS = ROW_FORMATS.filter((name): name is WrittenFormat => name !== "image-folder");
const { train, validation } = createMicroMath(
  microMath({ prompts: 60, validationPrompts: 20, benchmarkPrompts: 1 }),
);

for (const format of FORMATS) {
  for (const ending of ["jsonl", "parquet"]) {
    Deno.test(`writeRows() and createFiles() keep MicroMath's prompts: ${format}, ${ending}`, () =>
      inFolder(async (folder) => {
        const paths = { train: `${folder}/t.${ending}`, validation: `${folder}/v.${ending}` };
        equal(await writeRows(paths.train, format, train.map(promptRow)), 60);
        equal(await writeRows(paths.validation, format, validation.map(promptRow)), 20);
        const config = files(paths);
        const read = await createFiles(config, () => null);
        for (
          const [before, after] of [[train, read.train], [validation, read.validation]] as const
        ) {
          equal(after.length, before.length);
          before.forEach(({ source, family, level, question, answer, choices, image }, i) => {
            const prompt = after[i]!;
            deepEqual(
              [prompt.source, prompt.family, prompt.level, prompt.question, prompt.answer],
              [source, family, level, question, answer],
            );
            deepEqual(prompt.choices, choices);
            deepEqual(prompt.image, image && image.map((grey) => Math.round(grey * 255) / 255));
          });
        }
        const [first] = await readAll(paths.train);
        equal(first!.format, format === "mmr1" ? "easyr1" : format);
        equal(first!.row!.id, train[0]!.id);
        deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
          `t.${ending}`,
          `v.${ending}`,
        ]);
      }));
  }
}

/** A row with pictures inside its text, one of them a file, options, and letters of other alphabets. */
const rich = (folder: string): Row => ({
  id: "q1",
  source: "own",
  family: "πλοίο",
  level: 3,
  question: "From <image> to <image>:\n“how far” \\frac{1}{2}?",
  images: [
    { kind: "bytes", bytes: png(0.2), name: "first.png" },
    { kind: "path", path: join(folder, "ä b.png") },
    { kind: "bytes", bytes: png(0.8), name: null },
  ],
  answer: "B",
  choices: ["1 km", "2 km"],
});

for (const format of FORMATS) {
  for (const ending of ["jsonl", "parquet"]) {
    Deno.test(`writeRows() keeps pictures inside the text: ${format}, ${ending}`, () =>
      inFolder(async (folder) => {
        put(folder, "ä b.png", png(0.5));
        const path = `${folder}/a.${ending}`, row = rich(folder);
        await writeRows(path, format, [row]);
        const [read] = await readAll(path);
        equal(read!.fault, null);
        const { images, ...rest } = read!.row!, { images: given, ...wanted } = row;
        deepEqual(rest, wanted);
        const shown = images.map((image) =>
          image.kind === "bytes" ? image.bytes : Deno.readFileSync(image.path)
        );
        deepEqual(shown.map((bytes) => new Uint8Array(bytes)), [png(0.2), png(0.5), png(0.8)]);
        const holdsBytes = ending === "parquet" && ["easyr1", "mmr1", "verl"].includes(format);
        equal(images[1]!.kind, holdsBytes || ending === "parquet" ? "bytes" : "path");
        equal(given.length, 3);
      }));
  }
}

Deno.test("writeRows() replaces a file once all rows are written, and else leaves it", () =>
  inFolder(async (folder) => {
    const path = put(folder, "a.jsonl", "old");
    const [row] = train.map(promptRow);
    const failing = function* () {
      yield row!;
      throw new Error("no more");
    };
    for (const ending of ["jsonl", "parquet"]) {
      await rejects(writeRows(`${folder}/a.${ending}`, "easyr1", failing()), /no more/);
    }
    equal(Deno.readTextFileSync(path), "old");
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.jsonl"]);
    await writeRows(path, "easyr1", [row!]);
    match(Deno.readTextFileSync(path), /^\{"problem":/);
  }));

Deno.test("writeRows() writes what it is given, a row group at a time", () =>
  inFolder(async (folder) => {
    const path = `${folder}/new/folder/a.parquet`;
    const many = function* (): Generator<Row> {
      for (let i = 0; i < 1201; i++) {
        yield { ...promptRow(train[i % 60]!), id: String(i), images: [] };
      }
    };
    equal(await writeRows(path, "verl", many()), 1201);
    let count = 0;
    for await (const { row } of readRows(path)) equal(row!.id, String(count++));
    equal(count, 1201);
  }));

Deno.test("writeRows() refuses no rows, another ending, and a picture that is not there", () =>
  inFolder(async (folder) => {
    const row = promptRow(train[0]!);
    await rejects(writeRows(`${folder}/a.jsonl`, "verl", []), /expected rows to write, got none/);
    await rejects(writeRows(`${folder}/a.csv`, "verl", [row]), /ends in \.jsonl or \.parquet/);
    const missing = { ...row, images: [{ kind: "path" as const, path: `${folder}/x.png` }] };
    await rejects(writeRows(`${folder}/a.parquet`, "verl", [missing]), { name: "RowFault" });
    deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("writeRows() gives a text the white picture InternVL wants", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.jsonl`;
    await writeRows(path, "mm-eureka-internvl", [{ ...promptRow(train[0]!), images: [] }]);
    const { image_urls } = JSON.parse(Deno.readTextFileSync(path));
    equal(image_urls.length, 1);
    const [read] = await readAll(
      put(folder, "b.jsonl", lines({ problem: "x", answer: 1, images: image_urls })),
    );
    ok(read!.row!.images[0]!.kind === "bytes");
    deepEqual((await readAll(path))[0]!.row!.images, []);
    deepEqual(await faultsOf(path), []);
  }));
