/** Columns of the formats as Parquet files: names, types, nesting. */
import type { ParquetElement } from "../../../deps.ts";
import type { WrittenFormat } from "./write_rows.ts";

/** One column with all that is nested in it, outermost first. */
type Column = readonly ParquetElement[];

const text = (name: string): Column => [
  { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
];
const bytes = (name: string): Column => [
  { name, type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
];
const whole = (name: string): Column => [{ name, type: "INT32", repetition_type: "OPTIONAL" }];
const struct = (name: string, fields: readonly Column[]): Column => [
  { name, repetition_type: "OPTIONAL", num_children: fields.length },
  ...fields.flat(),
];
const list = (name: string, element: Column): Column => [
  { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ...element,
];

const messages = (name: string) => list(name, struct("element", [text("role"), text("content")]));
/** Hugging Face's image column. */
const pictures = (name: string) => list(name, struct("element", [bytes("bytes"), text("path")]));
const choices = list("choices", text("element"));
const extras = [text("source"), text("family"), whole("level"), choices];

function schemaOf(columns: readonly Column[]) {
  return {
    columns: columns.map(([outermost]) => outermost!.name),
    schema: [{ name: "root", num_children: columns.length }, ...columns.flat()],
  };
}

const chat = schemaOf([text("id"), text("message"), text("answer"), ...extras]);
const easyR1 = schemaOf([
  text("problem"),
  text("answer"),
  pictures("images"),
  text("id"),
  ...extras,
]);

/** Columns and schema by format. */
export const PARQUET_SCHEMAS: Readonly<
  Record<
    WrittenFormat,
    { readonly columns: readonly string[]; readonly schema: readonly ParquetElement[] }
  >
> = {
  "mm-eureka": chat,
  "lmm-r1": schemaOf([
    text("id"),
    text("message"),
    text("answer"),
    text("question"),
    ...extras,
  ]),
  "mm-eureka-internvl": schemaOf([
    text("id"),
    messages("conversations"),
    text("answer"),
    list("image_urls", text("element")),
    ...extras,
  ]),
  "easyr1": easyR1,
  "mmr1": easyR1,
  "verl": schemaOf([
    text("data_source"),
    messages("prompt"),
    pictures("images"),
    text("ability"),
    struct("reward_model", [text("style"), text("ground_truth")]),
    struct("extra_info", [whole("index"), text("id"), text("family"), whole("level"), choices]),
  ]),
};
