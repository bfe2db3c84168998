/** Small files for tests. */
import { join } from "node:path";
import { encodeGreyPng } from "../../core/png.ts";
import { type ReadOptions, type ReadRow, readRows } from "./read_rows.ts";

/** Runs a test with a folder that is gone afterwards. */
export async function inFolder(test: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A file with this content in a folder; its path. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  if (typeof content === "string") Deno.writeTextFileSync(path, content);
  else Deno.writeFileSync(path, content);
  return path;
}

/** Values as JSON lines. */
export const lines = (...values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** A grey PNG of one level. */
export const png = (grey = 0.5, width = 2, height = width) =>
  encodeGreyPng(new Float32Array(width * height).fill(grey), width, height);

/** All that {@link readRows} gives, rows and faults. */
export async function readAll(path: string, options?: ReadOptions): Promise<ReadRow[]> {
  return await Array.fromAsync(readRows(path, options));
}

/** `line: fault` of every faulty row. */
export async function faultsOf(path: string, options?: ReadOptions): Promise<string[]> {
  return (await readAll(path, options)).filter(({ fault }) => fault !== null)
    .map(({ place, fault }) => `${place.slice(path.length + 1).trim()}: ${fault}`);
}
