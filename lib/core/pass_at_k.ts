/**
 * What several responses to one prompt tell: the chance that k of its n responses, drawn without replacement, have
 * a right one among them, are all right, or agree on a right answer.
 *
 * Without replacement the estimates are unbiased for k fresh responses; the usual bootstrap (verl,
 * `metric_utils.py`: 1,000 resamples with replacement) is biased, for resampling repeats responses. For outcomes of
 * 0 and 1 its best@k is what pass@k is here.
 */
import type { RandomSource } from "./random.ts";

/** Beyond this many responses, majorities are estimated: their exact chance costs time in n²·log n. */
const EXACT_RESPONSES = 64;
/** Draws of an estimated majority: its standard error is at most 0.016 for one prompt. */
const RESAMPLES = 1000;

function checkDraw(n: number, correct: number, k: number): void {
  const isWhole = [n, correct, k].every(Number.isInteger);
  if (!(isWhole && correct >= 0 && correct <= n && k >= 1 && k <= n)) {
    throw new RangeError(
      `responses: expected 0 ≤ correct ≤ n and 1 ≤ k ≤ n, got n = ${n}, correct = ${correct}, k = ${k}`,
    );
  }
}

/**
 * worst@k = C(c, k)/C(n, k): the chance that k of n responses are all right when c are. A product of k factors, so
 * that no binomial coefficient overflows.
 *
 * Errors: a RangeError unless 0 ≤ correct ≤ n and 1 ≤ k ≤ n.
 */
export function worstAtK(n: number, correct: number, k: number): number {
  checkDraw(n, correct, k);
  let chance = 1;
  for (let i = 0; i < k && chance > 0; i++) chance *= (correct - i) / (n - i);
  return chance;
}

/**
 * pass@k = 1 − C(n−c, k)/C(n, k): the chance that k of n responses have a right one among them when c are right
 * (Chen et al. 2021, arXiv 2107.03374, equation 1).
 *
 * Errors: as {@link worstAtK}.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(passAtK(4, 1, 2), 0.5);
 * ```
 */
export function passAtK(n: number, correct: number, k: number): number {
  checkDraw(n, correct, k);
  if (k === 1) return correct / n; // the mean, to the last digit
  return 1 - worstAtK(n, n - correct, k);
}

/** The answers that the responses to one prompt gave. */
export interface Votes {
  /** Responses with a right answer, however they spell it: they count as one answer. */
  readonly right: number;
  /** Responses by wrong answer. */
  readonly wrong: readonly number[];
  /** Responses without an answer: drawn like the others, they vote for nothing. */
  readonly none: number;
}

/** Counts answers, those that are right as one. Null is no answer. */
export function countVotes(
  answers: readonly (string | null)[],
  isRight: (index: number) => boolean,
): Votes {
  let right = 0, none = 0;
  const wrong = new Map<string, number>();
  answers.forEach((answer, i) => {
    if (isRight(i)) right++;
    else if (answer === null) none++;
    else wrong.set(answer, (wrong.get(answer) ?? 0) + 1);
  });
  return { right, wrong: [...wrong.values()], none };
}

/**
 * majority@k: the chance that the most frequent answer among k of the responses is right. Answers that are equally
 * frequent are equally likely to be chosen; where no response gives an answer, none is right.
 *
 * Exact for up to 64 responses, and for k of 1 and n. For more it is the share among 1,000 draws from `random`, the
 * same ones for every k.
 *
 * Errors: a RangeError for k outside 1 to n.
 *
 * @param draws the values of k
 * @returns [draws]
 */
export function majorityAtK(
  votes: Votes,
  draws: readonly number[],
  random: RandomSource,
): readonly number[] {
  const { right, wrong, none } = votes;
  const n = wrong.reduce((sum, count) => sum + count, right + none);
  for (const k of draws) checkDraw(n, right, k);
  const isEstimated = (k: number) => n > EXACT_RESPONSES && k > 1 && k < n;
  const most = draws.filter(isEstimated).reduce((most, k) => Math.max(most, k), 0);
  const estimated = most === 0 ? null : estimatedMajority(votes, most, random);
  return draws.map((k) => {
    if (right === 0) return 0;
    if (k === 1) return right / n;
    if (k === n) return winShare([right, ...wrong]);
    return isEstimated(k) ? estimated![k]! : exactMajority(votes, n, k);
  });
}

/** The first answer's share of a vote: 1 where it has the most, 1/t where t answers have as many. */
function winShare(counts: ArrayLike<number>): number {
  const first = counts[0]!;
  let equals = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! > first) return 0;
    if (counts[i] === first) equals++;
  }
  return first === 0 ? 0 : 1 / equals;
}

/** C(n, b) for b = 0…most, zero beyond n. */
function binomials(n: number, most: number): Float64Array {
  const row = new Float64Array(most + 1);
  row[0] = 1;
  for (let b = 1; b <= Math.min(n, most); b++) row[b] = Math.round(row[b - 1]! * (n - b + 1) / b);
  return row;
}

/**
 * Counts the draws in which the right answer has a votes, no other has more, and t others have as many: the product
 * over answers of the ways to draw b of its responses, kept by (t, responses drawn). Sums of positive numbers only:
 * nothing cancels.
 */
function exactMajority({ right, wrong, none }: Votes, n: number, k: number): number {
  const rightWays = binomials(right, k), noneWays = binomials(none, k);
  const wrongWays = wrong.map((count) => binomials(count, Math.min(count, k)));
  let favourable = 0;
  for (let a = 1; a <= Math.min(right, k); a++) {
    const rest = k - a, ties = Math.min(wrong.length, Math.floor(rest / a));
    const width = rest + 1;
    let ways = new Float64Array((ties + 1) * width); // [ties + 1, responses drawn]
    ways.set(noneWays.subarray(0, width));
    for (const own of wrongWays) {
      const next = new Float64Array(ways.length);
      for (let b = 0; b < Math.min(own.length, a + 1, width); b++) {
        const shift = b === a ? 1 : 0;
        for (let t = 0; t + shift <= ties; t++) {
          for (let drawn = 0; drawn + b < width; drawn++) {
            next[(t + shift) * width + drawn + b]! += own[b]! * ways[t * width + drawn]!;
          }
        }
      }
      ways = next;
    }
    for (let t = 0; t <= ties; t++) {
      favourable += rightWays[a]! * ways[t * width + rest]! / (t + 1);
    }
  }
  return favourable / binomials(n, k)[k]!;
}

/** The chance at every k up to `most`, from shuffled responses whose first k are the draw. */
function estimatedMajority(
  { right, wrong, none }: Votes,
  most: number,
  random: RandomSource,
): Float64Array {
  const answers = [right, ...wrong, none].flatMap((count, answer) =>
    new Array<number>(count).fill(answer)
  );
  const nobody = 1 + wrong.length;
  const chances = new Float64Array(most + 1);
  const counts = new Int32Array(nobody + 1);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    counts.fill(0);
    let highest = 0, leaders = 0;
    for (let k = 1; k <= most; k++) {
      const at = k - 1 + random.integer(answers.length - k + 1);
      const answer = answers[at]!;
      answers[at] = answers[k - 1]!;
      answers[k - 1] = answer;
      if (answer !== nobody) {
        const count = ++counts[answer]!;
        if (count > highest) [highest, leaders] = [count, 1];
        else if (count === highest) leaders++;
      }
      if (highest > 0 && counts[0] === highest) chances[k]! += 1 / leaders / RESAMPLES;
    }
  }
  return chances;
}

/** 1, 2, 4, … below `n`, and `n`: the values of k that are reported. */
export function drawSizes(n: number): readonly number[] {
  const sizes: number[] = [];
  for (let k = 1; k < n; k *= 2) sizes.push(k);
  return [...sizes, n];
}
