import { deepEqual, equal } from "node:assert/strict";
import type { TableArtifact } from "../html/artifact.ts";
import { csvOfRows, csvTable, markdownTable } from "./plain_tables.ts";

const TABLE: TableArtifact = {
  kind: "table",
  label: "L",
  head: ["arm", "a|b", "score"],
  rows: [
    ["mixed, λ = 0.5", "x*y", { value: 60.04, half: 1.26, digits: 1, mark: "best" }],
    ['"quoted"', "", { value: 59, half: null, digits: 1, mark: "notWorse" }],
    ["none", "–", "–"],
  ],
  wordColumns: 2,
};

Deno.test("markdownTable() escapes what would end a cell, aligns numbers, marks the best", () => {
  equal(
    markdownTable(TABLE),
    `| arm | a\\|b | score |
| --- | --- | ---: |
| mixed, λ = 0.5 | x\\*y | **60.0** ± 1.3 |
| "quoted" |  | 59.0† |
| none | – | – |
`,
  );
});

Deno.test("csvTable() has values, halves and marks in columns of their own, at full precision", () => {
  equal(
    csvTable(TABLE),
    `arm,a|b,score,score: half of the interval,score: mark
"mixed, λ = 0.5",x*y,60.04,1.26,best
"""quoted""",,59,,notWorse
none,–,–,,
`,
  );
});

Deno.test("csvOfRows() takes columns in the order in which they occur, and leaves gaps empty", () => {
  deepEqual(csvOfRows([{ a: 1 }, { b: "x,y", a: null }]).split("\n"), [
    "a,b",
    "1,",
    ',"x,y"',
    "",
  ]);
});
