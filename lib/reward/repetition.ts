/** A penalty on saying the same again: repeated n-grams. */
import { z } from "../../deps.ts";
import type { RewardFunction } from "./reward_function.ts";

/** What an n-gram is made of. */
const UNITS = ["tokens", "words"] as const;

/** A penalty on repeated n-grams. */
export interface RepetitionConfig {
  /** n: tokens or words in an n-gram. Shorter responses have none and go unpunished. */
  readonly ngram: number;
  /** What a response of repetitions alone would lose. */
  readonly penalty: number;
  /** `words` is the lower-cased text between spaces, as MMR1 counts. */
  readonly unit: typeof UNITS[number];
}

/**
 * The penalty with the defaults of TRL (trl/rewards/other_rewards.py): 3-grams of tokens, 1. MMR1 takes 40-grams of
 * words and 0.5 instead, and VL-Cogito 20 of words and 0.5: both only of use for responses of thousands of tokens.
 */
export function repetition(
  { ngram = 3, penalty = 1, unit = "tokens" }: Partial<RepetitionConfig> = {},
): RepetitionConfig {
  return { ngram, penalty, unit };
}

export const repetitionSchema = z.strictObject({
  ngram: z.int().min(1),
  penalty: z.number().min(0),
  unit: z.enum(UNITS),
}) satisfies z.ZodType<RepetitionConfig>;

/**
 * −penalty·(1 − different n-grams/all n-grams), 0 without an n-gram (arXiv 2502.03373, Appendix C.2). In
 * [−penalty, 0].
 */
export function createRepetition({ ngram, penalty, unit }: RepetitionConfig): RewardFunction {
  return ({ response: { text, tokens } }) => {
    const items = unit === "tokens" ? tokens : wordIds(text);
    const share = repeatedShare(items, ngram);
    return share === 0 ? 0 : -penalty * share;
  };
}

/** Words as numbers, equal where the words are, whatever their case. */
function wordIds(text: string): Int32Array {
  const ids = new Map<string, number>();
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return Int32Array.from(words, (word) => {
    const id = ids.get(word) ?? ids.size;
    ids.set(word, id);
    return id;
  });
}

/**
 * The share of n-grams that were there before, in [0, 1); 0 where there is none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(repeatedShare([5, 5, 5, 5, 5], 2), 0.75); // four pairs, of which one is new
 * equal(repeatedShare([1, 2, 3, 4], 2), 0);
 * ```
 */
export function repeatedShare(items: ArrayLike<number>, ngram: number): number {
  const total = items.length - ngram + 1;
  if (total <= 0) return 0;
  // Names n-grams by numbers, longer by one item each round: no n-gram is written out.
  let names = Array.from({ length: items.length }, (_, i) => items[i]!);
  let different = new Set(names).size;
  for (let length = 2; length <= ngram; length++) {
    if (different === items.length - length + 2) return 0; // no repeated one can be part of a longer one
    const known = new Map<string, number>();
    names = Array.from({ length: items.length - length + 1 }, (_, i) => {
      const pair = `${names[i]} ${items[i + length - 1]}`;
      const name = known.get(pair) ?? known.size;
      known.set(pair, name);
      return name;
    });
    different = known.size;
  }
  return 1 - different / total;
}
