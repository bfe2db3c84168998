/** All that the runs of an experiment wrote down, as Parquet. */
import { join } from "node:path";
import { earlierStages, type ExperimentResults } from "../../analysis/results.ts";
import type { RunRecord } from "../../schema/run_record.ts";
import type { RunData } from "../../store/run_data.ts";
import {
  type ColumnValues,
  createParquetFile,
  type ParquetColumn,
  ROWS_PER_GROUP,
} from "./parquet_file.ts";
import { columnValues, recordColumns } from "./record_columns.ts";

/** Where rows come from; null for a cold start, which belongs to no arm. */
interface Source {
  readonly run: string;
  readonly arm: string | null;
  readonly seed: number | null;
}

const SOURCE = [
  { name: "run", type: "STRING" },
  { name: "arm", type: "STRING" },
  { name: "seed", type: "INT32" },
] as const satisfies readonly ParquetColumn[];

const sourceValues = (source: Source, rows: number): readonly ColumnValues[] =>
  SOURCE.map(({ name }) => new Array<unknown>(rows).fill(source[name]));

/**
 * Every run of every status, the stages that only others begin from, then the cold starts. A run that two arms share
 * stands in both.
 */
function sourcesOf(results: ExperimentResults) {
  return [
    ...results.arms.flatMap(({ name, runs }) =>
      runs.map((run) => ({ source: { run: run.id, arm: name, seed: run.seed }, data: run }))
    ),
    ...earlierStages(results).map(({ name, run }) => ({
      source: { run: run.id, arm: name, seed: run.seed },
      data: run,
    })),
    ...results.coldStarts.map((data) => ({
      source: { run: data.id, arm: null, seed: null },
      data,
    })),
  ] as const;
}

/** Collects rows and writes them in groups. */
async function writeRows(
  path: string,
  columns: readonly ParquetColumn[],
  pieces: Iterable<readonly ColumnValues[]> | AsyncIterable<readonly ColumnValues[]>,
): Promise<void> {
  const file = await createParquetFile(path, columns);
  try {
    let waiting: (readonly ColumnValues[])[] = [], rows = 0;
    const flush = () => {
      if (rows === 0) return;
      file.write(columns.map((_, i) => waiting.flatMap((piece) => Array.from(piece[i]!))));
      waiting = [];
      rows = 0;
    };
    for await (const piece of pieces) {
      const more = piece[0]!.length;
      if (rows + more > ROWS_PER_GROUP) flush();
      waiting.push(piece);
      rows += more;
    }
    flush();
    file.finish();
  } finally {
    file.close();
  }
}

/** Successive parts of a list, none longer than a row group. */
function* partsOf<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += ROWS_PER_GROUP) {
    yield list.slice(start, start + ROWS_PER_GROUP);
  }
}

/** One row per run: what the other files' `run` refers to. */
async function exportRuns(results: ExperimentResults, folder: string): Promise<void> {
  const columns: readonly ParquetColumn[] = [
    ...SOURCE,
    ...["status", "failure", "config"].map((name) => ({ name, type: "STRING" }) as const),
  ];
  const pieces = sourcesOf(results).map(({ source, data }) => [
    ...sourceValues(source, 1),
    [data.status],
    [data.failure],
    [JSON.stringify(data.config)],
  ]);
  await writeRows(join(folder, "runs.parquet"), columns, pieces);
}

/** One file per kind of record, one row per record. */
async function exportKind(
  kind: RunRecord["kind"],
  results: ExperimentResults,
  folder: string,
): Promise<void> {
  const sources = sourcesOf(results).map(({ source, data }) => ({
    source,
    records: data.records.filter((record) => record.kind === kind),
  }));
  const columns = recordColumns((function* () {
    for (const { records } of sources) yield* records;
  })());
  const pieces = (function* () {
    for (const { source, records } of sources) {
      for (const part of partsOf(records)) {
        const values = columns.map((column) => columnValues(column, part));
        yield [...sourceValues(source, part.length), ...values];
      }
    }
  })();
  await writeRows(join(folder, `${kind}.parquet`), [...SOURCE, ...columns], pieces);
}

/** A file of per-prompt columns that a record names. */
interface ColumnsFile {
  readonly source: Source;
  readonly step: number;
  /** Null where the record has no such thing. */
  readonly control: boolean | null;
  readonly load: () => Promise<object>;
}

/** One row per prompt and file. Columns that only some of the files have are null for the others. */
async function exportColumns(path: string, files: readonly ColumnsFile[]): Promise<void> {
  const names = new Set<string>();
  for (const { load } of files) Object.keys(await load()).forEach((name) => names.add(name));
  const columns: readonly ParquetColumn[] = [
    ...SOURCE,
    { name: "step", type: "INT32" },
    { name: "control", type: "BOOLEAN" },
    { name: "prompt", type: "INT32" },
    ...[...names].map((name) => ({ name, type: "FLOAT" }) as const),
  ];
  const pieces = (async function* () {
    for (const { source, step, control, load } of files) {
      const found = await load() as Readonly<Record<string, Float32Array>>;
      const rows = Object.values(found)[0]?.length ?? 0;
      yield [
        ...sourceValues(source, rows),
        new Array<number>(rows).fill(step),
        new Array<boolean | null>(rows).fill(control),
        Int32Array.from({ length: rows }, (_, i) => i),
        ...[...names].map((name) => found[name] ?? new Array<null>(rows).fill(null)),
      ];
    }
  })();
  await writeRows(path, columns, pieces);
}

/** Per-prompt files: what they are called in the export, and which of them a run has. */
function columnsFiles(results: ExperimentResults): ReadonlyMap<string, readonly ColumnsFile[]> {
  const files = new Map<string, ColumnsFile[]>();
  const add = (name: string, file: ColumnsFile) => {
    files.set(name, [...files.get(name) ?? [], file]);
  };
  const addRecord = (source: Source, run: RunData, record: RunRecord) => {
    const { step } = record;
    if (record.kind === "refresh") {
      const { control, file } = record;
      add("scores", { source, step, control, load: () => run.scores(file) });
    } else if (record.kind === "probe") {
      const { file, outcomesFile } = record;
      add("probe_prompts", { source, step, control: null, load: () => run.columns(file) });
      add("probe_outcomes", { source, step, control: null, load: () => run.columns(outcomesFile) });
    }
  };
  for (const { name, runs } of results.arms) {
    for (const run of runs) {
      const source = { run: run.id, arm: name, seed: run.seed };
      for (const record of run.records) addRecord(source, run, record);
    }
  }
  return files;
}

/**
 * Writes every record of every run and cold start below `folder`, which exists: `runs.parquet`, a file per kind
 * of record, and `scores.parquet` (also `probe_prompts` and `probe_outcomes` where there are any) with a row per
 * prompt. Wide: a column per field, nested ones by their path.
 *
 * @returns the names of the files
 */
export async function exportRecords(
  results: ExperimentResults,
  folder: string,
): Promise<readonly string[]> {
  const kinds = new Set<RunRecord["kind"]>();
  for (const { data } of sourcesOf(results)) {
    for (const { kind } of data.records) kinds.add(kind);
  }
  await exportRuns(results, folder);
  for (const kind of kinds) await exportKind(kind, results, folder);
  const files = columnsFiles(results);
  for (const [name, found] of files) await exportColumns(join(folder, `${name}.parquet`), found);
  return ["runs", ...kinds, ...files.keys()].map((name) => `${name}.parquet`);
}
