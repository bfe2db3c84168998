/** reward = format·[required format] + accuracy·[right answer] (MMR1, section 6.1 and Table 6). */
import type { Prompt } from "../dataset/prompt.ts";
import { requiredFormat } from "./format.ts";
import { verify } from "./verify.ts";

/** What each part of the reward is worth. */
export interface RewardWeights {
  readonly format: number;
  readonly accuracy: number;
}

/** A response's two checks and their weighted sum. */
export interface Score {
  readonly accuracy: 0 | 1;
  readonly format: 0 | 1;
  readonly reward: number;
}

/**
 * Scores a response against the prompt's answer key.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const weights = { format: 1, accuracy: 1 };
 * const response = "<think>3 + 4 = 7</think><answer>\\boxed{7}</answer>";
 * deepEqual(scoreResponse(response, { answer: "7" }, weights), { accuracy: 1, format: 1, reward: 2 });
 * deepEqual(scoreResponse(response, { answer: "8" }, weights), { accuracy: 0, format: 1, reward: 1 });
 * ```
 */
export function scoreResponse(
  response: string,
  { answer }: Pick<Prompt, "answer">,
  weights: RewardWeights,
): Score {
  const accuracy = verify(response, answer) ? 1 : 0, format = requiredFormat(response) ? 1 : 0;
  return {
    accuracy,
    format,
    reward: weights.accuracy * accuracy + weights.format * format,
  };
}
