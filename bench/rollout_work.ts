/** The randomness that both sides sample with, and how what they sampled is compared. */
import { type RandomSource, randomSource } from "../lib/core/random.ts";
import type { Rollouts } from "../lib/engine/rollouts.ts";
import type { BatchShape } from "./policy_work.ts";

/** What our side draws tokens with. */
export const rolloutRandom = (): RandomSource => randomSource(1, "bench", "rollout");

/** Its uniform numbers as our side draws them, [tokens, rollouts]. */
export function uniformsOf(
  random: RandomSource,
  { prompts, groupSize, tokens }: BatchShape,
): Float32Array {
  const rollouts = prompts * groupSize, uniforms = new Float32Array(tokens * rollouts);
  for (let row = 0; row < rollouts; row++) {
    const stream = random.at(Math.floor(row / groupSize), row % groupSize).uniforms(tokens);
    stream.forEach((value, t) => uniforms[t * rollouts + row] = value);
  }
  return uniforms;
}

/** How far two samples with the same uniform numbers may be apart. */
export interface SampleTolerance {
  /**
   * The share of tokens, among those that follow the same tokens on both sides, that may differ: where a uniform
   * number is on an edge of the distribution, rounding decides.
   */
  readonly differing: number;
  /** Of the log-probability of a token that follows the same tokens. */
  readonly logProb: number;
}

/** Of single precision on processors. */
export const EXACT_SAMPLE: SampleTolerance = { differing: 1e-3, logProb: 1e-3 };

/**
 * A note of how far apart they are.
 *
 * Errors: an Error where the same uniform numbers gave other tokens or log-probabilities.
 */
export function compareSamples(
  { tokens, logProbs, lengths, count }: Rollouts,
  theirs: Readonly<Record<string, Float32Array>>,
  tolerance: SampleTolerance = EXACT_SAMPLE,
): string {
  const width = tokens.length / count;
  let same = 0, compared = 0, rows = 0, difference = 0;
  for (let row = 0; row < count; row++) {
    const begin = row * width, end = begin + lengths[row]!;
    let at = begin;
    while (at < end && tokens[at] === theirs.tokens![at]) {
      difference = Math.max(difference, Math.abs(logProbs[at]! - theirs.logProbs![at]!));
      at++;
    }
    same += at - begin;
    compared += Math.min(at + 1, end) - begin;
    if (at === end) rows++;
  }
  const differing = 1 - same / compared;
  const seen =
    `${rows} of ${count} rows the same tokens, ${differing.toExponential(1)} of the tokens ` +
    `after the same ones differ, log-probabilities within ${difference.toExponential(1)}`;
  if (differing <= tolerance.differing && difference <= tolerance.logProb) {
    return `${seen} (tolerances ${tolerance.differing} and ${tolerance.logProb})`;
  }
  throw new Error(
    `rollouts: expected at most ${tolerance.differing} and ${tolerance.logProb}, got: ${seen}`,
  );
}
