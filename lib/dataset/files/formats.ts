/** How the trainers we read from and write for lay out a row. */
import { basename } from "node:path";
import { encodeGreyPng } from "../../core/png.ts";
import { messageList, readChat, writeChat } from "./chat.ts";
import {
  asText,
  brief,
  choicesOf,
  type Fields,
  isFields,
  levelOf,
  maybeList,
  maybeText,
  needAnswer,
  needText,
  withoutDollars,
} from "./fields.ts";
import { pictureText, questionOf, readPicture, readPictures, withMarks } from "./pictures.ts";
import { type ImageSource, type Row, RowFault, type RowFormat, type RowKeys } from "./row.ts";

/** What a reader must know besides the record. */
export interface Reading {
  /** Folder of the file: where relative paths start. */
  readonly folder: string;
  /** What the row's source is called where the row does not say. */
  readonly source: string;
  readonly keys: RowKeys;
}

/** A row, and null for the name of one that has none. */
export type NamedRow = Omit<Row, "id"> & { readonly id: string | null };

/** Whether a record goes on a line of JSON, which has no bytes, or into a Parquet file. */
export type Target = "jsonl" | "parquet";

/** One layout. */
export interface Layout {
  /** True for a record that has the fields this layout is known by. */
  readonly matches: (record: Fields, keys: RowKeys) => boolean;
  /** Errors: a RowFault naming the field. */
  readonly read: (record: Fields, reading: Reading) => NamedRow;
  readonly write: (row: Row, target: Target, index: number) => Fields;
}

/** What every layout but verl's keeps beside its own fields. Trainers leave fields they do not know alone. */
function common(
  record: Fields,
  { source }: Reading,
): Omit<NamedRow, "question" | "images" | "answer"> {
  const from = maybeText(record.source, "source") ?? source;
  return {
    id: maybeText(record.id, "id"),
    source: from,
    family: maybeText(record.family, "family") ?? from,
    level: levelOf(record.level, "level"),
    choices: choicesOf(record.choices, "choices"),
  };
}

const extras = ({ source, family, level, choices }: Row) => ({ source, family, level, choices });

/** `{id, message, answer}`, the message a chat, as JSON in a text or as it is (MM-EUREKA, branch qwen; LMM-R1). */
const chat: Omit<Layout, "matches"> = {
  read: (record, reading) => {
    const list = messageList(record.message, "message");
    const { text, images } = readChat(list, reading.folder, "message");
    return {
      ...common(record, reading),
      question: questionOf(text, images.length, "message"),
      images,
      answer: withoutDollars(needAnswer(record.answer, "answer")),
    };
  },
  write: (row) => ({
    id: row.id,
    message: JSON.stringify(writeChat(row.question, row.images)),
    answer: row.answer,
    ...extras(row),
  }),
};

/** InternVL wants a picture with every question; for a text alone, a white one of this side (MM-EUREKA README). */
const BLANK_SIDE = 224;
let blankPng: Uint8Array | null = null;
const blank = () =>
  blankPng ??= encodeGreyPng(
    new Float32Array(BLANK_SIDE * BLANK_SIDE).fill(1),
    BLANK_SIDE,
    BLANK_SIDE,
  );

/** True for the white picture that stands for none: ours, or the `blank.png` that comes with MM-EUREKA. */
function isBlank(image: ImageSource): boolean {
  if (image.kind === "path") return basename(image.path) === "blank.png";
  const bytes = blank();
  return image.bytes.length === bytes.length && image.bytes.every((byte, i) => byte === bytes[i]);
}

/** `{id, conversations, answer, image_urls}` (MM-EUREKA, branch internvl). */
const internvl: Layout = {
  matches: ({ conversations }) => conversations !== undefined && conversations !== null,
  read: (record, reading) => {
    const list = maybeList(record.conversations, "conversations") ?? [];
    const { text, images } = readChat(list, reading.folder, "conversations");
    if (images.length > 0) {
      throw new RowFault("conversations: expected texts only, the images in image_urls");
    }
    const given = readPictures(record.image_urls, reading.folder, "image_urls");
    const shown = given.length === 1 && isBlank(given[0]!) ? [] : given;
    return {
      ...common(record, reading),
      question: questionOf(text, shown.length, "conversations"),
      images: shown,
      answer: withoutDollars(needAnswer(record.answer, "answer")),
    };
  },
  write: (row) => {
    const images: readonly ImageSource[] = row.images.length > 0
      ? row.images
      : [{ kind: "bytes", bytes: blank(), name: null }];
    return {
      id: row.id,
      conversations: [{ role: "user", content: withMarks(row.question, row.images.length) }],
      answer: row.answer,
      image_urls: images.map((image) => pictureText(image, { address: true })),
      ...extras(row),
    };
  },
};

/** Pictures in a Parquet file: Hugging Face's struct of an image column. */
function pictureStructs(images: readonly ImageSource[]) {
  return images.map((image) =>
    image.kind === "bytes"
      ? { bytes: image.bytes, path: image.name }
      : { bytes: null, path: image.path }
  );
}

/** `{problem, answer, images}`, a mark in the text per image (EasyR1 verl/utils/dataset.py; MMR1-RL). */
const easyR1: Layout = {
  matches: (record, keys) => record[keys.question] !== undefined,
  read: (record, reading) => {
    const { question, answer, images: key } = reading.keys;
    const images = readPictures(record[key], reading.folder, key);
    return {
      ...common(record, reading),
      question: questionOf(needText(record[question], question), images.length, question),
      images,
      answer: needAnswer(record[answer], answer),
    };
  },
  write: (row, target) => ({
    problem: withMarks(row.question, row.images.length),
    answer: row.answer,
    images: target === "parquet"
      ? pictureStructs(row.images)
      : row.images.map((image) => pictureText(image, { address: false })),
    id: row.id,
    ...extras(row),
  }),
};

/** `{data_source, prompt, images?, ability, reward_model, extra_info}` (verl examples/data_preprocess). */
const verl: Layout = {
  matches: (record) => isFields(record.reward_model) || record.data_source !== undefined,
  read: (record, reading) => {
    const list = maybeList(record.prompt, "prompt");
    if (list === null) throw new RowFault("prompt: expected a list of messages, got nothing");
    const { text, images: inside } = readChat(list, reading.folder, "prompt");
    const beside = readPictures(record.images, reading.folder, "images");
    const images = inside.length > 0 ? inside : beside;
    if (inside.length > 0 && beside.length > 0) {
      throw new RowFault("images: expected them here or in the prompt, got both");
    }
    const model = record.reward_model;
    if (!isFields(model)) {
      throw new RowFault(`reward_model: expected {style, ground_truth}, got ${brief(model)}`);
    }
    const info = isFields(record.extra_info) ? record.extra_info : {};
    const source = maybeText(record.data_source, "data_source") ?? reading.source;
    return {
      id: maybeText(info.id, "extra_info.id"),
      source,
      family: maybeText(info.family, "extra_info.family") ?? maybeText(record.ability, "ability") ??
        source,
      level: levelOf(info.level, "extra_info.level"),
      question: questionOf(text, images.length, "prompt"),
      images,
      answer: needAnswer(model.ground_truth, "reward_model.ground_truth"),
      choices: choicesOf(info.choices, "extra_info.choices"),
    };
  },
  write: (row, target, index) => ({
    data_source: row.source,
    prompt: [{ role: "user", content: withMarks(row.question, row.images.length) }],
    images: target === "parquet"
      ? pictureStructs(row.images)
      : row.images.map((image) => ({ image: pictureText(image, { address: true }) })),
    ability: row.family,
    reward_model: { style: "rule", ground_truth: row.answer },
    extra_info: {
      index,
      id: row.id,
      family: row.family,
      level: row.level,
      choices: row.choices,
    },
  }),
};

/** A picture per line of `metadata.jsonl` (Hugging Face's imagefolder): `file_name`, and fields like EasyR1's. */
const imageFolder: Omit<Layout, "write"> = {
  matches: ({ file_name }) => file_name !== undefined,
  read: (record, reading) => {
    const { question: key, answer } = reading.keys;
    const name = needText(record.file_name, "file_name");
    const question = record[key] ?? record.question;
    return {
      ...common(record, reading),
      question: questionOf(needText(question, key), 1, key),
      images: [readPicture(name, reading.folder, "file_name")],
      answer: needAnswer(record[answer], answer),
    };
  },
};

/** Layouts by name, those told apart by the clearest signs first. */
export const LAYOUTS: Readonly<Record<RowFormat, Omit<Layout, "write"> & Partial<Layout>>> = {
  "image-folder": imageFolder,
  "verl": verl,
  "mm-eureka-internvl": internvl,
  // LMM-R1's rows have no name and may repeat the question beside the message; else the two are the same.
  "mm-eureka": {
    ...chat,
    matches: ({ message, id, question }) =>
      asText(message) !== null && id !== undefined && question === undefined,
  },
  "lmm-r1": {
    matches: ({ message }) => message !== undefined && message !== null,
    read: chat.read,
    write: (row, target, index) => ({ ...chat.write(row, target, index), question: row.question }),
  },
  "easyr1": easyR1,
  "mmr1": { ...easyR1, matches: () => false },
};

/** The format of a record. Errors: a RowFault when it has the fields of none. */
export function formatOf(record: Fields, keys: RowKeys): RowFormat {
  for (const [name, { matches }] of Object.entries(LAYOUTS)) {
    if (matches(record, keys)) return name as RowFormat;
  }
  const names = Object.keys(record);
  const got = names.length === 0
    ? "none of these fields"
    : names.slice(0, 8).map((name) => brief(name)).join(", ");
  throw new RowFault(
    `expected a message, conversations, a prompt with reward_model, ${keys.question} or file_name, got ${got}`,
  );
}

/** Top-level fields that any layout reads. */
export function fieldsRead({ question, answer, images }: RowKeys): ReadonlySet<string> {
  const named =
    "id source family level choices message answer conversations image_urls data_source " +
    "prompt images ability reward_model extra_info file_name question";
  return new Set([...named.split(" "), question, answer, images]);
}
