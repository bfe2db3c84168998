import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { imageSize } from "./image.ts";
import type { Row } from "./row.ts";
import { faultsOf, inFolder, lines, png, put, readAll } from "./test_files.ts";

const uri = (bytes: Uint8Array) => `data:image/png;base64,${bytes.toBase64()}`;
const testdata = (name: string) => new URL(`testdata/${name}`, import.meta.url).pathname;

/** The one row of a file with this record. */
async function only(folder: string, record: unknown): Promise<Row & { format: string }> {
  const all = await readAll(put(folder, "one.jsonl", lines(record)));
  equal(all.length, 1);
  equal(all[0]!.fault, null);
  return { ...all[0]!.row!, format: all[0]!.format! };
}

Deno.test("readRows() reads MM-EUREKA's rows of the qwen branch", () =>
  inFolder(async (folder) => {
    const picture = put(folder, "a b.png", png());
    const content = [{ type: "image", image: `file://${picture}` }, {
      type: "text",
      text: "How many ?",
    }];
    const message = [{ role: "system", content: "Think first." }, { role: "user", content }];
    const row = await only(folder, { id: "7", message: JSON.stringify(message), answer: "$12$" });
    deepEqual(row, {
      id: "7",
      source: "one",
      family: "one",
      level: 1,
      choices: null,
      question: "How many ?",
      images: [{ kind: "path", path: picture }],
      answer: "12",
      format: "mm-eureka",
    });
  }));

Deno.test("readRows() takes file addresses as they are and escaped, and paths from the data's folder", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(join(folder, "data"));
    const picture = put(folder, "a b.png", png());
    const literal = put(folder, "a%20c.png", png());
    const images = [`file://${folder}/a%20b.png`, `file://${literal}`, "../a b.png"];
    const [read] = await readAll(
      put(join(folder, "data"), "x.jsonl", lines({ problem: "sum ?", answer: 1, images })),
    );
    const paths = read!.row!.images.map((image) => image.kind === "path" && image.path);
    deepEqual(paths, [picture, literal, picture]);
  }));

Deno.test("readRows() reads MM-EUREKA's rows of the internvl branch, and no white picture of a text", () =>
  inFolder(async (folder) => {
    const record = {
      id: 3,
      conversations: [{ role: "system", content: "s" }, {
        role: "user",
        content: "<image>\nWhat ?",
      }],
      answer: "(A)",
      image_urls: [`file://${folder}/x.png`],
    };
    const row = await only(folder, record);
    deepEqual([row.format, row.id, row.question, row.answer, row.images.length], [
      "mm-eureka-internvl",
      "3",
      "What ?",
      "(A)",
      1,
    ]);
    const user = [{ role: "user", content: "1 + 1 = ?" }];
    const text = {
      ...record,
      conversations: user,
      image_urls: ["file:///data/examples/blank.png"],
    };
    deepEqual((await only(folder, text)).images, []);
  }));

Deno.test("readRows() reads LMM-R1's messages: as text, as a list, in OpenAI's form", () =>
  inFolder(async (folder) => {
    const image = uri(png());
    const forms: readonly unknown[] = [
      [{ role: "user", content: [{ type: "image", image }, { type: "text", text: "x ?" }] }],
      JSON.stringify([{ role: "user", content: [{ type: "image", image }, "x ?"] }]),
      [{
        role: "user",
        content: [{ type: "image_url", image_url: { url: image } }, { text: "x ?" }],
      }],
    ];
    for (const message of forms) {
      const row = await only(folder, { message, answer: "$\\frac{1}{2}$", question: "x ?" });
      deepEqual([row.format, row.question, row.answer], ["lmm-r1", "x ?", "\\frac{1}{2}"]);
      deepEqual(row.images, [{ kind: "bytes", bytes: png(), name: null }]);
    }
    const plain = await only(folder, {
      message: [{ role: "user", content: "1 + 1" }],
      answer: "$a$ or $b$",
    });
    deepEqual([plain.question, plain.answer, plain.images], ["1 + 1", "$a$ or $b$", []]);
  }));

Deno.test("readRows() reads EasyR1's rows, with marks for images inside the text only", () =>
  inFolder(async (folder) => {
    const images = ["a.png", uri(png())];
    const leading = await only(folder, { problem: "<image> <image>\nBoth ?", answer: "2", images });
    deepEqual([leading.format, leading.question, leading.images.length], ["easyr1", "Both ?", 2]);
    const inside = "<image>From <image> to <image> ?";
    const between = await only(folder, {
      problem: "From <image> to <image> ?",
      answer: "2",
      images,
    });
    equal(between.question, "From <image> to <image> ?");
    match(
      (await faultsOf(put(folder, "m.jsonl", lines({ problem: inside, answer: "1", images }))))[0]!,
      /problem: expected 2 times <image>, one per image, got 3/,
    );
    const all = await readAll(put(folder, "k.jsonl", lines({ q: "sum ?", gold: 4, pics: [] })), {
      keys: { question: "q", answer: "gold", images: "pics" },
    });
    deepEqual([all[0]!.row!.question, all[0]!.row!.answer], ["sum ?", "4"]);
  }));

Deno.test("readRows() reads verl's rows", () =>
  inFolder(async (folder) => {
    const record = {
      data_source: "geometry3k",
      prompt: [{ role: "user", content: "<image>Area ?" }],
      images: [{ image: uri(png()) }],
      ability: "math",
      reward_model: { style: "rule", ground_truth: "12" },
      extra_info: { index: 0, id: "g1", level: 2, choices: ["10", "12"] },
    };
    const { images, ...row } = await only(folder, record);
    deepEqual(row, {
      id: "g1",
      source: "geometry3k",
      family: "math",
      level: 2,
      question: "Area ?",
      answer: "12",
      choices: ["10", "12"],
      format: "verl",
    });
    equal(images.length, 1);
  }));

Deno.test("readRows() reads a folder of images", () =>
  inFolder(async (folder) => {
    put(folder, "1.png", png());
    put(folder, "metadata.jsonl", lines({ file_name: "1.png", question: "dots ?", answer: 4 }));
    const [{ row, format, place }] = await readAll(folder) as [
      Awaited<ReturnType<typeof readAll>>[0],
    ];
    deepEqual([format, place], ["image-folder", `${folder}/metadata.jsonl:1`]);
    deepEqual(row!.images, [{ kind: "path", path: join(folder, "1.png") }]);
    await inFolder((empty) => rejects(readAll(empty), /a folder of images with a metadata\.jsonl/));
  }));

for (const codec of ["none", "snappy", "gzip", "zstd", "brotli"]) {
  Deno.test(`readRows() reads Parquet that pyarrow wrote, row groups of three, ${codec}`, async () => {
    const all = await readAll(testdata(`mmr1_${codec}.parquet`));
    equal(all.length, 7);
    all.forEach(({ place, row }, i) => {
      match(place, new RegExp(`mmr1_${codec}.parquet, row ${i + 1}$`));
      deepEqual([row!.question, row!.answer], [`${i} + ${i} = ?`, String(2 * i)]);
      equal(row!.images.length, i === 3 ? 0 : 1);
      if (i !== 3) {
        deepEqual(imageSize(row!.images[0]!), { kind: "PNG", width: 4, height: 4 });
      }
    });
  });
}

Deno.test("readRows() reads Parquet of verl's examples and of Hugging Face's own writer", async () => {
  const [verl] = await readAll(testdata("verl.parquet"));
  deepEqual([verl!.format, verl!.row!.source, verl!.row!.answer], ["verl", "geo", "12"]);
  equal(verl!.row!.images.length, 1);
  const [own] = await readAll(testdata("hugging_face.parquet"));
  const { width, height } = imageSize(own!.row!.images[0]!);
  deepEqual([own!.row!.question, width, height], ["count ?", 8, 4]);
});

Deno.test("readRows() refuses Parquet it cannot read", () =>
  inFolder(async (folder) => {
    const keys = { question: "q", answer: "a", images: "i" };
    await rejects(readAll(testdata("columns.parquet"), { keys }), {
      message: /expected columns such as problem, message or prompt, got x, y$/,
    });
    await rejects(readAll(testdata("mmr1_lz4.parquet")), {
      name: "ConfigError",
      message: /mmr1_lz4\.parquet: expected a Parquet file, got one that does not read: .*LZ4/,
    });
    const bytes = Deno.readFileSync(testdata("mmr1_snappy.parquet"));
    for (const length of [4, 100, bytes.length - 1]) {
      const path = put(folder, "cut.parquet", bytes.slice(0, length));
      await rejects(readAll(path), { name: "ConfigError" }, `${length} bytes`);
    }
    for (let i = 8; i < bytes.length; i += 97) { // a changed byte: rows, faults or one clear error
      const changed = bytes.slice();
      changed[i]! ^= 0x55;
      const read = readAll(put(folder, "changed.parquet", changed));
      await read.catch((error) => equal(error.name, "ConfigError"));
    }
  }));

Deno.test("readRows() says what is wrong with each row, and where", () =>
  inFolder(async (folder) => {
    const user = (content: unknown) => [{ role: "user", content }];
    const records: readonly (readonly [unknown, RegExp])[] = [
      [5, /^1: expected an object, got 5$/],
      [{}, /^2: expected a message, conversations, a prompt .* got none of these fields$/],
      [{ text: "a", label: 1 }, /^3: .*got "text", "label"$/],
      [{ problem: "1 + 1 ?" }, /^4: answer: expected an answer, got nothing$/],
      [{ problem: "1 + 1 ?", answer: " " }, /^5: answer: expected an answer, got " "$/],
      [{ problem: "1 + 1 ?", answer: true }, /^6: answer: expected a text, got true$/],
      [{ problem: 3, answer: "1" }, /^7: problem: expected a text, got 3$/],
      [{ problem: "<image>", answer: "1", images: ["a.png"] }, /^8: .*a question, got no text$/],
      [{ problem: "x", answer: "1", images: ["https://a.b/c.png"] }, /^9: .*nothing is fetched/],
      [{ problem: "x", answer: "1", images: ["s3://a/c.png"] }, /^10: .*expected a path, a data/],
      [{ problem: "x", answer: "1", images: [null] }, /^11: images\[0\]: .*got nothing$/],
      [{ problem: "x", answer: "1", images: ["data:image/png,abc"] }, /^12: .*;base64, got/],
      [
        { problem: "x", answer: "1", images: ["data:image/png;base64,%%"] },
        /^13: .*expected base64/,
      ],
      [
        { problem: "x", answer: "1", images: [{ bytes: [1, 2] }] },
        /^14: .*expected bytes, got a list/,
      ],
      [
        { problem: "x", answer: "1", level: 0 },
        /^15: level: expected a whole number of at least 1/,
      ],
      [{ message: "[{", answer: "1" }, /^16: message: expected a list of messages as JSON: /],
      [
        { message: '"hello"', answer: "1" },
        /^17: message: expected a list of messages, got "hello"$/,
      ],
      [
        { message: user("x").concat(user("y")), answer: "1" },
        /^18: .*one message of the user, got 2$/,
      ],
      [{ message: [{ role: "robot", content: "x" }], answer: "1" }, /^19: .*got "robot"$/],
      [{ message: user([{ type: "video", video: "v" }]), answer: "1" }, /^20: .*got type "video"$/],
      [
        { message: user(null), answer: "1" },
        /^21: message\[0\]\.content: expected a text or a list/,
      ],
      [{ prompt: "x", reward_model: {} }, /^22: prompt: expected a list, got "x"$/],
      [
        { prompt: user("x"), reward_model: {} },
        /^23: reward_model\.ground_truth: expected an answer/,
      ],
      [{ prompt: user("x"), data_source: "d" }, /^24: reward_model: expected \{style/],
      [
        { problem: "x", answer: "1", choices: ["a", 2] },
        /^25: choices\[1\]: expected a text, got 2$/,
      ],
      [{ problem: "x", answer: "1", id: "same" }, /^never$/],
      [
        { problem: "y", answer: "2", id: "same" },
        /^27: id: expected one of its own, got "same" as in .*:26$/,
      ],
    ];
    const path = put(folder, "bad.jsonl", lines(...records.map(([record]) => record)));
    const faults = await faultsOf(path);
    const wanted = records.map(([, pattern]) => pattern).filter(({ source }) =>
      source !== "^never$"
    );
    equal(faults.length, wanted.length);
    faults.forEach((fault, i) => match(fault, wanted[i]!));
  }));

Deno.test("readRows() reads a format that is named, whatever the rows look like", () =>
  inFolder(async (folder) => {
    const path = put(folder, "a.jsonl", lines({ problem: "x", answer: "1" }));
    match((await faultsOf(path, { format: "lmm-r1" }))[0]!, /message: expected a list of messages/);
    equal((await readAll(path, { format: "mmr1" }))[0]!.format, "mmr1");
  }));

Deno.test("readRows() names rows without a name by what they ask and show, not by their answer", () =>
  inFolder(async (folder) => {
    const row = { problem: "x ?", answer: "1", images: [uri(png(0.1))] };
    const other = { ...row, images: [uri(png(0.9))] };
    const all = await readAll(put(folder, "a.jsonl", lines(row, { ...row, answer: "2" }, other)));
    const [a, b, c] = all.map(({ row }) => row!.id);
    equal(a, b);
    ok(a !== c);
    match(a!, /^[0-9a-f]{16}$/);
  }));

Deno.test("readRows() says which path holds no rows, and that nothing is fetched", () =>
  inFolder(async (folder) => {
    await rejects(readAll(`${folder}/no.jsonl`), { name: "ConfigError", message: /no such file$/ });
    await rejects(readAll("hiyouga/geometry3k@train"), /is not fetched: download it/);
    await rejects(readAll("MMR1/MMR1-RL"), /is not fetched: download it/);
    await rejects(readAll(put(folder, "a.jsonl", "")), /expected rows, got an empty file/);
    await rejects(
      readAll(put(folder, "a.gz", new Uint8Array([0x1f, 0x8b, 8, 0]))),
      /got a gzip file: unpack it first/,
    );
    deepEqual(
      (await faultsOf(put(folder, "a.png", png()))).length > 0,
      true,
    );
  }));

Deno.test("readRows() keeps a path as the file says it: a missing one is an error, wherever it leads", () =>
  inFolder(async (folder) => {
    const images = ["../../../../nowhere/x.png"];
    const all = await readAll(
      put(folder, "a.jsonl", lines({ problem: "x ?", answer: "1", images })),
    );
    const [image] = all[0]!.row!.images;
    ok(image?.kind === "path" && image.path.endsWith("/nowhere/x.png"));
    await rejects(() => Promise.resolve().then(() => imageSize(image)), /there is no such file/);
  }));
