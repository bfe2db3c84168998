import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { loadParquetReader } from "../../deps.ts";
import { main } from "../cli.ts";
import { EXIT } from "./exit.ts";

const EXPERIMENT = "experiments/vas_lambda_sweep.ts";

/** What the program prints while `action` runs. */
async function printed(action: () => Promise<number>): Promise<readonly [number, string]> {
  const lines: string[] = [], { log, error } = console;
  console.log = console.error = (...parts: unknown[]) =>
    void lines.push(parts.map(String).join(" "));
  try {
    return [await action(), lines.join("\n")];
  } finally {
    console.log = log;
    console.error = error;
  }
}

Deno.test("export writes an experiment of which nothing has run yet, and refuses a folder with other files", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = join(root, "out");
    const args = ["export", EXPERIMENT, "--store", join(root, "runs"), "--to", folder];
    const [code, output] = await printed(() => main(args));
    equal(code, EXIT.done, output);
    ok(output.startsWith(`export: ${folder} (`), output);
    const { parquetReadObjects } = await loadParquetReader();
    const { buffer } = await Deno.readFile(join(folder, "records", "runs.parquet"));
    const rows = await parquetReadObjects({ file: buffer });
    ok(rows.length >= 9);
    ok(rows.every(({ status }) => status === "to do"));
    ok((await Deno.stat(join(folder, "tables", "settings-that-differ.tex"))).isFile);

    await Deno.writeTextFile(join(root, "own.txt"), "");
    const [refused, why] = await printed(() => main([...args.slice(0, -1), root]));
    equal(refused, EXIT.wrongInput);
    ok(why.startsWith("error: --to: expected a folder that is new"), why);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
