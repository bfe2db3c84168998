import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { loadParquetReader } from "../../../deps.ts";
import type { RunRecord } from "../../schema/run_record.ts";
import { syntheticResults } from "../testdata/synthetic_results.ts";
import { exportRecords } from "./export_records.ts";
import { createParquetFile, ROWS_PER_GROUP } from "./parquet_file.ts";
import { columnValues, recordColumns } from "./record_columns.ts";

type Row = Record<string, unknown>;

async function readRows(path: string): Promise<Row[]> {
  const { parquetReadObjects } = await loadParquetReader();
  const { buffer } = await Deno.readFile(path);
  return await parquetReadObjects({ file: buffer }) as Row[];
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The field of a record that a column holds. */
const fieldOf = (record: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => (value as Row | undefined)?.[name], record);

Deno.test("exportRecords() writes every record of every run and cold start, to be read back as they were", () =>
  inFolder(async (folder) => {
    const results = syntheticResults({ steps: 20, lastStatus: "failed" });
    const names = await exportRecords(results, folder);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [...names].sort());

    const runs = results.arms.flatMap(({ runs }) => runs);
    const listed = await readRows(join(folder, "runs.parquet"));
    equal(listed.length, runs.length + results.coldStarts.length);
    deepEqual(JSON.parse(listed[0]!.config as string), runs[0]!.config);
    equal(listed.find(({ status }) => status === "failed")!.failure, "the disk is full");
    equal(listed.at(-1)!.arm, null);

    const steps = await readRows(join(folder, "step.parquet"));
    const written = results.arms.flatMap(({ name, runs }) =>
      runs.flatMap((run) =>
        run.records.filter(({ kind }) => kind === "step").map((record) => ({ name, run, record }))
      )
    );
    equal(steps.length, written.length);
    for (const [i, { name, run, record }] of written.entries()) {
      deepEqual([steps[i]!.run, steps[i]!.arm, steps[i]!.seed], [run.id, name, run.seed]);
      for (
        const path of ["step", "gradNorm", "clipFraction", "rollouts.scoring", "seconds.total"]
      ) {
        equal(steps[i]![path], fieldOf(record, path), path);
      }
    }
    const evaluations = await readRows(join(folder, "evaluation.parquet"));
    ok(evaluations.some((row) => row["splits.validation.families.algebra.correct"] !== null));
    ok(evaluations.some(({ arm }) => arm === null)); // the cold start's
    const galleries = await readRows(join(folder, "gallery.parquet"));
    ok(Array.isArray(JSON.parse(galleries[0]!.rollouts as string)));
  }));

Deno.test("exportRecords() has a row of scores per prompt and refresh", () =>
  inFolder(async (folder) => {
    const results = syntheticResults({ steps: 20, seeds: 1 });
    await exportRecords(results, folder);
    const rows = await readRows(join(folder, "scores.parquet"));
    const run = results.arms.at(-1)!.runs[0]!;
    const refreshes = run.records.filter((record) => record.kind === "refresh");
    const own = rows.filter((row) => row.run === run.id);
    equal(own.length, refreshes.length * refreshes[0]!.prompts);
    const last = refreshes.at(-1)!, scores = await run.scores(last.file);
    const found = own.filter((row) => row.step === last.step && row.control === last.control);
    deepEqual(found.map(({ prompt }) => prompt), [...scores.vps.keys()]);
    deepEqual(found.map(({ vps }) => vps), [...scores.vps]);
  }));

Deno.test("exportRecords() writes what a run left behind that never began", () =>
  inFolder(async (folder) => {
    const results = syntheticResults({ steps: 5, seeds: 1 });
    const arms = results.arms.map((arm) => ({
      ...arm,
      runs: arm.runs.map((run) => ({
        ...run,
        status: "to do" as const,
        records: [] as RunRecord[],
      })),
    }));
    const files = await exportRecords({ ...results, arms, coldStarts: [] }, folder);
    deepEqual(files, ["runs.parquet"]);
    equal((await readRows(join(folder, "runs.parquet"))).length, 3);
  }));

Deno.test("recordColumns() finds fields that only some records have, and the narrowest type for all", () => {
  const records = [
    { kind: "a", whole: 1, number: 1, mixed: 1, flag: true, deep: { b: { c: 1.5 } } },
    { kind: "a", whole: -2, number: 2 ** 40, mixed: "x", list: [1, { d: 2 }], late: null },
  ];
  const columns = recordColumns(records);
  deepEqual(columns.map(({ name, type }) => `${name} ${type}`), [
    "whole INT32",
    "number DOUBLE",
    "mixed STRING",
    "flag BOOLEAN",
    "list STRING",
    "late DOUBLE",
    "deep.b.c DOUBLE",
  ]);
  const values = Object.fromEntries(
    columns.map((column) => [column.name, columnValues(column, records)]),
  );
  deepEqual(values["mixed"], ["1", "x"]);
  deepEqual(values["list"], [null, '[1,{"d":2}]']);
  deepEqual(values["deep.b.c"], [1.5, null]);
});

Deno.test("createParquetFile() writes group by group, with nulls in every type", () =>
  inFolder(async (folder) => {
    const path = join(folder, "x.parquet");
    const file = await createParquetFile(path, [
      { name: "i", type: "INT32" },
      { name: "d", type: "DOUBLE" },
      { name: "f", type: "FLOAT" },
      { name: "s", type: "STRING" },
      { name: "b", type: "BOOLEAN" },
    ]);
    file.write([[1, null], [0.1, NaN], Float32Array.of(0.5, 2), ["λ", null], [null, true]]);
    file.write([[3], [null], [null], ["x"], [false]]);
    file.finish();
    file.close(); // twice is fine
    const { parquetMetadata } = await loadParquetReader();
    equal(parquetMetadata((await Deno.readFile(path)).buffer).row_groups.length, 2);
    deepEqual(await readRows(path), [
      { i: 1, d: 0.1, f: 0.5, s: "λ", b: null },
      { i: null, d: NaN, f: 2, s: null, b: true },
      { i: 3, d: null, f: null, s: "x", b: false },
    ]);
    ok(ROWS_PER_GROUP >= 1000);
  }));

Deno.test("exportRecords() has columns for fields that only some records have, null for the others", () =>
  inFolder(async (folder) => {
    // Runs with several responses to each prompt; their cold start has one.
    const results = syntheticResults({ steps: 5, seeds: 1, samples: 4 });
    await exportRecords(results, folder);
    const rows = await readRows(join(folder, "evaluation.parquet"));
    const path = "splits.validation.sampled.passAtK.4";
    deepEqual(rows.map((row) => row[path] === null), rows.map(({ arm }) => arm === null));
    ok(rows.some((row) => row[path] !== null) && rows.some((row) => row[path] === null));
    ok(!("splits.validation.sampled" in rows[0]!));
  }));
