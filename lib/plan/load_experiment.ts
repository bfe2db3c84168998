/** Reads an experiment file. */
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { isObject, noSuchField, show } from "../schema/path.ts";
import type { Experiment } from "./experiment.ts";

/** An experiment with the name and question that its file gives it. */
export interface LoadedExperiment extends Experiment {
  readonly name: string;
  readonly question: string;
}

const FOLDER = "experiments";
const FIELDS = ["name", "question", "base", "vary", "seeds", "seedsReach", "quick"];

/**
 * The experiment that a file exports by default.
 *
 * @param path a file, or the name of one in `experiments/` of the current folder.
 *
 * Errors: a {@link ConfigError} that names the file when it is missing, cannot be loaded, throws, or exports
 * something else.
 */
export async function loadExperiment(path: string): Promise<LoadedExperiment> {
  const file = findFile(path);
  const text = Deno.readTextFileSync(file);
  const experiment = checkShape(await importDefault(file), file);
  return {
    ...experiment,
    name: experiment.name ?? basename(file, extname(file)),
    question: experiment.question ?? docComment(text),
  };
}

/** The first doc comment of a source file as text: lines joined, paragraphs apart. "" when there is none. */
export function docComment(source: string): string {
  const body = /\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "";
  const lines = body.split("\n").map((line) => line.replace(/^\s*\*?\s?/, "").trim());
  return lines.join("\n").split(/\n\s*\n/).map((paragraph) =>
    paragraph.replaceAll("\n", " ").trim()
  )
    .filter((paragraph) => paragraph !== "").join("\n\n");
}

function findFile(path: string): string {
  if (/\.ya?ml$/.test(path)) {
    throw new ConfigError(
      path,
      "expected an experiment, a TypeScript file, got a recipe, which is settings to start one from: " +
        `base: recipe("${basename(path, extname(path))}")`,
    );
  }
  const candidates = extname(path) === ""
    ? [`${path}.ts`, join(FOLDER, `${path}.ts`)]
    : [path, join(FOLDER, path)];
  const found = candidates.find((candidate) => isFile(candidate));
  if (found !== undefined) return found;
  const folder = dirname(path) === "." ? FOLDER : dirname(path);
  const files = filesIn(folder);
  const name = extname(path) === "" ? `${basename(path)}.ts` : basename(path);
  const list = files.length === 0 ? "" : `; ${folder}/ has ${files.join(", ")}`;
  throw new ConfigError(path, `no such experiment file${didYouMean(name, files)}${list}`);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".ts")).sort();
  } catch {
    return []; // only to suggest a name: a missing folder has none
  }
}

async function importDefault(file: string): Promise<unknown> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new ConfigError(`${file}: ${error.field}`, error.problem);
    }
    // A fault in the syntax comes as TypeError: SyntaxError: …
    const reason = String(error).replace(/^TypeError: (?=\w*Error: )/, "");
    throw new ConfigError(file, `could not be loaded: ${reason}`);
  }
  if (!("default" in module)) {
    const others = Object.keys(module);
    throw new ConfigError(
      file,
      "expected `export default defineExperiment({ … })`, got no default export" +
        (others.length === 0 ? "" : ` (it exports ${others.join(", ")})`),
    );
  }
  return module.default;
}

function checkShape(value: unknown, file: string): Experiment {
  const fault = (field: string, problem: string) =>
    new ConfigError(field === "" ? file : `${file}: ${field}`, problem);
  if (!isObject(value)) {
    throw fault("", `expected defineExperiment({ … }) as default export, got ${show(value)}`);
  }
  const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw fault(unknown, noSuchField(unknown, null, FIELDS));
  if (!isObject(value.base)) {
    throw fault("base", `expected complete settings, such as a recipe, got ${show(value.base)}`);
  }
  const isCase = (one: unknown) =>
    isObject(one) && typeof one.label === "string" && Array.isArray(one.patches);
  if (!Array.isArray(value.vary) || !value.vary.every(isCase)) {
    throw fault("vary", `expected what cases, grid or ablate return, got ${show(value.vary)}`);
  }
  for (const field of ["name", "question"]) {
    if (value[field] !== undefined && typeof value[field] !== "string") {
      throw fault(field, `expected a text, got ${show(value[field])}`);
    }
  }
  if (value.seeds === undefined) {
    throw fault("seeds", "expected a count, or a list of seeds, got nothing");
  }
  // Fields were checked just above; what is inside base is checked run by run.
  return value as unknown as Experiment;
}
