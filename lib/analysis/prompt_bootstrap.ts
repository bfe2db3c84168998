/** Intervals over prompts: the prompts are a sample, and those of several seeds are the same ones. */
import { quantileOf } from "../core/bootstrap.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import type { Estimate } from "../core/statistics.ts";

/** How the bootstrap is done. */
export interface PromptBootstrapOptions {
  readonly random?: RandomSource;
  readonly repetitions?: number;
  readonly level?: number;
}

/**
 * Several statistics of the same prompts with percentile intervals: prompts are drawn anew with replacement, each with
 * what all seeds measured on it. Repetitions in which a statistic is not a number are left out of its interval; where
 * half of them are, it has none. `n` counts prompts. Seeded: equal input gives equal output.
 *
 * @param statistics of the prompts with these indices
 */
export function promptBootstrap(
  prompts: number,
  statistics: (picked: readonly number[]) => readonly number[],
  { random = randomSource(0, "prompts"), repetitions = 1000, level = 0.95 }:
    PromptBootstrapOptions = {},
): readonly Estimate[] {
  const values = statistics(Array.from({ length: prompts }, (_, i) => i));
  const repeated = Array.from(
    { length: prompts < 2 ? 0 : repetitions },
    () => statistics(Array.from({ length: prompts }, () => random.integer(prompts))),
  );
  return values.map((value, k) => {
    const known = Float64Array.from(repeated, (own) => own[k]!).filter((one) => !Number.isNaN(one))
      .sort();
    if (known.length < Math.max(2, repetitions / 2)) {
      return { value, low: NaN, high: NaN, n: prompts };
    }
    const tail = (1 - level) / 2;
    return {
      value,
      low: quantileOf(known, tail),
      high: quantileOf(known, 1 - tail),
      n: prompts,
    };
  });
}
