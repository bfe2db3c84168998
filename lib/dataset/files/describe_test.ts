import { deepEqual, equal, match } from "node:assert/strict";
import { answerKind } from "./answer_kind.ts";
import { describeRows } from "./describe.ts";
import { FirstSeen } from "./first_seen.ts";
import { inFolder, lines, png, put } from "./test_files.ts";

const uri = (bytes: Uint8Array) => `data:image/png;base64,${bytes.toBase64()}`;

/** Knows words of up to three letters, and takes two of them. */
const reader = (question: string) => {
  const words = question.split(" "), unknown = words.find((word) => word.length > 3);
  return unknown !== undefined
    ? { unknown }
    : { tokens: words.length, isTooLong: words.length > 2 };
};

Deno.test("describeRows() counts what is in a file", () =>
  inFolder(async (folder) => {
    const path = put(
      folder,
      "a.jsonl",
      lines(
        { id: 1, problem: "a b", answer: "12", images: [uri(png(0, 8, 4))], family: "f", level: 2 },
        { id: 2, problem: "a b", answer: "1/2", images: [uri(png(0, 8, 4))] },
        { id: 3, problem: "a b c", answer: "B" },
        { id: 3, problem: "again", answer: "B" },
        { message: [{ role: "user", content: "hello there" }], answer: "$2x$", source: "s" },
        { problem: "gone", answer: "1", images: ["gone.png"] },
        { problem: "no answer" },
      ),
    );
    const { faults, ...found } = await describeRows(path, reader);
    deepEqual(found, {
      path,
      rows: 7,
      formats: { "easyr1": 3, "lmm-r1": 1 },
      questionLength: { least: 3, median: 3, p95: 11, most: 11, mean: 5.5 },
      answerLength: { least: 1, median: 2, p95: 3, most: 3, mean: 2 },
      answerKinds: { integer: 1, fraction: 1, choice: 1, expression: 1 },
      micro: {
        readable: 2,
        questionTokens: { least: 2, median: 2, p95: 3, most: 3, mean: 7 / 3 },
        unknownWords: { hello: 1 },
      },
      images: {
        rows: 2,
        count: 2,
        kinds: { PNG: 2 },
        sizes: { "8×4": 2 },
        width: { least: 8, median: 8, p95: 8, most: 8, mean: 8 },
        height: { least: 4, median: 4, p95: 4, most: 4, mean: 4 },
      },
      duplicates: { content: 1, id: 1 },
      sources: { a: 3, s: 1 },
      families: { a: 2, f: 1, s: 1 },
      levels: { "1": 3, "2": 1 },
    });
    equal(faults.count, 3);
    deepEqual(faults.shown.map(({ place }) => place), [`${path}:4`, `${path}:6`, `${path}:7`]);
    match(faults.shown[1]!.problem, /gone\.png: there is no such file/);
  }));

Deno.test("describeRows() describes a file without a sound row", () =>
  inFolder(async (folder) => {
    const found = await describeRows(put(folder, "a.jsonl", "{\n".repeat(30)), reader);
    deepEqual([found.rows, found.faults.count, found.faults.shown.length], [30, 30, 10]);
    deepEqual([found.questionLength, found.formats], [null, {}]);
  }));

Deno.test("describeRows() gives the most frequent names, and counts the others", () =>
  inFolder(async (folder) => {
    const rows = Array.from({ length: 300 }, (_, i) => ({
      problem: "a",
      answer: "1",
      family: i < 100 ? "often" : `f${i}`,
    }));
    const { families } = await describeRows(put(folder, "a.jsonl", lines(...rows)), reader);
    equal(Object.keys(families).length, 21);
    deepEqual([families.often, families["(others)"]], [100, 181]);
  }));

Deno.test("answerKind() tells answers apart", () => {
  const answers = {
    integer: ["0", "-12", "+3", "1,234,567", "$42$"],
    decimal: ["3.5", "-.5", "1,234.5"],
    fraction: ["1/2", "-3 / 4", "\\frac{1}{2}", "-\\dfrac{3}{4}"],
    choice: ["A", "(B)", "C.", "J"],
    expression: ["x", "2x+1", "\\sqrt{2}", "sqrt(3)", "50%", "(1, 2)", "12 cm", "$\\pi$", "1,23"],
    text: ["north", "yes", "3 apples", "no idea", "AB", "x".repeat(2000), "1".repeat(2000)],
  };
  for (const [kind, texts] of Object.entries(answers)) {
    for (const text of texts) equal(answerKind(text), kind, text.slice(0, 20));
  }
});

Deno.test("FirstSeen finds every key again, and no other", () => {
  const seen = new FirstSeen();
  for (let i = 0; i < 20_000; i++) equal(seen.add(`key ${i}`, i), null);
  for (let i = 0; i < 20_000; i++) equal(seen.add(`key ${i}`, -1), i);
  equal(seen.add("another", 7), null);
});
