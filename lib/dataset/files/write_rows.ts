/** Writing rows: JSON lines or Parquet, a piece at a time, whole or not at all. */
import { dirname, extname } from "node:path";
import { loadParquetWriter } from "../../../deps.ts";
import { ConfigError } from "../../core/errors.ts";
import type { Fields } from "./fields.ts";
import { LAYOUTS, type Target } from "./formats.ts";
import { imageBytes } from "./image.ts";
import { PARQUET_SCHEMAS } from "./parquet_schemas.ts";
import type { Row, RowFormat } from "./row.ts";

/** Formats that can be written. */
export type WrittenFormat = Exclude<RowFormat, "image-folder">;

/** Rows of a row group: pictures of all of them are in memory at once. */
const ROWS_PER_GROUP = 500;

/** What the ending of a name asks for. Errors: a ConfigError for any other ending. */
function targetOf(path: string): Target {
  const ending = extname(path).toLowerCase();
  if (ending === ".jsonl") return "jsonl";
  if (ending === ".parquet") return "parquet";
  throw new ConfigError(path, `expected a name that ends in .jsonl or .parquet, got "${ending}"`);
}

/**
 * Writes rows to a file that is there once all of them are: a neighbour is written first, and takes its name at the
 * end. Parquet files hold the bytes of all pictures; JSON lines hold those that came as bytes as data URIs, and name
 * the files of the others.
 *
 * Errors: a ConfigError for another ending than `.jsonl` and `.parquet`, and for no rows; a RowFault for a picture
 * that cannot be read. Then nothing is left behind.
 *
 * @returns how many
 */
export async function writeRows(
  path: string,
  format: WrittenFormat,
  rows: AsyncIterable<Row> | Iterable<Row>,
): Promise<number> {
  const target = targetOf(path), write = LAYOUTS[format].write!;
  let count = 0;
  const records = async function* (): AsyncGenerator<Fields> {
    for await (const row of rows) {
      yield write(target === "parquet" ? withBytes(row) : row, target, count++);
    }
    if (count === 0) throw new ConfigError(path, "expected rows to write, got none");
  };
  Deno.mkdirSync(dirname(path), { recursive: true });
  const neighbour = `${path}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    if (target === "jsonl") await writeLines(neighbour, records());
    else await writeParquet(neighbour, format, records());
    using file = Deno.openSync(neighbour, { read: true, write: true });
    file.syncSync();
    Deno.renameSync(neighbour, path);
  } catch (error) {
    try {
      Deno.removeSync(neighbour);
    } catch { /* was never made */ }
    throw error;
  }
  return count;
}

function withBytes(row: Row): Row {
  const images = row.images.map((image) => ({
    kind: "bytes" as const,
    bytes: imageBytes(image),
    name: image.kind === "path" ? image.path : image.name,
  }));
  return { ...row, images };
}

async function writeLines(path: string, records: AsyncIterable<Fields>): Promise<void> {
  using file = Deno.openSync(path, { write: true, createNew: true });
  const encoder = new TextEncoder();
  for await (const record of records) {
    const bytes = encoder.encode(`${JSON.stringify(record)}\n`);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  }
}

async function writeParquet(
  path: string,
  format: WrittenFormat,
  records: AsyncIterable<Fields>,
): Promise<void> {
  const { fileWriter, parquetWriteRows } = await loadParquetWriter();
  const { columns, schema } = PARQUET_SCHEMAS[format];
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: records,
    columns: columns.map((name) => ({ name })),
    schema: [...schema],
    rowGroupSize: ROWS_PER_GROUP,
    createdBy: "vasari",
  });
}
