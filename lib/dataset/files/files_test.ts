import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { createFiles, files, filesSchema, pinFiles } from "./files.ts";
import { inFolder, lines, png, put } from "./test_files.ts";

const readable = () => null;
const row = (i: number, more = {}) => ({ problem: `${i} + 1 = ?`, answer: String(i + 1), ...more });
const rows = (from: number, count: number) =>
  lines(...Array.from({ length: count }, (_, i) => row(from + i)));

Deno.test("files() fills in what is published, and filesSchema accepts it", () => {
  const config = files({ train: "a.jsonl", validation: { path: "b.parquet", format: "verl" } });
  deepEqual(config, {
    kind: "files",
    train: { path: "a.jsonl", format: "auto", digest: null },
    validation: { path: "b.parquet", format: "verl", digest: null },
    limit: null,
    keys: { question: "problem", answer: "answer", images: "images" },
    unreadable: "error",
  });
  deepEqual(filesSchema.parse(config), config);
  equal(filesSchema.safeParse({ ...config, limit: 0 }).success, false);
});

Deno.test("createFiles() makes prompts of both files", () =>
  inFolder(async (folder) => {
    const picture = `data:image/png;base64,${png(1, 32, 16).toBase64()}`;
    const train = put(
      folder,
      "t.jsonl",
      rows(0, 2) + lines(row(2, {
        images: [picture],
        family: "sums",
        level: 2,
        source: "own",
        choices: ["3", "4"],
      })),
    );
    const data = await createFiles(
      files({ train, validation: put(folder, "v.jsonl", rows(9, 1)) }),
      readable,
    );
    deepEqual([data.train.length, data.validation.length, data.benchmarks], [3, 1, {}]);
    deepEqual(data.skipped, { train: 0, validation: 0 });
    const { id, image, ...prompt } = data.train[2]!;
    deepEqual(prompt, {
      source: "own",
      family: "sums",
      level: 2,
      question: "2 + 1 = ?",
      answer: "3",
      choices: ["3", "4"],
      solvable: true,
      reasoning: "",
      solution: "3",
      guesses: ["3", "4"],
    });
    match(id, /^[0-9a-z]{8,}$/);
    deepEqual([image!.length, image![0], image![5 * 16]], [256, 0, 1]);
    equal(data.train[0]!.image, null);
  }));

Deno.test("createFiles() guesses letters where the answer is one", () =>
  inFolder(async (folder) => {
    const train = put(
      folder,
      "t.jsonl",
      lines(row(0, { answer: "C", choices: ["1", "2", "4"] }), row(1, { choices: ["x"] })),
    );
    const { train: pool } = await createFiles(
      files({ train, validation: put(folder, "v.jsonl", rows(9, 1)) }),
      readable,
    );
    deepEqual(pool.map(({ guesses }) => guesses), [["A", "B", "C"], ["2"]]);
  }));

Deno.test("createFiles() takes the first rows when there is a limit, and reads no further", () =>
  inFolder(async (folder) => {
    const train = put(folder, "t.jsonl", `${rows(0, 3)}{"broken`);
    const validation = put(folder, "v.jsonl", rows(9, 5));
    const data = await createFiles(files({ train, validation, limit: 2 }), readable);
    deepEqual([data.train.length, data.validation.length], [2, 5]);
    await rejects(createFiles(files({ train, validation }), readable), {
      name: "ConfigError",
      message: /t\.jsonl:4: expected JSON: /,
    });
  }));

Deno.test("createFiles() lists the first faults and counts the others", () =>
  inFolder(async (folder) => {
    const bad = lines(...Array.from({ length: 25 }, (_, i) => row(i, { answer: null })));
    const config = files({
      train: put(folder, "t.jsonl", rows(50, 1) + bad),
      validation: put(folder, "v.jsonl", rows(9, 1)),
    });
    const error: Error = await createFiles(config, readable).then(
      () => ok(false),
      (error) => error,
    );
    const [first, ...others] = error.message.split("\n");
    match(
      first!,
      /t\.jsonl:2: answer: expected an answer, got nothing \(and 24 more to correct\)$/,
    );
    equal(others.length, 10);
    match(others[8]!, /t\.jsonl:11: /);
    equal(others[9], "  … and 15 more");
  }));

Deno.test("createFiles() names the row the policy cannot read, or leaves it out and counts it", () =>
  inFolder(async (folder) => {
    const why = (question: string) => question.startsWith("1") ? `no ${question}` : null;
    const images = [png(), png()].map((bytes) => `data:image/png;base64,${bytes.toBase64()}`);
    const train = put(folder, "t.jsonl", rows(0, 2) + lines(row(2, { images })));
    const validation = put(folder, "v.jsonl", rows(9, 1));
    await rejects(createFiles(files({ train, validation }), why), {
      message: new RegExp(
        "t.jsonl:2: no 1 \\+ 1 = \\? \\(and 1 more to correct\\)\\n" +
          "  .*t.jsonl:3: images: expected at most one, which is what the policy sees, got 2",
      ),
    });
    const data = await createFiles(files({ train, validation, unreadable: "skip" }), why);
    deepEqual([data.train.length, data.skipped], [1, { train: 2, validation: 0 }]);
    await rejects(
      createFiles(files({ train, validation, unreadable: "skip" }), () => "no"),
      /expected questions the policy can read, got 3 it cannot/,
    );
  }));

Deno.test("createFiles() refuses a held-out question that is in the pool, whatever its answer", () =>
  inFolder(async (folder) => {
    const train = put(folder, "t.jsonl", rows(0, 5));
    const validation = put(folder, "v.jsonl", rows(9, 1) + lines(row(3, { answer: "x" })));
    await rejects(createFiles(files({ train, validation }), readable), {
      name: "ConfigError",
      message: /v\.jsonl:2: expected a question that is not in the pool, got that of .*t\.jsonl:4$/,
    });
  }));

Deno.test("createFiles() names the row whose picture is missing or does not decode", () =>
  inFolder(async (folder) => {
    const broken = `data:image/png;base64,${png().slice(0, 40).toBase64()}`;
    const train = put(
      folder,
      "t.jsonl",
      lines(row(0, { images: ["no.png"] }), row(1, { images: [broken] })),
    );
    const validation = put(folder, "v.jsonl", rows(9, 1));
    await rejects(createFiles(files({ train, validation }), readable), {
      message: new RegExp(
        "t.jsonl:1: image .*no.png: there is no such file .*\\n.*t.jsonl:2: image: .*cut off",
      ),
    });
  }));

Deno.test("pinFiles() fills in digests, and notices a file that was changed", () =>
  inFolder(async (folder) => {
    const train = put(folder, "t.jsonl", "abc"), validation = put(folder, "v.jsonl", rows(9, 1));
    const pinned = pinFiles(files({ train, validation }));
    // SHA-256 of "abc" (FIPS 180-2, appendix B.1)
    equal(
      pinned.train.digest,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    deepEqual(pinFiles(pinned), pinned);
    deepEqual(filesSchema.parse(pinned), pinned);
    put(folder, "t.jsonl", "abd");
    throws(
      () => pinFiles(pinned),
      /t\.jsonl: expected the file with SHA-256 ba7816bf.*was changed/,
    );
    await rejects(createFiles(pinned, readable), /was changed/);
    throws(() => pinFiles(files({ train: `${folder}/no`, validation })), /no such file/);
  }));
