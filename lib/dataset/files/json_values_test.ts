import { deepEqual, equal, match, throws } from "node:assert/strict";
import fc from "fast-check";
import { jsonValues } from "./json_values.ts";
import { inFolder, put } from "./test_files.ts";

const read = (path: string) =>
  [...jsonValues(path)].map(({ line, value, fault }) => [line, fault ?? value]);

Deno.test("jsonValues() reads lines: byte order mark, Windows ends, empty lines, no end at the end", () =>
  inFolder((folder) => {
    deepEqual(read(put(folder, "a", '\ufeff{"a":1}\r\n\r\n  \n[2]\r\n"ü"')), [
      [1, { a: 1 }],
      [4, [2]],
      [5, "ü"],
    ]);
    deepEqual(read(put(folder, "b", "")), []);
    deepEqual(read(put(folder, "c", "\n \r\n")), []);
  }));

Deno.test("jsonValues() reads a list over any number of lines", () =>
  inFolder((folder) => {
    const text = '\ufeff\n[\n  {"a": "],}{[\\"\\\\",\n   "b": [1, 2]},\r\n\n  3, [4], "x"\n]\n';
    deepEqual(read(put(folder, "a", text)), [
      [3, { a: '],}{["\\', b: [1, 2] }],
      [6, 3],
      [6, [4]],
      [6, "x"],
    ]);
    deepEqual(read(put(folder, "b", "[]")), []);
  }));

Deno.test("jsonValues() finds the same values in lines and in a list, wherever its chunks end", () =>
  inFolder((folder) => {
    const value = fc.jsonValue({ maxDepth: 3 }).map((inner) => ({ inner }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), fc.nat(40), (values, space) => {
        const expected = values.map((value) => JSON.parse(JSON.stringify(value)));
        const asLines = put(folder, "l", values.map((value) => JSON.stringify(value)).join("\n"));
        deepEqual([...jsonValues(asLines)].map(({ value }) => value), expected);
        // 1 MiB is a chunk: the list begins so that it lies across the border
        const padding = " ".repeat((1 << 20) - space);
        const asList = put(folder, "m", padding + JSON.stringify(values, null, 1));
        deepEqual([...jsonValues(asList)].map(({ value }) => value), expected);
      }),
      { numRuns: 12, seed: 1 },
    );
  }));

Deno.test("jsonValues() says what is wrong with one value and goes on", () =>
  inFolder((folder) => {
    const path = put(folder, "a", '{"a":1}\n{"a":\n{"b":2}\n');
    const [first, second, third] = read(path);
    deepEqual([first, third], [[1, { a: 1 }], [3, { b: 2 }]]);
    match(String(second![1]), /^expected JSON: /);
    const latin = new Uint8Array([...new TextEncoder().encode('"a"\n"'), 0xe9, 0x22, 0x0a, 0x31]);
    deepEqual(read(put(folder, "b", latin)), [
      [1, "a"],
      [2, "expected UTF-8, got other bytes"],
      [3, 1],
    ]);
    deepEqual(read(put(folder, "c", "[1,\n,2]\n3")), [
      [1, 1],
      [2, "expected a value before the comma"],
      [2, 2],
      [2, "expected nothing behind the list"],
    ]);
  }));

Deno.test("jsonValues() notices a file that is cut off", () =>
  inFolder((folder) => {
    const cut = "expected the list to end, got a file that is cut off";
    deepEqual(read(put(folder, "a", "[1,\n2")).at(-1), [2, cut]);
    deepEqual(read(put(folder, "b", '[{"a": "')).at(-1), [1, cut]);
    match(String(read(put(folder, "c", '{"a":1}\n{"a":"b'))[1]![1]), /^expected JSON: /);
  }));

Deno.test("jsonValues() refuses UTF-16", () =>
  inFolder((folder) => {
    for (const mark of [[0xff, 0xfe], [0xfe, 0xff]]) {
      const path = put(folder, "a", new Uint8Array([...mark, 0x31, 0]));
      throws(() => read(path), /expected UTF-8, got UTF-16/);
    }
  }));

Deno.test("jsonValues() takes a line of ten megabytes and a deep nest", () =>
  inFolder((folder) => {
    const long = "x".repeat(10_000_000), deep = 200_000;
    const path = put(folder, "a", `"${long}"\n${"[".repeat(deep)}\n7\n`);
    const values = [...jsonValues(put(folder, "b", `1\n${Deno.readTextFileSync(path)}`))];
    equal(values[1]!.value, long);
    equal(typeof values[2]!.fault, "string");
    deepEqual([values[3]!.line, values[3]!.value], [4, 7]);
    const nested = `{"a":${"[".repeat(deep)}${"]".repeat(deep)}}`;
    equal([...jsonValues(put(folder, "c", nested))].length, 1);
  }));
