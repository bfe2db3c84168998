import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { packedIndexSpecs, type PackedIndices, packedIndices, packedRows } from "./packed_rows.ts";
import { policyShape, PREFIX_POSITIONS } from "./parameters.ts";
import { transformer } from "./transformer.ts";

const SHAPE = policyShape(transformer("micro", { heads: 2, width: 16 }), 5);
const LENGTHS = [3, 5, 0, 1, 2, 4]; // 15 of 30 cells
const SIZES = { prompts: 2, groupSize: 3, rows: packedRows(15, 30) };
const TABLES = packedIndices(SHAPE, SIZES, LENGTHS);
const PROMPT_ROWS = 2 * PREFIX_POSITIONS, HEADS = 2;

Deno.test("packedRows() leaves room for a row without a token, unless every cell has one", () => {
  for (const cells of [1, 7, 30, 64, 1000]) {
    const sizes = new Set<number>();
    for (let tokens = 0; tokens <= cells; tokens++) {
      const rows = packedRows(tokens, cells);
      sizes.add(rows);
      ok(tokens < cells ? rows > tokens : rows === tokens, `${tokens} of ${cells}: ${rows}`);
      ok(rows <= cells && rows <= tokens + Math.ceil(cells / 16));
    }
    ok(sizes.size <= 17, `${sizes.size} sizes for ${cells} cells`);
  }
});

Deno.test("packedIndices() has the shapes that packedIndexSpecs() says", () => {
  for (const [name, spec] of Object.entries(packedIndexSpecs(SHAPE, SIZES))) {
    equal(TABLES[name as keyof PackedIndices<Int32Array>].length, spec.shape[0], name);
  }
});

Deno.test("packedIndices() matches every token's cell with a row, and what is empty with what is empty", () => {
  const { cells, places, positions } = TABLES;
  const filled = LENGTHS.flatMap((length, row) =>
    Array.from({ length }, (_, t) => row * SHAPE.responseTokens + t)
  );
  deepEqual([...cells.slice(0, 15)], filled);
  filled.forEach((cell, row) => equal(places[cell], row));
  filled.forEach((cell, row) => equal(positions[row], PREFIX_POSITIONS + cell % 5));
  const empty = [...places.keys()].filter((cell) => !filled.includes(cell));
  ok(
    empty.every((cell) => places[cell]! >= 15) &&
      [...cells.slice(15)].every((cell) => empty.includes(cell)),
  );
});

Deno.test("packedIndices() takes every head of every token to its lane and back", () => {
  const { toLanes, fromLanes, toRows, fromRows, cells } = TABLES;
  const responseLanes = 2 * HEADS * 3 * 5;
  const lane = (cell: number, head: number) => {
    const rollout = Math.floor(cell / 5), prompt = Math.floor(rollout / 3);
    return ((prompt * HEADS + head) * 3 + rollout % 3) * 5 + cell % 5;
  };
  for (let row = 0; row < 15; row++) {
    for (let head = 0; head < HEADS; head++) {
      const at = lane(cells[row]!, head);
      equal(toRows[row * HEADS + head], at);
      equal(fromRows[at], row * HEADS + head);
      for (let kind = 0; kind < 3; kind++) {
        const headRow = (row * 3 + kind) * HEADS + head;
        equal(fromLanes[headRow], kind * responseLanes + at);
        equal(toLanes[kind * responseLanes + at], headRow);
      }
    }
  }
  const seen = new Set<number>();
  for (let headRow = SIZES.rows * 3 * HEADS; headRow < fromLanes.length; headRow++) { // prompts
    const at = fromLanes[headRow]!;
    ok(at >= 3 * responseLanes);
    equal(toLanes[at], headRow);
    seen.add(at);
  }
  equal(seen.size, PROMPT_ROWS * 3 * HEADS);
});

Deno.test("packedIndices() refuses rows that do not suffice", () => {
  throws(() => packedIndices(SHAPE, { ...SIZES, rows: 15 }, LENGTHS), {
    name: "RangeError",
    message: "Cannot pack 15 tokens of 30 cells into 15 rows: expected 16",
  });
});
