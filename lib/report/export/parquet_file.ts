/** A Parquet file that is written piece by piece. */
import { loadParquetWriter } from "../../../deps.ts";

/** A column; any value may be null. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: "BOOLEAN" | "INT32" | "FLOAT" | "DOUBLE" | "STRING";
}

/** Values of one column: numbers, text, flags or nulls. */
export type ColumnValues = ArrayLike<unknown>;

/** A file being written. */
export interface ParquetFile {
  /** Adds a row group: the values of every column, in the order of the columns, all of one length. */
  write(values: readonly ColumnValues[]): void;
  /** Writes what stands at the end of the file, and closes it. */
  finish(): void;
  /** Gives up: closes the file as it is. */
  close(): void;
}

/** Rows of a row group: large enough to compress well, small enough to hold in memory. */
export const ROWS_PER_GROUP = 100_000;

/** A new file at `path`, with these columns and Snappy's compression. */
export async function createParquetFile(
  path: string,
  columns: readonly ParquetColumn[],
): Promise<ParquetFile> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await loadParquetWriter();
  const file = Deno.openSync(path, { write: true, create: true, truncate: true });
  class FileWriter extends ByteWriter {
    flush(): void {
      const bytes = this.getBytes();
      for (let start = 0; start < bytes.length;) start += file.writeSync(bytes.subarray(start));
      this.index = 0;
    }
    override finish(): void {
      this.flush();
    }
  }
  const schema = schemaFromColumnData({
    columnData: columns.map(({ name, type }) => ({ name, type, data: [], nullable: true })),
  });
  const writer = new ParquetWriter({ writer: new FileWriter(), schema, createdBy: "vasari" });
  let open = true;
  const close = () => {
    if (open) file.close();
    open = false;
  };
  return {
    write: (values) => {
      const columnData = columns.map(({ name, type }, i) => ({
        name,
        type,
        data: values[i] as unknown[], // the package takes typed arrays too
      }));
      writer.write({ columnData, rowGroupSize: ROWS_PER_GROUP });
    },
    finish: () => {
      writer.finish();
      close();
    },
    close,
  };
}
