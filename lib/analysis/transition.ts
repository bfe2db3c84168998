/** How prompts move between score bins from one scoring to the next (the paper's Figure 3). */
import type { Binning } from "./binning.ts";

/** Counts: rows are the bin before, columns the bin after. */
export type TransitionMatrix = readonly (readonly number[])[];

/** Counts every prompt once: `before[i]` and `after[i]` are scores of the same prompt. */
export function transitionMatrix(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  binning: Binning,
): TransitionMatrix {
  if (before.length !== after.length) {
    throw new RangeError(
      `scores: expected ${before.length} prompts as before, got ${after.length}`,
    );
  }
  const size = binning.bins.length;
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < before.length; i++) {
    counts[binning.indexOf(before[i]!)]![binning.indexOf(after[i]!)]! += 1;
  }
  return counts;
}

/** Cell by cell; all matrices have the same size. */
export function sumMatrices(matrices: readonly TransitionMatrix[]): TransitionMatrix {
  const [first, ...rest] = matrices;
  return first!.map((row, i) =>
    row.map((count, j) => rest.reduce((sum, matrix) => sum + matrix[i]![j]!, count))
  );
}

/**
 * Share of prompts whose bin moves by at most `distance`: 0 is the diagonal.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const counts = [[2, 1, 0], [0, 1, 0], [4, 0, 0]];
 * equal(shareWithin(counts, 0), 3 / 8);
 * equal(shareWithin(counts, 1), 4 / 8);
 * ```
 */
export function shareWithin(counts: TransitionMatrix, distance: number): number {
  let near = 0, all = 0;
  counts.forEach((row, i) =>
    row.forEach((count, j) => {
      all += count;
      if (Math.abs(i - j) <= distance) near += count;
    })
  );
  return near / all;
}

/** Where prompts go from one scoring to the next. */
export interface Flow {
  /** Share of prompts that move to a higher, and to a lower bin. */
  readonly up: number;
  readonly down: number;
  /** Mean move of all prompts, in bins. */
  readonly meanMove: number;
}

/**
 * Movement between bins.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const counts = [[2, 1, 1], [0, 1, 0], [2, 1, 0]];
 * deepEqual(flowOf(counts), { up: 2 / 8, down: 3 / 8, meanMove: -2 / 8 });
 * ```
 */
export function flowOf(counts: TransitionMatrix): Flow {
  let up = 0, down = 0, move = 0, all = 0;
  counts.forEach((row, i) =>
    row.forEach((count, j) => {
      all += count;
      move += count * (j - i);
      if (j > i) up += count;
      if (j < i) down += count;
    })
  );
  return { up: up / all, down: down / all, meanMove: move / all };
}

/** Pearson's correlation of two scorings; null where one of them is constant. */
export function scoreCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const n = a.length;
  let meanA = 0, meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < n; i++) {
    const x = a[i]! - meanA, y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb);
}
