/** A reward of length on a half cosine: short where the answer is right, long where it is wrong. */
import { z } from "../../deps.ts";
import { isRight, type RewardFunction } from "./reward_function.ts";

/** Rewards at the two ends of the cosine. */
export interface CosineLengthConfig {
  /** Of a wrong response without a token, and of one at the limit. */
  readonly minWrong: number;
  readonly maxWrong: number;
  /** Of a right response at the limit, and of one without a token. */
  readonly minRight: number;
  readonly maxRight: number;
}

/**
 * The values that open-r1 (huggingface/open-r1 src/open_r1/rewards.py) has and MMR1 suggests; MMR1's own settings
 * are all 0, which is off.
 */
export function cosineLength(
  { minWrong = -1, maxWrong = -0.5, minRight = 0.5, maxRight = 1 }: Partial<CosineLengthConfig> =
    {},
): CosineLengthConfig {
  return { minWrong, maxWrong, minRight, maxRight };
}

export const cosineLengthSchema = z.strictObject({
  minWrong: z.number(),
  maxWrong: z.number(),
  minRight: z.number(),
  maxRight: z.number(),
}).refine(
  ({ minWrong, maxWrong, minRight, maxRight }) => minWrong <= maxWrong && minRight <= maxRight,
  {
    message: "expected minWrong ≤ maxWrong and minRight ≤ maxRight",
  },
) satisfies z.ZodType<CosineLengthConfig>;

/**
 * far + ½·(near − far)·(1 + cos π·p) with p = min(1, length/maxTokens), from `near` at p = 0 to `far` at p = 1:
 * maxRight to minRight for right responses, minWrong to maxWrong for the others.
 *
 * MMR1 and open-r1 divide characters by a limit in tokens and go on past 1, so that long texts swing back and
 * forth; here length is in tokens and ends at the limit.
 */
export function createCosineLength(config: CosineLengthConfig): RewardFunction {
  const { minWrong, maxWrong, minRight, maxRight } = config;
  return (input) => {
    const { response: { length }, maxTokens } = input;
    const [near, far] = isRight(input) ? [maxRight, minRight] : [minWrong, maxWrong];
    return far + 0.5 * (near - far) * (1 + Math.cos(Math.PI * Math.min(1, length / maxTokens)));
  };
}
