/** Which part of the data a problem belongs to: a property of what it asks and shows. */
import type { Image } from "./picture.ts";

/** Where a problem may be used. */
export type Partition = "demonstration" | "train" | "validation" | "benchmark";

/** Upper ends of the hash range of each part, in [0, 1]. */
const ENDS: readonly (readonly [Partition, number])[] = [
  ["demonstration", 0.55],
  ["train", 0.80],
  ["validation", 0.88],
  ["benchmark", 1],
];

const RANGE = 2 ** 53;

/** A hash of 53 bits of question and picture: two multiply-xor lanes, cross-mixed (cyrb53). */
export function contentHash(question: string, image: Image | null): number {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  const mix = (code: number) => {
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  };
  for (let i = 0; i < question.length; i++) mix(question.charCodeAt(i));
  if (image !== null) {
    for (let i = 0; i < image.length; i++) mix(256 + Math.round(image[i]! * 255));
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** The part that content with this hash belongs to. */
export function partitionOf(hash: number): Partition {
  const place = hash / RANGE;
  return ENDS.find(([, end]) => place < end)![0];
}
