/** Errors a user can act on: what was being read, which field, what was expected, what came. */

/** The settings, a recipe, a flag or an experiment file is wrong. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** Where the fault is: a path into the settings such as `sampler.mixtureRatio`, a flag, or a file. */
  readonly field: string;
  /** What was expected there and what came. */
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

/** The store, a file or the disk is in a state that work cannot go on with. Exit code 1. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Edit distance between two short words, for "did you mean". */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/**
 * The known word closest to `word`, as a clause to append to a message, or "" when none is close.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(didYouMean("mixtureRatios", ["mixtureRatio", "weights"]), '; did you mean "mixtureRatio"?');
 * deepEqual(didYouMean("zebra", ["mixtureRatio"]), "");
 * ```
 */
export function didYouMean(word: string, known: Iterable<string>): string {
  let best = "", bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return bestDistance <= Math.max(2, word.length / 3) ? `; did you mean "${best}"?` : "";
}
