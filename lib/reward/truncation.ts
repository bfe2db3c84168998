/** What a response is worth that was cut off at the limit (OpenRLHF's `stop_properly_penalty_coef`). */
import { z } from "../../deps.ts";

/** The other terms together are multiplied: 0 takes everything, 1 nothing. */
export interface ScaledTruncation {
  readonly kind: "scaled";
  readonly factor: number;
}

/** The reward is this number, whatever else the response did. */
export interface FixedTruncation {
  readonly kind: "fixed";
  readonly reward: number;
}

/** What a response is worth that was cut off. */
export type TruncationConfig = ScaledTruncation | FixedTruncation;

/**
 * OpenRLHF's two meanings of one number (OpenRLHF/OpenRLHF --reward.stop_properly_penalty_coef): from 0 up it is a
 * factor, below 0 it is the reward itself.
 */
export function stopProperly(coefficient: number): TruncationConfig {
  return coefficient < 0
    ? { kind: "fixed", reward: coefficient }
    : { kind: "scaled", factor: coefficient };
}

export const truncationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("scaled"), factor: z.number().min(0).max(1) }),
  z.strictObject({ kind: z.literal("fixed"), reward: z.number() }),
]) satisfies z.ZodType<TruncationConfig>;

/** The term that turns the `others` of a response that was cut off into its reward. */
export function truncationTerm(config: TruncationConfig, others: number): number {
  switch (config.kind) {
    case "scaled":
      return (config.factor - 1) * others;
    case "fixed":
      return config.reward - others;
    default:
      return config satisfies never;
  }
}
