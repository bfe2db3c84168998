/** Rollouts for tests of rewards. */
import { parseResponse } from "../response.ts";
import type { RewardFunctionInput, RewardInput } from "../reward_function.ts";

/** What a rollout is made of; the rest does not matter to the test. */
export interface RolloutParts {
  readonly text?: string;
  readonly answer?: string;
  /** Or only how many. */
  readonly tokens?: readonly number[] | number;
  readonly isTruncated?: boolean;
}

/** A rollout with these parts. */
export function makeRollout(
  { text = "", answer = "7", tokens = 1, isTruncated = false }: RolloutParts = {},
): RewardInput {
  const ids = typeof tokens === "number" ? new Int32Array(tokens) : Int32Array.from(tokens);
  return {
    prompt: { question: "3 + 4 = ?", answer },
    response: parseResponse(text, ids, isTruncated),
  };
}

/** What a reward sees of a rollout with these parts. */
export function makeInput(
  { accuracy = 1, maxTokens = 16, ...parts }:
    & RolloutParts
    & { readonly accuracy?: number; readonly maxTokens?: number } = {},
): RewardFunctionInput {
  return { ...makeRollout(parts), accuracy, maxTokens };
}
