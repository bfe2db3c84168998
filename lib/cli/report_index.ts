/** Keeps `index.html` in step with the reports beside it. */
import { basename, dirname, extname, join } from "node:path";
import { docComment } from "../plan/load_experiment.ts";
import { type MissingReport, renderIndex, type ReportIndex } from "../report/index_page.ts";
import { parseEntry, type ReportEntry } from "../report/report_entry.ts";
import { diskFiles, encodeJson, isSystemError, writeShared } from "../store/files.ts";

/** Folder of the pages, and that of their entries in it. */
export const PAGES = join("reports", "html");
const ENTRIES = join(PAGES, ".inputs");
const INDEX = "index";
const EXPERIMENTS = "experiments";

/** Where a page lies. */
export function pagePath(page: string): string {
  return join(PAGES, `${page}.html`);
}

const entryPath = (page: string) => join(ENTRIES, `${page}.json`);

function namesIn(folder: string, ending: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter(({ name, isFile }) => isFile && extname(name) === ending)
      .map(({ name }) => basename(name, ending)).sort();
  } catch (error) {
    if (isSystemError(error)) return []; // no such folder: nothing to list
    throw error;
  }
}

/** What was written down beside a page; null when there is nothing, or nothing of this version. */
export function readEntry(page: string): ReportEntry | null {
  const bytes = diskFiles.read(entryPath(page));
  return bytes === null ? null : parseEntry(new TextDecoder().decode(bytes));
}

/** Experiments of the project without a page of their own. */
function missingReports(known: ReadonlySet<string>): MissingReport[] {
  return namesIn(EXPERIMENTS, ".ts").filter((name) => !known.has(name)).flatMap((name) => {
    const file = `${EXPERIMENTS}/${name}.ts`, text = Deno.readTextFileSync(file);
    if (!text.includes("defineExperiment(")) return []; // a reward, say, that an experiment names
    const question = docComment(text).split("\n\n")[0]!;
    return [{ name, question, command: `deno task run ${file}` }];
  });
}

function currentIndex(): ReportIndex {
  const pages = new Set(namesIn(PAGES, ".html"));
  const entries = namesIn(ENTRIES, ".json").map(readEntry).filter((entry) => entry !== null);
  const listed = new Set(entries.map(({ page }) => page));
  return {
    entries: entries.map((entry) => ({ ...entry, exists: pages.has(entry.page) })),
    missing: missingReports(new Set([...listed, ...pages])),
    others: [...pages].filter((page) => page !== INDEX && !listed.has(page)),
  };
}

/** Writes the index from the entries that are there. */
function updateIndex(): void {
  let written: string | null = null;
  while (true) {
    const text = renderIndex(currentIndex());
    // Another command may have added its report since: the last to write has to have seen all of them.
    if (text === written) return;
    writeShared(diskFiles, pagePath(INDEX), new TextEncoder().encode(text));
    written = text;
  }
}

/** Notes what a page says, once it is written, and lists it. Errors: a StoreError when a file cannot be written. */
export function listPage(entry: ReportEntry): void {
  diskFiles.makeFolder(dirname(entryPath(entry.page)));
  writeShared(diskFiles, entryPath(entry.page), encodeJson(entry));
  updateIndex();
}
