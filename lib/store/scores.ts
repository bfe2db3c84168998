/** Scores of a whole pool as an Arrow file: one row per prompt, in pool order. */
import { loadArquero } from "../../deps.ts";
import { StoreError } from "../core/errors.ts";
import type { PromptScores } from "../engine/engine_step.ts";

const COLUMNS = ["passRate", "ovs", "tds", "vps", "weight"] as const satisfies readonly (
  keyof PromptScores
)[];

/** The bytes of an Arrow IPC file with the columns of `ScoreRow`. */
export async function encodeScores(scores: PromptScores): Promise<Uint8Array> {
  const { table } = await loadArquero();
  const rows = scores.passRate.length;
  const columns: Record<string, Int32Array | Float32Array> = {
    prompt: Int32Array.from({ length: rows }, (_, i) => i),
  };
  for (const name of COLUMNS) columns[name] = scores[name];
  return table(columns).toArrowIPC({ format: "file" });
}

/**
 * What {@link encodeScores} wrote.
 *
 * Errors: a {@link StoreError} naming the file when it is no Arrow file or a column is missing.
 */
export async function decodeScores(bytes: Uint8Array, file: string): Promise<PromptScores> {
  const { fromArrow } = await loadArquero();
  const broken = (got: string) =>
    new StoreError(`${file}: expected an Arrow file with ${COLUMNS.join(", ")}, got ${got}`);
  let columns: Record<string, Float32Array>;
  try {
    const table = fromArrow(bytes);
    columns = Object.fromEntries(
      COLUMNS.filter((name) => table.column(name) !== undefined)
        .map((name) => [name, Float32Array.from(table.array(name) as ArrayLike<number>)]),
    );
  } catch (error) {
    throw broken(error instanceof Error ? error.message : String(error));
  }
  const missing = COLUMNS.find((name) => columns[name] === undefined);
  if (missing !== undefined) throw broken(`no column ${missing}`);
  const { passRate, ovs, tds, vps, weight } = columns;
  return { passRate: passRate!, ovs: ovs!, tds: tds!, vps: vps!, weight: weight! };
}
