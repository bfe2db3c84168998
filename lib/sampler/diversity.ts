/**
 * Trajectory diversity of a group of responses (MMR1 section 4, appendix A.3), on token ids.
 *
 * Self-BLEU is NLTK's `sentence_bleu` with uniform weights on 1-, 2- and 3-grams and smoothing method 1, each
 * response against all others, as LengSicong/MMR1:verl/curriculum/metrics.py calls it. One pass numbers the
 * n-grams of the whole group; for every n-gram the two largest counts in any response are kept, so that "the
 * largest count among the others" takes no search.
 */
import { levenshtein } from "../../deps.ts";
import type { DiversityMeasure } from "./vas.ts";

/** Longest n-gram of self-BLEU, and the n of distinct-3. */
const MAX_N = 3;
/** NLTK's smoothing method 1: what replaces a numerator of 0. */
const SMOOTHING = 0.1;

/** How responses are brought to one length first, as the public code does. */
export interface Padding {
  readonly padTo?: number;
  readonly padId?: number;
}

/**
 * The diversity of a group by `measure`; 0 for fewer than two responses, except distinct-3.
 *
 * @param responses token ids of each response
 */
export function trajectoryDiversity(
  responses: readonly ArrayLike<number>[],
  measure: DiversityMeasure,
  { padTo = 0, padId = 0 }: Padding = {},
): number {
  const padded = padTo === 0 ? responses : responses.map((response) =>
    Int32Array.from(
      { length: Math.max(padTo, response.length) },
      (_, i) => i < response.length ? response[i]! : padId,
    )
  );
  switch (measure) {
    case "selfBleu":
      return selfBleu123(padded);
    case "inverseSelfBleu":
      return padded.length < 2 ? 0 : 1 - selfBleu123(padded);
    case "distinct3":
      return distinct3(padded);
    case "editDistance":
      return meanOverPairs(padded, (distance, longer) => (distance / longer) ** 2);
    case "tokenEditDistance":
      return meanOverPairs(padded, (distance) => distance);
    default:
      return measure satisfies never;
  }
}

/** Every response's n-grams for one n, as numbers that are equal exactly when the n-grams are. */
interface Grams {
  /** Number of different n-grams in the group. */
  readonly distinct: number;
  /** Responses one after the other. */
  readonly ids: Int32Array;
  /** Response r has ids[starts[r]] … ids[starts[r + 1] − 1]. */
  readonly starts: Int32Array;
}

/** Numbers pairs (left, right) in order of appearance: an open-addressing hash table on typed arrays. */
function numberPairs(left: Int32Array, right: Int32Array): { ids: Int32Array; distinct: number } {
  const count = left.length;
  let size = 16;
  while (size < 2 * count) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const first = new Int32Array(count); // where each id appeared first
  const ids = new Int32Array(count);
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const a = left[i]!, b = right[i]!;
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & (size - 1);
    for (;;) {
      const id = slots[slot]!;
      if (id < 0) {
        first[distinct] = i;
        slots[slot] = ids[i] = distinct++;
        break;
      }
      const at = first[id]!;
      if (left[at] === a && right[at] === b) {
        ids[i] = id;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  return { ids, distinct };
}

/** The 1-, 2-, …, MAX_N-grams of a group: an (n+1)-gram is an n-gram and the token after it. */
function gramsOf(responses: readonly ArrayLike<number>[]): Grams[] {
  const lengths = responses.map((response) => response.length);
  const total = lengths.reduce((a, b) => a + b, 0);
  const tokens = new Int32Array(total);
  const starts = new Int32Array(responses.length + 1);
  responses.forEach((response, r) => {
    for (let i = 0; i < response.length; i++) tokens[starts[r]! + i] = response[i]!;
    starts[r + 1] = starts[r]! + response.length;
  });
  const unigrams = { ...numberPairs(tokens, new Int32Array(total)), starts };
  const all: Grams[] = [unigrams];
  for (let n = 2; n <= MAX_N; n++) {
    const shorter = all.at(-1)!;
    const counts = lengths.map((length) => Math.max(0, length - n + 1));
    const size = counts.reduce((a, b) => a + b, 0);
    const left = new Int32Array(size), right = new Int32Array(size);
    const nextStarts = new Int32Array(responses.length + 1);
    counts.forEach((count, r) => {
      const to = nextStarts[r]!, from = shorter.starts[r]!, token = starts[r]! + n - 1;
      for (let i = 0; i < count; i++) {
        left[to + i] = shorter.ids[from + i]!;
        right[to + i] = unigrams.ids[token + i]!;
      }
      nextStarts[r + 1] = to + count;
    });
    all.push({ ...numberPairs(left, right), starts: nextStarts });
  }
  return all;
}

/** Σ over the n-grams of each response of min(count, largest count in another response). */
function clippedMatches({ ids, distinct, starts }: Grams): Float64Array {
  const responses = starts.length - 1;
  const counts = new Int32Array(distinct);
  const largest = new Int32Array(distinct), holder = new Int32Array(distinct).fill(-1);
  const second = new Int32Array(distinct); // the largest in any response but the holder
  const count = (r: number) => {
    for (let i = starts[r]!; i < starts[r + 1]!; i++) counts[ids[i]!]!++;
  };
  for (let r = 0; r < responses; r++) {
    count(r);
    for (let i = starts[r]!; i < starts[r + 1]!; i++) {
      const id = ids[i]!, here = counts[id]!;
      if (here === 0) continue; // seen already in this response
      counts[id] = 0;
      if (here > largest[id]!) {
        second[id] = largest[id]!;
        largest[id] = here;
        holder[id] = r;
      } else if (here > second[id]!) second[id] = here;
    }
  }
  const matches = new Float64Array(responses);
  for (let r = 0; r < responses; r++) {
    count(r);
    for (let i = starts[r]!; i < starts[r + 1]!; i++) {
      const id = ids[i]!, here = counts[id]!;
      if (here === 0) continue;
      counts[id] = 0;
      matches[r]! += Math.min(here, holder[id] === r ? second[id]! : largest[id]!);
    }
  }
  return matches;
}

/** Mean BLEU of each response against all others; 0 for fewer than two. */
function selfBleu123(responses: readonly ArrayLike<number>[]): number {
  const count = responses.length;
  if (count < 2) return 0;
  const matches = gramsOf(responses).map(clippedMatches);
  const lengths = responses.map((response) => response.length);
  let total = 0;
  for (let r = 0; r < count; r++) {
    if (matches[0]![r] === 0) continue; // no common token: BLEU is 0
    let logPrecision = 0;
    for (let n = 1; n <= MAX_N; n++) {
      const numerator = matches[n - 1]![r]! || SMOOTHING;
      logPrecision += Math.log(numerator / Math.max(1, lengths[r]! - n + 1)) / MAX_N;
    }
    total += brevityPenalty(lengths, r) * Math.exp(logPrecision);
  }
  return total / count;
}

/** 1 when longer than the reference closest in length (the shorter on ties), else exp(1 − r/c). */
function brevityPenalty(lengths: readonly number[], r: number): number {
  const own = lengths[r]!;
  let closest = Infinity;
  lengths.forEach((length, other) => {
    if (other === r) return;
    const nearer = Math.abs(length - own) - Math.abs(closest - own);
    if (nearer < 0 || (nearer === 0 && length < closest)) closest = length;
  });
  return own > closest ? 1 : Math.exp(1 - closest / own);
}

/** Different trigrams over all trigrams of the group; 0 when there are none. */
function distinct3(responses: readonly ArrayLike<number>[]): number {
  const { ids, distinct } = gramsOf(responses).at(-1)!;
  return ids.length === 0 ? 0 : distinct / ids.length;
}

/** The mean over unordered pairs of `term(Levenshtein distance, length of the longer)`. */
function meanOverPairs(
  responses: readonly ArrayLike<number>[],
  term: (distance: number, longer: number) => number,
): number {
  if (responses.length < 2) return 0;
  const { ids, starts, distinct } = gramsOf(responses)[0]!;
  if (distinct > 0x10000) {
    throw new RangeError(
      `Cannot measure edit distances of ${distinct} different tokens: at most 65536`,
    );
  }
  // The library compares strings: a group's tokens, numbered from 0, become its characters.
  const texts = responses.map((_, r) => textOf(ids.subarray(starts[r]!, starts[r + 1]!)));
  let sum = 0;
  for (let i = 1; i < texts.length; i++) {
    for (let j = 0; j < i; j++) {
      const longer = Math.max(texts[i]!.length, texts[j]!.length);
      if (longer > 0) sum += term(levenshtein(texts[i]!, texts[j]!), longer);
    }
  }
  return sum / (texts.length * (texts.length - 1) / 2);
}

function textOf(ids: Int32Array): string {
  let text = "";
  for (const id of ids) text += String.fromCharCode(id);
  return text;
}
