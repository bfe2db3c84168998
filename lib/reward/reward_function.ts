/** What a reward is: a pure function of a prompt, a response and the limits it was made under. */
import type { Prompt } from "../dataset/prompt.ts";
import type { ParsedResponse } from "./response.ts";
import type { AnswerKey } from "./verify.ts";

/** One rollout to be judged. */
export interface RewardInput {
  readonly prompt: Pick<Prompt, "question"> & AnswerKey;
  readonly response: ParsedResponse;
}

/** What a reward is a function of. */
export interface RewardFunctionInput extends RewardInput {
  /** `decoding.maxTokens`: the longest response there can be. */
  readonly maxTokens: number;
  /** What the verifier said, in [0, 1]; 1 is right. */
  readonly accuracy: number;
}

/** A reward of one response. Pure: equal inputs give equal numbers, and no input is changed. */
export type RewardFunction = (input: RewardFunctionInput) => number;

/** A reward that compares the responses of one group. Pure, in the group's order. */
export type GroupRewardFunction = (group: readonly RewardFunctionInput[]) => readonly number[];

/** Whether the verifier found the answer right: partial credit is not right. */
export const isRight = ({ accuracy }: Pick<RewardFunctionInput, "accuracy">): boolean =>
  accuracy === 1;
