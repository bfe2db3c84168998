/** Trajectory diversity: how unlike each other the responses to one prompt are. */
import { countTrigrams } from "./distinct_ngrams.ts";
import { pairwiseEditDistances } from "./edit_distance.ts";
import { ngramOverlap } from "./ngram_overlap.ts";
import { selfBleu123 } from "./self_bleu.ts";
import type { DiversityMeasure } from "./vas.ts";

/** Optional padding of every response, as the public MMR1 code does. */
export interface Padding {
  /** Length that every response is filled up to; no padding when left out. */
  readonly padTo?: number;
  readonly padId?: number;
}

/**
 * TDS(x) of the N responses to a prompt; 0 for fewer than two.
 *
 * - `inverseSelfBleu`: 1 − self-BLEU-123 (paper, section 4.1)
 * - `selfBleu`: self-BLEU-123 itself, a similarity (what the public code adds)
 * - `distinct3`: different trigrams over all trigrams of all responses
 * - `editDistance`: mean over pairs of d², d = Levenshtein distance/longer length (paper, appendix A.3)
 * - `tokenEditDistance`: mean over pairs of the Levenshtein distance in tokens (public code: `edit_distance`)
 *
 * All but the last lie in [0, 1]. Sources: MMR1, arXiv 2509.21268; its verl/curriculum/metrics.py.
 *
 * @param responses token ids, integers of at most 32 bits
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const apart = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]];
 * equal(trajectoryDiversity(apart, "inverseSelfBleu"), 1);
 * equal(trajectoryDiversity(apart, "tokenEditDistance"), 4);
 * ```
 */
export function trajectoryDiversity(
  responses: readonly ArrayLike<number>[],
  measure: DiversityMeasure,
  { padTo, padId = 0 }: Padding = {},
): number {
  if (responses.length < 2) return 0;
  const sequences = responses.map((response) => padded(response, padTo, padId));
  switch (measure) {
    case "inverseSelfBleu":
      return 1 - selfBleu123(ngramOverlap(sequences));
    case "selfBleu":
      return selfBleu123(ngramOverlap(sequences));
    case "distinct3":
      return distinct3(sequences);
    case "editDistance":
      return meanOverPairs(sequences, (distance, longer) => (distance / longer) ** 2);
    case "tokenEditDistance":
      return meanOverPairs(sequences, (distance) => distance);
    default:
      return measure satisfies never;
  }
}

/** Different trigrams over all trigrams, pooled; 0 where there is none. */
function distinct3(sequences: readonly Int32Array[]): number {
  const { total, distinct } = countTrigrams(sequences);
  return total === 0 ? 0 : distinct / total;
}

/** Mean over pairs of `term(Levenshtein distance, length of the longer)`; two empty responses count 0. */
function meanOverPairs(
  sequences: readonly Int32Array[],
  term: (distance: number, longer: number) => number,
): number {
  const distances = pairwiseEditDistances(sequences);
  let sum = 0, pair = 0;
  for (let i = 0; i < sequences.length; i++) {
    for (let j = 0; j < i; j++) {
      const longer = Math.max(sequences[i]!.length, sequences[j]!.length);
      const distance = distances[pair++]!;
      if (longer > 0) sum += term(distance, longer);
    }
  }
  return sum / distances.length;
}

/** As 32-bit integers, filled up on the right. */
function padded(response: ArrayLike<number>, padTo = response.length, padId: number): Int32Array {
  if (response.length > padTo) {
    throw new RangeError(`expected responses of at most ${padTo} tokens, got ${response.length}`);
  }
  if (response instanceof Int32Array && response.length === padTo) return response; // nothing writes to it
  const result = new Int32Array(padTo).fill(padId, response.length);
  result.set(response);
  return result;
}
