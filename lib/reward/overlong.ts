/** DAPO's soft overlong punishment (arXiv 2503.14476, equation 13). */
import { z } from "../../deps.ts";
import type { RewardFunction } from "./reward_function.ts";

/** A penalty on responses that come close to the limit. */
export interface OverlongConfig {
  /** Tokens before `decoding.maxTokens` over which the penalty grows from 0 to its full size. */
  readonly buffer: number;
  /** The full size. */
  readonly factor: number;
}

/** The penalty with DAPO's values: the last 4096 of 20480 tokens, 1. The buffer has to fit the limit. */
export function overlong(
  { buffer = 4096, factor = 1 }: Partial<OverlongConfig> = {},
): OverlongConfig {
  return { buffer, factor };
}

export const overlongSchema = z.strictObject({
  buffer: z.int().min(1),
  factor: z.number().min(0),
}) satisfies z.ZodType<OverlongConfig>;

/**
 * factor·R with R = 0 up to limit − buffer, (limit − buffer − length)/buffer from there to the limit, −1 beyond, and
 * `decoding.maxTokens` the limit. In [−factor, 0], and never rises with length.
 */
export function createOverlong({ buffer, factor }: OverlongConfig): RewardFunction {
  return ({ response: { length }, maxTokens }) =>
    factor * overlongPunishment(length, maxTokens, buffer);
}

/**
 * R for factor 1.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(overlongPunishment(18432, 20480, 4096), -0.5);
 * ```
 */
export function overlongPunishment(length: number, limit: number, buffer: number): number {
  const over = length - (limit - buffer);
  if (over <= 0) return 0;
  return length > limit ? -1 : -over / buffer;
}
