/** One row of a file of questions, in the one form that every format is read into and written from. */

/** How a row is laid out. `easyr1` is also that of MMR1-RL, whose own name stands for its Parquet columns. */
export const ROW_FORMATS = [
  "mm-eureka",
  "mm-eureka-internvl",
  "lmm-r1",
  "easyr1",
  "mmr1",
  "verl",
  "image-folder",
] as const;
/** One of {@link ROW_FORMATS}. */
export type RowFormat = typeof ROW_FORMATS[number];

/** A picture of a row: a file beside the data, or the file's bytes in the data. */
export type ImageSource =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly name: string | null };

/** Where a picture stands in the text of a question. */
export const IMAGE_MARK = "<image>";

/** One question with its pictures and its answer. */
export interface Row {
  /** The row's own name; a hash of what it asks and shows where it has none. */
  readonly id: string;
  /** The data set it was taken from; the name of the file where the row does not say. */
  readonly source: string;
  /** Kind of problem; the source where the row does not say. */
  readonly family: string;
  /** Difficulty, from 1 (easiest). */
  readonly level: number;
  /** {@link IMAGE_MARK} stands for a picture inside the text; pictures without a mark come before the text. */
  readonly question: string;
  readonly images: readonly ImageSource[];
  readonly answer: string;
  /** Options of a multiple-choice question in order A, B, …; null when free-form, or not known. */
  readonly choices: readonly string[] | null;
}

/** Names of the fields of rows like EasyR1's (its `prompt_key`, `answer_key` and `image_key`). */
export interface RowKeys {
  readonly question: string;
  readonly answer: string;
  readonly images: string;
}

/** The names EasyR1's and MMR1's own data has. */
export const ROW_KEYS: RowKeys = { question: "problem", answer: "answer", images: "images" };

/** What is wrong with one row. Whoever reads the file knows which, and says so. */
export class RowFault extends Error {
  override readonly name = "RowFault";
}
