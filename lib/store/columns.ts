/** Columns of numbers as an Arrow file: scores of a whole pool, one row per prompt in pool order, and probes. */
import { loadArquero } from "../../deps.ts";
import { StoreError } from "../core/errors.ts";
import type { Columns, PromptScores } from "../engine/engine_step.ts";

const SCORES = [
  "scoredAt",
  "passRate",
  "ovs",
  "tds",
  "vps",
  "weight",
] as const satisfies readonly (keyof PromptScores)[];

/** The bytes of an Arrow IPC file with these columns, and the number of the row in front: `prompt`. */
export async function encodeColumns(columns: Columns): Promise<Uint8Array> {
  const { table } = await loadArquero();
  const rows = Object.values(columns)[0]?.length ?? 0;
  const prompt = Int32Array.from({ length: rows }, (_, i) => i);
  return table({ prompt, ...columns }).toArrowIPC({ format: "file" });
}

/**
 * What {@link encodeColumns} was given.
 *
 * @param needed names that must be there
 * Errors: a {@link StoreError} naming the file when it is no Arrow file or a column is missing.
 */
export async function decodeColumns(
  bytes: Uint8Array,
  file: string,
  needed: readonly string[] = [],
): Promise<Columns> {
  const { fromArrow } = await loadArquero();
  const broken = (got: string) => {
    const wanted = needed.length === 0 ? "" : ` with ${needed.join(", ")}`;
    return new StoreError(`${file}: expected an Arrow file${wanted}, got ${got}`);
  };
  let columns: Record<string, Float32Array>;
  try {
    const table = fromArrow(bytes);
    columns = Object.fromEntries(
      table.columnNames().filter((name) => name !== "prompt")
        .map((name) => [name, Float32Array.from(table.array(name) as ArrayLike<number>)]),
    );
  } catch (error) {
    throw broken(error instanceof Error ? error.message : String(error));
  }
  const missing = needed.find((name) => columns[name] === undefined);
  if (missing !== undefined) throw broken(`no column ${missing}`);
  return columns;
}

/** Scores of a pool. Errors: as {@link decodeColumns}. */
export async function decodeScores(bytes: Uint8Array, file: string): Promise<PromptScores> {
  const { scoredAt, passRate, ovs, tds, vps, weight } = await decodeColumns(bytes, file, SCORES);
  return {
    scoredAt: scoredAt!,
    passRate: passRate!,
    ovs: ovs!,
    tds: tds!,
    vps: vps!,
    weight: weight!,
  };
}
