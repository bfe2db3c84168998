/** What is in a file of questions, in one pass: counts, lengths, kinds, pictures, duplicates, faults. */
import { type AnswerKind, answerKind } from "./answer_kind.ts";
import { type Fault, Faults } from "./faults.ts";
import { FirstSeen } from "./first_seen.ts";
import { imageSize } from "./image.ts";
import { contentKey, type ReadOptions, readRows } from "./read_rows.ts";
import { type Row, RowFault, type RowFormat } from "./row.ts";

/** How often each of some names occurs, the most frequent first. */
export type Counts = Readonly<Record<string, number>>;

/** A list of whole numbers in five; of none, null. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  /** 95 of 100 are at most this. */
  readonly p95: number;
  readonly most: number;
  readonly mean: number;
}

/** The file. Rows with faults are counted, and described nowhere else. */
export interface Description {
  readonly path: string;
  readonly rows: number;
  readonly formats: Partial<Readonly<Record<RowFormat, number>>>;
  /** Characters. */
  readonly questionLength: Spread | null;
  readonly answerLength: Spread | null;
  readonly answerKinds: Partial<Readonly<Record<AnswerKind, number>>>;
  /** The micro policy: how many rows it can read, and the tokens of what is in its vocabulary. */
  readonly micro: {
    readonly readable: number;
    readonly questionTokens: Spread | null;
    /** Why the others cannot be read, by the most frequent words. */
    readonly unknownWords: Counts;
  };
  readonly images: {
    /** Rows with at least one. */
    readonly rows: number;
    readonly count: number;
    readonly kinds: Counts;
    /** `width×height` in pixels. */
    readonly sizes: Counts;
    readonly width: Spread | null;
    readonly height: Spread | null;
  };
  readonly duplicates: {
    /** Rows that ask and show what an earlier one does. */
    readonly content: number;
    /** Rows with the name of an earlier one: faults. */
    readonly id: number;
  };
  readonly sources: Counts;
  readonly families: Counts;
  readonly levels: Counts;
  readonly faults: { readonly count: number; readonly shown: readonly Fault[] };
}

/** How the micro policy reads a question: its tokens, or the first word it does not know. */
export type QuestionReader = (
  question: string,
) => { readonly tokens: number; readonly isTooLong: boolean } | { readonly unknown: string };

/**
 * Describes a file without holding its rows. Pictures are looked for and their headers read; their pixels are not
 * decoded.
 *
 * Errors: a ConfigError for a file that cannot be read at all. Faults of rows are part of the description.
 */
export async function describeRows(
  path: string,
  readQuestion: QuestionReader,
  options: ReadOptions = {},
): Promise<Description> {
  const faults = new Faults(), seen = new FirstSeen();
  const formats = new Tally(), kinds = new Tally(), words = new Tally();
  const sources = new Tally(), families = new Tally(), levels = new Tally();
  const imageKinds = new Tally(), sizes = new Tally();
  const questions = new Lengths(), answers = new Lengths(), tokens = new Lengths();
  const widths = new Lengths(), heights = new Lengths();
  let rows = 0, duplicates = 0, sameIds = 0, illustrated = 0, images = 0, readable = 0;
  const addImages = (row: Row) => {
    const found = row.images.map(imageSize);
    for (const { kind, width, height } of found) {
      imageKinds.add(kind);
      sizes.add(`${width}×${height}`);
      widths.add(width);
      heights.add(height);
    }
    images += found.length;
    if (found.length > 0) illustrated++;
  };
  const addQuestion = (row: Row) => {
    questions.add(row.question.length);
    const reading = readQuestion(row.question);
    if ("unknown" in reading) return words.add(reading.unknown);
    tokens.add(reading.tokens);
    if (!reading.isTooLong && row.images.length <= 1) readable++;
  };
  for await (const read of readRows(path, options)) {
    const { place, format, row, fault } = read;
    rows++;
    if (fault !== null) {
      faults.add(place, fault);
      if (read.isSameId) sameIds++;
      continue;
    }
    try {
      addImages(row);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      faults.add(place, error.message);
      continue;
    }
    formats.add(format);
    addQuestion(row);
    answers.add(row.answer.length);
    kinds.add(answerKind(row.answer));
    if (seen.add(contentKey(row), rows) !== null) duplicates++;
    sources.add(row.source);
    families.add(row.family);
    levels.add(String(row.level));
  }
  return {
    path,
    rows,
    formats: formats.counts(),
    questionLength: questions.spread(),
    answerLength: answers.spread(),
    answerKinds: kinds.counts(),
    micro: { readable, questionTokens: tokens.spread(), unknownWords: words.counts() },
    images: {
      rows: illustrated,
      count: images,
      kinds: imageKinds.counts(),
      sizes: sizes.counts(),
      width: widths.spread(),
      height: heights.spread(),
    },
    duplicates: { content: duplicates, id: sameIds },
    sources: sources.counts(),
    families: families.counts(),
    levels: levels.counts(),
    faults: { count: faults.count, shown: faults.shown },
  };
}

/** Different names counted one by one; what comes after is counted together. */
const MOST_NAMES = 10_000;
/** Names given of those, and what the others are called. */
const NAMES_SHOWN = 20, OTHERS = "(others)";

class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    const key = this.#counts.size < MOST_NAMES || this.#counts.has(name) ? name : OTHERS;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  counts(): Counts {
    const sorted = [...this.#counts].sort(([, a], [, b]) => b - a);
    const rest = sorted.slice(NAMES_SHOWN).reduce((sum, [, count]) => sum + count, 0);
    const shown = sorted.slice(0, NAMES_SHOWN);
    return Object.fromEntries(rest === 0 ? shown : [...shown, [OTHERS, rest]]);
  }
}

/** Whole numbers by how often they come: exact quantiles, however many there are. */
class Lengths {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #sum = 0;

  add(value: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    this.#count++;
    this.#sum += value;
  }

  spread(): Spread | null {
    if (this.#count === 0) return null;
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    /** The smallest value that at least this share of all do not exceed. */
    const quantile = (share: number) => {
      let below = 0;
      for (const [value, count] of sorted) {
        below += count;
        if (below >= share * this.#count) return value;
      }
      return sorted.at(-1)![0];
    };
    return {
      least: sorted[0]![0],
      median: quantile(0.5),
      p95: quantile(0.95),
      most: sorted.at(-1)![0],
      mean: this.#sum / this.#count,
    };
  }
}
