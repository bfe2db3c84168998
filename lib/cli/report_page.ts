/** Writes an experiment's report, unless the one that is there was made from the same inputs. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "../plan/plan.ts";
import type { Report } from "../report/define_report.ts";
import { diskFiles, isSystemError, storeError } from "../store/files.ts";
import { FILES } from "../store/run_folder.ts";
import type { Store } from "../store/store.ts";
import { coldStartFolder } from "../store/task.ts";
import type { Arguments } from "./arguments.ts";
import { collectResults } from "./experiment.ts";
import { listPage, pagePath, readEntry } from "./report_index.ts";

/** Flags that make another experiment of the one in the file. */
export type Variant = Pick<Arguments, "set" | "seeds">;

/** The flags as one types them; "" for the experiment as written. */
export function variantText({ set, seeds }: Variant): string {
  return [...set.map((text) => `--set ${text}`), ...(seeds === null ? [] : [`--seeds ${seeds}`])]
    .join(" ");
}

/** Characters of a variant that its file name keeps at most. */
const SUFFIX_LENGTH = 60;

/**
 * Name of the page of an experiment: a variant has one of its own, `name+training.steps=10+seeds=5`. Where that
 * would be too long, or no name for a file, a hash of the flags stands at its end.
 *
 * @example
 * ```ts
 * import { equal, match } from "node:assert/strict";
 * equal(pageName("sweep", { set: [], seeds: null }), "sweep");
 * equal(pageName("sweep", { set: ["training.steps=10"], seeds: "5" }), "sweep+training.steps=10+seeds=5");
 * match(pageName("sweep", { set: ["a=1/2"], seeds: null }), /^sweep\+a=1_2\+[0-9a-f]{8}$/);
 * ```
 */
export function pageName(name: string, { set, seeds }: Variant): string {
  const flags = [...set, ...(seeds === null ? [] : [`seeds=${seeds}`])];
  if (flags.length === 0) return name;
  const text = flags.join("+");
  const safe = text.replace(/[^\w.,=+-]/g, "_");
  if (safe === text && safe.length <= SUFFIX_LENGTH) return `${name}+${text}`;
  const hash = createHash("sha256").update(JSON.stringify(flags)).digest("hex").slice(0, 8);
  return `${name}+${safe.slice(0, SUFFIX_LENGTH)}+${hash}`;
}

/** A quick version of an experiment is reported as the experiment is. */
export const reportName = (name: string) => name.replace(/\.quick$/, "");

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
function inputDigest(plan: Plan, store: Store, variant: Variant): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([plan.name, plan.question, store.folder, variantText(variant)]));
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
  const own = join("reports", `${reportName(plan.name)}.ts`);
  for (const file of [own, ...CODE.flatMap(sourceFiles)]) {
    hash.update(diskFiles.read(file) ?? new Uint8Array());
  }
  return hash.digest("hex");
}

/**
 * Writes the report of `plan`, all of it, whatever was selected for execution.
 *
 * @param variant flags that make this another experiment than the file's: its page has a name of its own
 * @param always also when nothing has changed since it was written
 * Errors: a StoreError when it cannot be written, a ConfigError when its own file is wrong.
 *
 * @returns its path, and whether it was written now
 */
export async function updateReport(
  plan: Plan,
  store: Store,
  { always, variant }: { readonly always: boolean; readonly variant: Variant },
): Promise<{ readonly file: string; readonly written: boolean }> {
  const page = pageName(plan.name, variant), file = pagePath(page);
  const digest = inputDigest(plan, store, variant);
  const isCurrent = readEntry(page)?.digest === digest;
  if (!always && isCurrent && diskFiles.size(file) !== null) return { file, written: false };
  const [{ loadReport }, { writeReport }, { createEntry, reportSentence }] = await Promise.all([
    import("../report/load_report.ts"),
    import("../report/write_report.ts"),
    import("../report/report_entry.ts"),
  ]);
  const report = await loadReport(Deno.cwd(), reportName(plan.name));
  const results = collectResults(plan, store);
  try {
    await writeReport(withVariant(report, plan, variant), results, file);
    const title = `${report.title ?? plan.name.replaceAll("_", " ")} ${variantText(variant)}`
      .trim();
    const answer = await reportSentence(report, results);
    listPage(createEntry({ kind: "report", page, digest, title, answer }, results, new Date()));
  } catch (error) {
    throw isSystemError(error) ? storeError("write", file, error) : error;
  }
  return { file, written: true };
}

/** The report, with a word at its top where this is not the experiment as written. */
export function withVariant(report: Report, { name }: Plan, variant: Variant): Report {
  const isQuick = reportName(name) !== name;
  const flags = [...isQuick ? ["--quick"] : [], variantText(variant)].filter((flag) => flag !== "");
  if (flags.length === 0) return report;
  const notice = `Not the experiment as its file has it, but with ${flags.join(" ")}${
    isQuick ? ": fewer seeds or steps, and wider intervals" : ""
  }.`;
  return {
    ...report,
    notice: report.notice === undefined ? notice : `${report.notice} ${notice}`,
  };
}
