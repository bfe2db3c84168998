/** Writes an experiment's report, unless the one that is there was made from the same inputs. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "../plan/plan.ts";
import { diskFiles, isSystemError, storeError, writeShared } from "../store/files.ts";
import { FILES } from "../store/run_folder.ts";
import type { Store } from "../store/store.ts";
import { coldStartFolder } from "../store/task.ts";
import { collectResults } from "./experiment.ts";

/** Where a report lies. */
export function reportPath(name: string): string {
  return join("reports", "html", `${name}.html`);
}

/** Folders whose code decides what a report looks like. */
const CODE = ["../analysis", "../report"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? sourceFiles(join(folder, name)) : [join(folder, name)]
  ).sort();
}

/** A hash over everything that a report is made from: runs, their names and order, code. */
function inputDigest(plan: Plan, store: Store): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([plan.name, plan.question, store.folder]));
  hash.update(JSON.stringify(plan.cells.map(({ label, runs }) => [label, runs])));
  const names = [
    ...plan.runs.map(({ id }) => id),
    ...plan.coldStarts.map(({ id }) => coldStartFolder(id)),
  ];
  for (const [name, status] of store.statuses(names)) {
    hash.update(`${name} ${status}`);
    const file = status === "done" ? FILES.result : FILES.failure;
    if (status === "to do") continue;
    hash.update(diskFiles.read(store.path(name, file)) ?? new Uint8Array());
    hash.update(diskFiles.read(store.path(name, FILES.provenance)) ?? new Uint8Array());
    if (status !== "done") hash.update(`${diskFiles.size(store.path(name, FILES.records))}`);
  }
  const own = join("reports", `${plan.name}.ts`);
  for (const file of [own, ...CODE.flatMap(sourceFiles)]) {
    hash.update(diskFiles.read(file) ?? new Uint8Array());
  }
  return hash.digest("hex");
}

/**
 * Writes the report of `plan`, all of it, whatever was selected for execution.
 *
 * @param always also when nothing has changed since it was written
 * Errors: a StoreError when it cannot be written, a ConfigError when its own file is wrong.
 *
 * @returns its path, and whether it was written now
 */
export async function updateReport(
  plan: Plan,
  store: Store,
  { always }: { readonly always: boolean },
): Promise<{ readonly file: string; readonly written: boolean }> {
  const file = reportPath(plan.name);
  const digestFile = join(dirname(file), ".inputs", `${plan.name}.sha256`);
  const digest = inputDigest(plan, store);
  const known = diskFiles.read(digestFile);
  const isCurrent = known !== null && new TextDecoder().decode(known) === digest;
  if (!always && isCurrent && diskFiles.size(file) !== null) return { file, written: false };
  const [{ loadReport }, { writeReport }] = await Promise.all([
    import("../report/load_report.ts"),
    import("../report/write_report.ts"),
  ]);
  const report = await loadReport(Deno.cwd(), plan.name);
  try {
    await writeReport(report, collectResults(plan, store), file);
  } catch (error) {
    throw isSystemError(error) ? storeError("write", file, error) : error;
  }
  diskFiles.makeFolder(dirname(digestFile));
  writeShared(diskFiles, digestFile, new TextEncoder().encode(digest));
  return { file, written: true };
}
