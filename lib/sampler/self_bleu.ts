/** Self-BLEU of a group of responses, as NLTK computes it. */
import { MAX_ORDER, type NgramOverlap } from "./ngram_overlap.ts";

/** Stands in for a count of 0 (NLTK SmoothingFunction.method1). */
const EPSILON = 0.1;

/**
 * Mean over i of BLEU(response i against all others), with weights ⅓ on 1-, 2- and 3-grams:
 * BP·exp(⅓ Σ_n ln p_n). 1 where all responses are equal and at least three tokens long, 0 where they share no
 * token; 0 for fewer than two responses.
 *
 * p_n is the clipped share of matching n-grams, 0.1/(n-grams) where none matches; the score is 0 where no
 * unigram matches. BP = min(1, exp(1 − r/c)), c the response's length and r the length closest to it among the
 * others, the shorter of two equally close.
 *
 * Source: NLTK nltk/translate/bleu_score.py (sentence_bleu) as called by MMR1 verl/curriculum/metrics.py
 * (self_bleu_123).
 *
 * @param overlaps of the responses, for n = 1, 2, 3
 */
export function selfBleu123(overlaps: readonly NgramOverlap[]): number {
  const lengths = overlaps[0]!.total; // a response has as many unigrams as tokens
  if (lengths.length < 2) return 0;
  let sum = 0;
  for (let i = 0; i < lengths.length; i++) {
    if (overlaps[0]!.shared[i] === 0) continue;
    let logPrecision = 0;
    for (const { total, shared } of overlaps) {
      logPrecision += Math.log((shared[i]! || EPSILON) / Math.max(1, total[i]!)) / MAX_ORDER;
    }
    const reference = closestLength(lengths, i);
    const logPenalty = Math.min(0, 1 - reference / lengths[i]!);
    sum += Math.exp(logPenalty + logPrecision);
  }
  return sum / lengths.length;
}

function closestLength(lengths: Int32Array, i: number): number {
  const own = lengths[i]!;
  let closest = Infinity;
  for (let j = 0; j < lengths.length; j++) {
    if (j === i) continue;
    const gap = Math.abs(lengths[j]! - own) - Math.abs(closest - own);
    if (gap < 0 || (gap === 0 && lengths[j]! < closest)) closest = lengths[j]!;
  }
  return closest;
}
