/** VL-Cogito's dynamic length reward (arXiv 2507.22607): wrong responses should be as long as right ones are. */
import { z } from "../../deps.ts";
import { mean } from "../core/statistics.ts";
import { type GroupRewardFunction, isRight } from "./reward_function.ts";

const REFERENCES = ["mean", "minimum"] as const;

/** A penalty on wrong responses by their distance from the length of the group's right ones. */
export interface DynamicLengthConfig {
  /** What the worst length costs. */
  readonly penalty: number;
  /** L*: the mean length of the group's right responses, or the shortest. */
  readonly reference: typeof REFERENCES[number];
  /** Tokens that a group without a right response should write; null: such groups get nothing. */
  readonly target: number | null;
}

/**
 * The published penalty and reference (alibaba-damo-academy/VL-Cogito verl/workers/reward/custom.py). Published
 * targets are 750 in the stage that this reward is for and 500 before it, of 4096 tokens; one that fits the limit
 * has to be given.
 */
export function dynamicLength(
  { penalty = 0.5, reference = "mean", target = null }: Partial<DynamicLengthConfig> = {},
): DynamicLengthConfig {
  return { penalty, reference, target };
}

export const dynamicLengthSchema = z.strictObject({
  penalty: z.number().min(0),
  reference: z.enum(REFERENCES),
  target: z.int().min(1).nullable(),
}) satisfies z.ZodType<DynamicLengthConfig>;

/**
 * In a group with a right response, right ones get 0 and wrong ones −½·penalty·(1 + cos(π·length/L*)) below 2·L*,
 * −penalty from there on. In a group without one and with a target, half of it: −¼·penalty·(1 + cos(π·length/target))
 * below the target, 0 from there on, −½·penalty at the limit. In [−penalty, 0].
 */
export function createDynamicLength(config: DynamicLengthConfig): GroupRewardFunction {
  const { penalty, reference, target } = config;
  return (group) => {
    const right = group.filter(isRight).map(({ response }) => response.length);
    if (right.length === 0) {
      return group.map(({ response: { length }, maxTokens }) => {
        if (target === null) return 0;
        if (length >= maxTokens) return -0.5 * penalty;
        return length >= target ? 0 : 0.5 * lengthPenalty(length, target, penalty);
      });
    }
    const wanted = reference === "mean" ? mean(right) : Math.min(...right);
    return group.map((input) =>
      isRight(input) ? 0 : lengthPenalty(input.response.length, wanted, penalty)
    );
  };
}

/**
 * −½·penalty·(1 + cos(π·length/wanted)) below twice the wanted length, −penalty from there on.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(lengthPenalty(0, 750, 0.5), -0.5);
 * equal(lengthPenalty(750, 750, 0.5), 0);
 * equal(lengthPenalty(1500, 750, 0.5), -0.5);
 * ```
 */
export function lengthPenalty(length: number, wanted: number, penalty: number): number {
  if (length >= 2 * wanted) return -penalty;
  const height = 0.5 * (1 + Math.cos(Math.PI * length / wanted));
  return height === 0 ? 0 : -penalty * height;
}
