/** A pool and a held-out split from files, in any format that {@link readRows} reads. */
import { createHash } from "node:crypto";
import { z } from "../../../deps.ts";
import { ConfigError } from "../../core/errors.ts";
import { contentHash } from "../partition.ts";
import type { Dataset, Prompt } from "../prompt.ts";
import { Faults } from "./faults.ts";
import { fitImage } from "./grey.ts";
import { decodeImage } from "./image.ts";
import { dataFile, readRows } from "./read_rows.ts";
import { type Row, ROW_FORMATS, ROW_KEYS, RowFault, type RowFormat, type RowKeys } from "./row.ts";

/** A file, and what it must hold. */
export interface FileRef {
  /** A JSON, JSON lines or Parquet file, or a folder of images with its `metadata.jsonl`. */
  readonly path: string;
  readonly format: RowFormat | "auto";
  /**
   * SHA-256 of the file's bytes in hexadecimal, part of a run's identity; null until {@link pinFiles} fills it in. It
   * does not cover pictures that lie beside the file.
   */
  readonly digest: string | null;
}

/** Which files. */
export interface FilesConfig {
  readonly kind: "files";
  /** Rows the pool is made of. */
  readonly train: FileRef;
  /** Held-out rows. */
  readonly validation: FileRef;
  /** Take the first so many rows for the pool; null for all. */
  readonly limit: number | null;
  /** Names of the fields of rows like EasyR1's. */
  readonly keys: RowKeys;
  /** What to do with a row whose question the policy cannot read: refuse the file, or leave the row out. */
  readonly unreadable: "error" | "skip";
}

type FileOption = string | Partial<FileRef> & Pick<FileRef, "path">;

/** Options of {@link files}: a path where nothing else is to be said about a file. */
export interface FilesOptions extends Partial<Pick<FilesConfig, "limit" | "unreadable">> {
  readonly train: FileOption;
  readonly validation: FileOption;
  readonly keys?: Partial<RowKeys>;
}

/** Files, all of their rows, with the field names of EasyR1's and MMR1's data. */
export function files(
  { train, validation, limit = null, keys = {}, unreadable = "error" }: FilesOptions,
): FilesConfig {
  const ref = (option: FileOption): FileRef => ({
    format: "auto",
    digest: null,
    ...(typeof option === "string" ? { path: option } : option),
  });
  return {
    kind: "files",
    train: ref(train),
    validation: ref(validation),
    limit,
    keys: { ...ROW_KEYS, ...keys },
    unreadable,
  };
}

const refSchema = z.strictObject({
  path: z.string().min(1),
  format: z.enum(["auto", ...ROW_FORMATS]),
  digest: z.string().regex(/^[0-9a-f]{64}$/).nullable(),
});
const name = z.string().min(1);

export const filesSchema = z.strictObject({
  kind: z.literal("files"),
  train: refSchema,
  validation: refSchema,
  limit: z.int().min(1).nullable(),
  keys: z.strictObject({ question: name, answer: name, images: name }),
  unreadable: z.enum(["error", "skip"]),
}) satisfies z.ZodType<FilesConfig>;

/** SHA-256 of a file's bytes in hexadecimal. */
function digestOf(path: string): string {
  using file = Deno.openSync(dataFile(path));
  const hash = createHash("sha256"), buffer = new Uint8Array(1 << 20);
  for (let read = file.readSync(buffer); read !== null; read = file.readSync(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}

function pinned(ref: FileRef): FileRef {
  const digest = digestOf(ref.path);
  if (ref.digest !== null && ref.digest !== digest) {
    throw new ConfigError(
      ref.path,
      `expected the file with SHA-256 ${ref.digest}, got ${digest}: it was changed since`,
    );
  }
  return { ...ref, digest };
}

/**
 * The settings with the digests of their files.
 *
 * Errors: a ConfigError for a missing file, and for one that no longer is what its digest says.
 */
export function pinFiles(config: FilesConfig): FilesConfig {
  return { ...config, train: pinned(config.train), validation: pinned(config.validation) };
}

/** What keeps the policy from reading a question, in words; null when nothing does. */
export type QuestionCheck = (question: string) => string | null;

/** Prompts of files, and how many rows were left out because the policy cannot read them. */
export interface Files extends Dataset {
  readonly skipped: { readonly train: number; readonly validation: number };
}

/**
 * Reads the files into memory, pictures scaled to the size the policy sees.
 *
 * @param whyUnreadable the policy's word on a question
 * Errors: a ConfigError that lists the first faults with file and line; for a file that does not match its digest;
 * and for a question with its picture that is in both files.
 */
export async function createFiles(
  config: FilesConfig,
  whyUnreadable: QuestionCheck,
): Promise<Files> {
  const { train, validation } = pinFiles(config);
  const pool = await readPrompts(train, config, config.limit, whyUnreadable);
  const heldOut = await readPrompts(validation, config, null, whyUnreadable);
  const inPool = new Map(pool.prompts.map(({ id }, i) => [id, pool.places[i]!]));
  heldOut.prompts.forEach(({ id }, i) => {
    const place = inPool.get(id);
    if (place === undefined) return;
    throw new ConfigError(
      heldOut.places[i]!,
      `expected a question that is not in the pool, got that of ${place}`,
    );
  });
  return {
    train: pool.prompts,
    validation: heldOut.prompts,
    benchmarks: {},
    skipped: { train: pool.skipped, validation: heldOut.skipped },
  };
}

interface Loaded {
  readonly prompts: readonly Prompt[];
  readonly places: readonly string[]; // [prompts]
  readonly skipped: number;
}

async function readPrompts(
  { path, format }: FileRef,
  { keys, unreadable }: FilesConfig,
  limit: number | null,
  whyUnreadable: QuestionCheck,
): Promise<Loaded> {
  const prompts: Prompt[] = [], places: string[] = [], faults = new Faults();
  let skipped = 0;
  for await (const { place, row, fault } of readRows(path, { format, keys })) {
    if (fault !== null) {
      faults.add(place, fault);
      continue;
    }
    const question = row.question.split(/\s+/).join(" ");
    const reason = row.images.length > 1
      ? `images: expected at most one, which is what the policy sees, got ${row.images.length}`
      : whyUnreadable(question);
    if (reason !== null) {
      if (unreadable === "skip") skipped++;
      else faults.add(place, reason);
      continue;
    }
    try {
      prompts.push(await promptOf(row, question));
      places.push(place);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      faults.add(place, error.message);
    }
    if (prompts.length === limit) break;
  }
  faults.check();
  if (prompts.length === 0) {
    throw new ConfigError(path, `expected questions the policy can read, got ${skipped} it cannot`);
  }
  return { prompts, places, skipped };
}

/** Letters of so many options. */
const letters = (count: number) =>
  Array.from({ length: count }, (_, i) => String.fromCharCode(65 + i));

async function promptOf(row: Row, question: string): Promise<Prompt> {
  const { source, family, level, answer, choices, images: [picture] } = row;
  const image = picture === undefined ? null : fitImage(await decodeImage(picture));
  const options = choices === null || choices.includes(answer) ? choices : letters(choices.length);
  return {
    id: contentHash(question, image).toString(36),
    source,
    family,
    level,
    question,
    image,
    answer,
    choices,
    solvable: true,
    reasoning: "", // files have no worked steps
    solution: answer,
    guesses: options?.includes(answer) ? options : [answer],
  };
}
