/** Rows of a file, whatever its format: streamed, checked, each fault with its place. */
import { createHash } from "node:crypto";
import { basename, dirname, extname, join } from "node:path";
import { ConfigError } from "../../core/errors.ts";
import { brief, isFields } from "./fields.ts";
import { FirstSeen } from "./first_seen.ts";
import { fieldsRead, formatOf, LAYOUTS } from "./formats.ts";
import { jsonValues } from "./json_values.ts";
import { isParquet, parquetRows } from "./parquet_rows.ts";
import { type Row, ROW_KEYS, RowFault, type RowFormat, type RowKeys } from "./row.ts";

/** How a file is to be read. */
export interface ReadOptions {
  /** What the rows look like; `auto` finds out, row by row. */
  readonly format?: RowFormat | "auto";
  readonly keys?: RowKeys;
}

/** A row, or what is wrong with it. */
export type ReadRow = SoundRow | FaultyRow;

interface SoundRow {
  /** `file:line`, in a Parquet file `file, row n`, both from 1. */
  readonly place: string;
  readonly format: RowFormat;
  readonly row: Row;
  readonly fault: null;
}

interface FaultyRow {
  readonly place: string;
  readonly format: null;
  readonly row: null;
  readonly fault: string;
  /** True where the fault is that an earlier row has this one's name. */
  readonly isSameId: boolean;
}

/** The name of a row is that of an earlier one. */
class SameId extends RowFault {}

/**
 * The rows of a JSON, JSON lines or Parquet file, or of a folder of images with its `metadata.jsonl`, in order. A row
 * whose name an earlier one has is a fault. Whether its pictures exist is not looked at.
 *
 * Errors: a ConfigError for a path without a file, and for a file that cannot be read at all.
 */
export async function* readRows(
  path: string,
  { format = "auto", keys = ROW_KEYS }: ReadOptions = {},
): AsyncGenerator<ReadRow> {
  const file = dataFile(path), inParquet = checkStart(file);
  const placeOf = (n: number) => inParquet ? `${file}, row ${n}` : `${file}:${n}`;
  const reading = { folder: dirname(file), source: nameOf(path), keys };
  const ids = new FirstSeen();
  const checked = (n: number, { record, fault }: RawRecord): ReadRow => {
    if (fault !== null) throw new RowFault(fault);
    if (!isFields(record)) throw new RowFault(`expected an object, got ${brief(record)}`);
    const found = format === "auto" ? formatOf(record, keys) : format;
    const row = LAYOUTS[found].read(record, reading);
    const first = row.id === null ? null : ids.add(row.id, n);
    if (first !== null) {
      throw new SameId(
        `id: expected one of its own, got ${brief(row.id)} as in ${placeOf(first)}`,
      );
    }
    const named = { ...row, id: row.id ?? contentKey(row) };
    return { place: placeOf(n), format: found, row: named, fault: null };
  };
  let isEmpty = true;
  for await (const raw of inParquet ? parquetRecords(file, keys) : jsonRecords(file)) {
    isEmpty = false;
    let result: ReadRow;
    try {
      result = checked(raw.number, raw);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      result = {
        place: placeOf(raw.number),
        format: null,
        row: null,
        fault: error.message,
        isSameId: error instanceof SameId,
      };
    }
    yield result;
  }
  if (isEmpty) throw new ConfigError(file, "expected rows, got an empty file");
}

interface RawRecord {
  /** Line or row, from 1. */
  readonly number: number;
  readonly record: unknown;
  readonly fault: string | null;
}

/** True for Parquet, false for JSON. Errors: a ConfigError for a packed file. */
function checkStart(file: string): boolean {
  using handle = Deno.openSync(file);
  const start = new Uint8Array(4);
  handle.readSync(start);
  if (start[0] === 0x1f && start[1] === 0x8b) {
    throw new ConfigError(file, "expected JSON lines or Parquet, got a gzip file: unpack it first");
  }
  return isParquet(start);
}

async function* parquetRecords(file: string, keys: RowKeys): AsyncGenerator<RawRecord> {
  let number = 0;
  for await (const record of parquetRows(file, fieldsRead(keys))) {
    yield { number: ++number, record, fault: null };
  }
}

function* jsonRecords(file: string): Generator<RawRecord> {
  for (const { line, value, fault } of jsonValues(file)) {
    yield { number: line, record: value, fault };
  }
}

/**
 * The file that holds the rows: itself, or a folder's `metadata.jsonl`.
 *
 * Errors: a ConfigError where there is none, with what to do about a name on a hub.
 */
export function dataFile(path: string): string {
  const info = stat(path);
  if (info === null) {
    const isReference = /@[\w.-]*$/.test(path) ||
      /^[\w.-]+\/[\w.-]+$/.test(path) && extname(path) === "";
    throw new ConfigError(
      path,
      isReference
        ? "no such file; a data set on a hub, or a split of one, is not fetched: download it, and give the file"
        : "no such file",
    );
  }
  if (!info.isDirectory) return path;
  const file = join(path, "metadata.jsonl");
  if (stat(file) === null) {
    throw new ConfigError(path, "expected a file, or a folder of images with a metadata.jsonl");
  }
  return file;
}

function stat(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw error;
  }
}

function nameOf(path: string): string {
  const name = basename(path);
  return name.slice(0, name.length - extname(name).length) || name;
}

/** What a row asks and shows, as 16 hexadecimal digits: equal for rows that differ in name or answer only. */
export function contentKey({ question, images }: Pick<Row, "question" | "images">): string {
  const hash = createHash("sha256").update(question);
  for (const image of images) {
    hash.update(image.kind === "path" ? `\0path\0${image.path}` : "\0bytes\0");
    if (image.kind === "bytes") hash.update(image.bytes);
  }
  return hash.digest("hex").slice(0, 16);
}
