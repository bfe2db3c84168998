/** Prompts of our own as rows. */
import { encodeGreyPng } from "../../core/png.ts";
import { IMAGE_SIDE, type Prompt } from "../prompt.ts";
import type { Row } from "./row.ts";

/** The prompt as a row: its picture as a PNG with 8 bits per pixel, its answer key as it is. */
export function promptRow(
  { id, source, family, level, question, image, answer, choices }: Prompt,
): Row {
  const bytes = image === null ? null : encodeGreyPng(image, IMAGE_SIDE, IMAGE_SIDE);
  const images = bytes === null ? [] : [{ kind: "bytes" as const, bytes, name: `${id}.png` }];
  return { id, source, family, level, question, images, answer, choices };
}
