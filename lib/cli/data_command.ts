/** `data`: what is in a file of questions, and the same in another format. */
import { extname } from "node:path";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { textTable } from "../core/text_table.ts";
import { createDataset } from "../dataset/dataset.ts";
import {
  type Counts,
  describeRows,
  type Description,
  type Spread,
} from "../dataset/files/describe.ts";
import { Faults } from "../dataset/files/faults.ts";
import { imageSize } from "../dataset/files/image.ts";
import { promptRow } from "../dataset/files/prompt_rows.ts";
import { readRows } from "../dataset/files/read_rows.ts";
import { type Row, ROW_FORMATS, ROW_KEYS, RowFault, type RowKeys } from "../dataset/files/row.ts";
import { writeRows, type WrittenFormat } from "../dataset/files/write_rows.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { readQuestion, whyUnreadable } from "../policy/read_question.ts";
import { parseRecipe } from "../schema/recipe.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";

const WRITTEN = ROW_FORMATS.filter((name): name is WrittenFormat => name !== "image-folder");

/** Does what the first word behind `data` says. */
export async function dataCommand(given: Arguments): Promise<number> {
  const [action, ...paths] = given.operands;
  const usage = "describe FILE, or convert FROM TO";
  if (action === "describe" && paths.length === 1) return await describe(paths[0]!, given);
  if (action === "convert" && paths.length === 2) {
    return await convert(paths[0]!, paths[1]!, given);
  }
  const actions = ["describe", "convert"], isKnown = actions.includes(action ?? "");
  const hint = isKnown ? "" : didYouMean(action ?? "", actions);
  throw new ConfigError("data", `expected ${usage}, got ${given.operands.join(" ")}${hint}`);
}

/** Exit code 1 when there are faults: a script may ask whether a file is sound. */
async function describe(path: string, { json, keys }: Arguments): Promise<number> {
  const description = await describeRows(path, readQuestion, { keys: parseKeys(keys) });
  console.log(json ? JSON.stringify(description) : formatDescription(description));
  return description.faults.count === 0 ? EXIT.done : EXIT.failed;
}

async function convert(from: string, to: string, given: Arguments): Promise<number> {
  const format = parseFormat(given.format);
  const isRecipe = /^\.ya?ml$/i.test(extname(from));
  if (!isRecipe && given.split !== null) {
    throw new ConfigError("--split", `expected a recipe to take a split of, got ${from}`);
  }
  if (isRecipe && given.keys !== null) {
    throw new ConfigError("--keys", `expected a file with fields to name, got ${from}`);
  }
  if (isOneFile(from, to)) {
    throw new ConfigError(to, "expected another file to write than the one that is read");
  }
  const rows = isRecipe
    ? await recipeRows(from, given.split ?? "train")
    : soundRows(from, parseKeys(given.keys));
  let count: number;
  try {
    count = await writeRows(to, format, rows);
  } catch (error) {
    if (error instanceof RowFault) throw new ConfigError(from, error.message);
    throw error;
  }
  console.log(
    given.json ? JSON.stringify({ written: to, format, rows: count }) : `${to}: ${count} rows`,
  );
  return EXIT.done;
}

function isOneFile(a: string, b: string): boolean {
  try {
    return Deno.realPathSync(a) === Deno.realPathSync(b);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function parseFormat(text: string | null): WrittenFormat {
  const format = WRITTEN.find((name) => name === text);
  if (format !== undefined) return format;
  const got = text === null ? "nothing" : `"${text}"${didYouMean(text, WRITTEN)}`;
  throw new ConfigError("--format", `expected one of ${WRITTEN.join(", ")}, got ${got}`);
}

/** `question=prompt,answer=solution`: names of fields other than EasyR1's defaults. */
function parseKeys(text: string | null): RowKeys {
  const keys: Record<string, string> = { ...ROW_KEYS };
  for (const part of text === null ? [] : text.split(",")) {
    const [key, name, ...rest] = part.split("=");
    if (!Object.hasOwn(keys, key!) || !name || rest.length > 0) {
      throw new ConfigError(
        "--keys",
        `expected question=NAME, answer=NAME or images=NAME, got "${part}"`,
      );
    }
    keys[key!] = name;
  }
  return { question: keys.question!, answer: keys.answer!, images: keys.images! };
}

/** The rows of a file without faults. Errors: a ConfigError at its end when there are some. */
async function* soundRows(path: string, keys: RowKeys): AsyncGenerator<Row> {
  const faults = new Faults();
  for await (const { place, row, fault } of readRows(path, { keys })) {
    try {
      if (fault !== null) throw new RowFault(fault);
      row.images.forEach(imageSize);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      faults.add(place, error.message);
      continue;
    }
    if (faults.count === 0) yield row;
  }
  faults.check();
}

async function recipeRows(path: string, split: string): Promise<Row[]> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new ConfigError(path, "no such recipe");
    throw error;
  }
  const dataset = await createDataset(parseRecipe(text, path).dataset, whyUnreadable);
  const { train, validation, benchmarks } = dataset;
  const splits: Readonly<Record<string, readonly Prompt[]>> = { train, validation, ...benchmarks };
  const prompts = Object.hasOwn(splits, split) ? splits[split]! : null;
  if (prompts === null) {
    const names = Object.keys(splits);
    throw new ConfigError(
      "--split",
      `expected one of ${names.join(", ")}, got "${split}"${didYouMean(split, names)}`,
    );
  }
  // Draws of a mixture repeat prompts; a file names each once.
  return [...new Map(prompts.map((prompt) => [prompt.id, promptRow(prompt)])).values()];
}

/** The description as lines for a terminal. */
export function formatDescription(description: Description): string {
  const { rows, micro, images, faults } = description;
  const share = rows === 0 ? 0 : Math.round(100 * micro.readable / rows);
  const facts: (readonly [string, string])[] = [
    ["rows", String(rows)],
    ["formats", counted(description.formats)],
    ["sources", counted(description.sources)],
    ["families", counted(description.families)],
    ["levels", counted(description.levels)],
    ["answers", counted(description.answerKinds)],
    ["images", images.count === 0 ? "none" : `${images.count} in ${images.rows} rows`],
    ["image files", counted(images.kinds)],
    ["image sizes", counted(images.sizes)],
    ["same content", String(description.duplicates.content)],
    ["same id", String(description.duplicates.id)],
    ["micro policy reads", `${micro.readable} rows (${share} %)`],
    ["words it lacks", counted(micro.unknownWords)],
    ["faults", String(faults.count)],
  ];
  const spreads: (readonly [string, Spread | null])[] = [
    ["question, characters", description.questionLength],
    ["question, micro tokens", micro.questionTokens],
    ["answer, characters", description.answerLength],
    ["image width", images.width],
    ["image height", images.height],
  ];
  const header = ["", "least", "median", "95 %", "most", "mean"];
  const table = textTable(
    header,
    spreads.flatMap(([name, spread]) => spread ? [cells(name, spread)] : []),
  );
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.filter(([, text]) => text !== "")
    .map(([name, text]) => `${name.padEnd(width)}  ${text}`);
  const unseen = faults.count - faults.shown.length;
  const shown = faults.shown.map(({ place, problem }) => `${place}: ${problem}`);
  return [
    description.path,
    ...lines,
    ...(description.questionLength === null ? [] : ["", table]),
    ...(shown.length === 0 ? [] : ["", ...shown]),
    ...(unseen > 0 ? [`… and ${unseen} more`] : []),
  ].join("\n");
}

const cells = (name: string, { least, median, p95, most, mean }: Spread) => [
  name,
  ...[least, median, p95, most].map(String),
  mean.toFixed(1),
];

/** The most frequent names with their counts: "easyr1 12, verl 3". */
function counted(counts: Counts): string {
  const all = Object.entries(counts), shown = all.slice(0, 8);
  const rest = all.slice(8).reduce((sum, [, count]) => sum + count, 0);
  const text = shown.map(([name, count]) => `${JSON.stringify(name).slice(1, -1)} ${count}`);
  return [...text, ...(rest > 0 ? [`others ${rest}`] : [])].join(", ");
}
