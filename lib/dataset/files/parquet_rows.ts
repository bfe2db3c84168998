/** Parquet files, read one row group at a time. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { loadParquetReader } from "../../../deps.ts";
import { ConfigError } from "../../core/errors.ts";
import type { Fields } from "./fields.ts";

/** Codecs besides those the package brings. */
const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliDecompressSync(bytes)),
  ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)),
};

/** True for a file that begins as Parquet files do. */
export function isParquet(start: Uint8Array): boolean {
  return String.fromCharCode(...start.subarray(0, 4)) === "PAR1";
}

/**
 * The rows of a Parquet file as records, a row group in memory at a time. Columns of bytes stay bytes unless the file
 * says that they are text.
 *
 * @param wanted columns to read; those the file lacks are left out
 * Errors: a ConfigError for a file that is damaged or packed in a way we cannot undo.
 */
export async function* parquetRows(
  path: string,
  wanted: ReadonlySet<string>,
): AsyncGenerator<Fields> {
  const { parquetMetadataAsync, parquetReadObjects } = await loadParquetReader();
  using handle = Deno.openSync(path);
  const byteLength = handle.statSync().size;
  const file = {
    byteLength,
    slice(start: number, end = byteLength): ArrayBuffer {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
      handle.seekSync(start, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) {
        const read = handle.readSync(bytes.subarray(at));
        if (read === null) break;
        at += read;
      }
      return bytes.buffer;
    },
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ConfigError(
        path,
        `expected a Parquet file, got one that does not read: ${message}`,
      );
    }
  };
  const metadata = await attempt(() => parquetMetadataAsync(file));
  const names = metadata.row_groups[0]?.columns.map((c) => c.meta_data?.path_in_schema[0] ?? "");
  const there = new Set(names), columns = [...wanted].filter((name) => there.has(name));
  if (columns.length === 0 && names !== undefined) {
    const got = [...there].slice(0, 8).join(", ");
    throw new ConfigError(path, `expected columns such as problem, message or prompt, got ${got}`);
  }
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    yield* await attempt(() =>
      parquetReadObjects({
        file,
        metadata,
        columns,
        rowStart: start,
        rowEnd: end,
        utf8: false,
        compressors: COMPRESSORS,
      })
    );
    start = end;
  }
}
