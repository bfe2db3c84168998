/** A report as files for a paper: figures, tables, numbers, records. */
import { dirname, join, resolve } from "node:path";
import { compareArms } from "../../analysis/comparison.ts";
import { doneRuns, type ExperimentResults } from "../../analysis/results.ts";
import { ConfigError } from "../../core/errors.ts";
import { diskFiles, encodeJson, readJson, storeError } from "../../store/files.ts";
import type { Report } from "../define_report.ts";
import {
  type Artifact,
  type DataArtifact,
  type FigureArtifact,
  picturesOf,
  type TableArtifact,
} from "../html/artifact.ts";
import { composeFigure } from "../html/compose_figure.ts";
import { figureName } from "../html/figure.ts";
import { PNG_SCALE } from "../html/page_script.ts";
import { renderPng } from "../render/png.ts";
import { textWidth } from "../render/text_metrics.ts";
import { reportTitle, writeSections } from "../write_report.ts";
import { answerMacros } from "./answer_macros.ts";
import { exportRecords } from "./export_records.ts";
import { figureLayout } from "./figure_layout.ts";
import { generationLines } from "./generation_rows.ts";
import { latexTable } from "./latex.ts";
import { csvTable, markdownTable } from "./plain_tables.ts";
import { type ExportedFile, readme } from "./readme.ts";
import { slug } from "./slug.ts";
import { trainingLog } from "./training_log.ts";

/** Says that a folder was written by {@link exportReport}, and may be replaced by it. */
const MANIFEST = "export.json";

/** Names that were not given yet: the second `cost` becomes `cost-2`. */
function nameGiver(): (name: string) => string {
  const given = new Map<string, number>();
  return (name) => {
    const times = (given.get(name) ?? 0) + 1;
    given.set(name, times);
    return times === 1 ? name : `${name}-${times}`;
  };
}

/** Collects what is written, for the table of contents. */
class ExportFolder {
  readonly files: ExportedFile[] = [];
  readonly #tableName = nameGiver();
  readonly #dataName = nameGiver();
  readonly #chartName = nameGiver();

  constructor(readonly path: string) {
    for (const name of ["figures", "tables", "data", "records", "logs/easyr1", "logs/verl"]) {
      diskFiles.makeFolder(join(path, name));
    }
  }

  write(file: string, about: string, content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    diskFiles.write(join(this.path, file), bytes);
    this.files.push({ file, about });
  }

  async artifact(artifact: Artifact): Promise<void> {
    switch (artifact.kind) {
      case "figure":
        return await this.#figure(artifact);
      case "table":
        return this.#table(artifact);
      case "data":
        return this.#data(artifact, join("data", this.#dataName(slug(artifact.name))));
      case "picture":
      case "stack": {
        const name = this.#chartName("chart");
        return await this.#drawn(join("figures", name), "", [artifact]);
      }
      case "legend":
      case "cell":
        return; // part of the figure or table that it stands in
    }
  }

  /** One picture of `parts` in both formats. */
  async #drawn(name: string, about: string, parts: readonly Artifact[]): Promise<void> {
    const layout = figureLayout(parts);
    const text = about === "" ? layout.label : about;
    const { svg } = composeFigure(layout, textWidth);
    this.write(`${name}.svg`, text, svg);
    this.write(`${name}.png`, text, await renderPng(svg, PNG_SCALE));
  }

  async #figure({ id, caption, parts }: FigureArtifact): Promise<void> {
    const name = join("figures", slug(figureName(id)));
    const legends = parts.filter(({ kind }) => kind === "legend");
    const charts = figureLayout(parts).stacks.flat().filter((panel) => panel !== null);
    if (charts.length > 0) await this.#drawn(name, caption, parts);
    if (charts.length > 1) {
      const seen = picturesOf(parts);
      for (const [i, { svg }] of charts.entries()) {
        const picture = seen.find((picture) => picture.svg === svg)!;
        await this.#drawn(`${name}-${i + 1}`, picture.title ?? picture.label, [
          ...legends,
          picture,
        ]);
      }
    }
    let tables = 0;
    for (const part of parts) {
      if (part.kind === "data") {
        this.#data(part, `${name}${tables++ === 0 ? "" : `-${slug(part.name)}`}`);
      }
      if (part.kind === "table" || part.kind === "figure") await this.artifact(part);
    }
  }

  #table(table: TableArtifact): void {
    const name = join("tables", this.#tableName(slug(table.label)));
    this.write(`${name}.tex`, table.label, latexTable(table));
    this.write(`${name}.md`, table.label, markdownTable(table));
    this.write(`${name}.csv`, table.label, csvTable(table));
  }

  #data({ name, csv }: DataArtifact, file: string): void {
    this.write(`${file}.csv`, `data: ${name.replaceAll("_", " ")}`, csv);
  }
}

/** Only a folder that is new, empty, or an export itself may be replaced. */
function checkReplaceable(folder: string): void {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw storeError("read the folder", folder, error);
  }
  const manifest = readJson(diskFiles, join(folder, MANIFEST)) as { vasari?: unknown } | null;
  if (names.length === 0 || manifest?.vasari === "export") return;
  throw new ConfigError(
    "--to",
    `expected a folder that is new, empty or an earlier export (all of it is replaced), got ${folder}`,
  );
}

function removeFolder(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw storeError("remove", folder, error);
  }
}

/** Puts `fresh` in the place of `folder`. */
function replaceFolder(fresh: string, folder: string, id: string): void {
  const old = `${folder}.${id}.old`;
  const existed = diskFiles.size(folder) !== null;
  if (existed) diskFiles.rename(folder, old);
  try {
    diskFiles.rename(fresh, folder);
  } catch (error) {
    if (existed) diskFiles.rename(old, folder);
    throw error;
  }
  if (existed) removeFolder(old);
}

/**
 * Writes all that the report shows, and all records, into `folder`: a neighbour is filled first and then takes its
 * name, so that nothing is ever half-written.
 *
 * Errors: a ConfigError when the folder holds anything but an earlier export, or the experiment has no arms; a
 * StoreError when it cannot be written or a run's files cannot be read.
 */
export async function exportReport(
  report: Report,
  results: ExperimentResults,
  folder: string,
): Promise<{ readonly folder: string; readonly files: number }> {
  const target = resolve(folder), id = `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  checkReplaceable(target);
  diskFiles.makeFolder(dirname(target));
  const fresh = `${target}.${id}.tmp`;
  try {
    const output = new ExportFolder(fresh);
    const { context, sections } = await writeSections(report, results);
    for (const { content } of sections) {
      for (const artifact of content.artifacts) await output.artifact(artifact);
    }
    const comparisons = compareArms(results, context.baselines);
    if (comparisons.length > 0) {
      output.write(
        "numbers.tex",
        "the numbers of the answer as LaTeX macros",
        answerMacros(results.name, comparisons),
      );
    }
    const generations = generationLines(results);
    if (generations !== "") {
      output.write(
        "generations.jsonl",
        "responses kept word by word, as verl dumps them",
        generations,
      );
    }
    for (
      const run of new Map(results.arms.flatMap(doneRuns).map((run) => [run.id, run])).values()
    ) {
      for (const system of ["easyr1", "verl"] as const) {
        output.write(
          join("logs", system, `${run.id}.jsonl`),
          `training logs in the form of ${system === "verl" ? "verl" : "EasyR1"}'s file logger`,
          trainingLog(run, system),
        );
      }
    }
    for (const name of await exportRecords(results, join(fresh, "records"))) {
      output.files.push({ file: join("records", name), about: "" });
    }
    const { files } = output;
    output.write("README.md", "", readme(reportTitle(report, results), results.question, files));
    output.write(MANIFEST, "", encodeJson({ vasari: "export", experiment: results.name, files }));
    replaceFolder(fresh, target, id);
    return { folder, files: files.length };
  } catch (error) {
    removeFolder(fresh);
    throw error;
  }
}
