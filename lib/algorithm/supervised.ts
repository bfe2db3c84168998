/** Supervised cold start: settings and loss. What it does is in `engine/cold_start.ts`. */
import { z } from "../../deps.ts";
import type { Ops } from "../tensor/ops.ts";

/** The supervised stage before reinforcement learning (MMR1 section 5, Table 5, at micro scale). */
export interface SupervisedConfig {
  readonly kind: "supervised";
  readonly steps: number;
  /** Demonstrations per step. */
  readonly batchSize: number;
  /** Peak; linear warm-up over a tenth of the steps, then cosine to a twentieth of it. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Last share of the steps in which demonstrations of mixed quality are shown. */
  readonly mixedPhase: number;
  /** In that phase, share of demonstrations that skip the working and guess, by level 1, 2, …. */
  readonly shortcutRates: readonly number[];
  /** Each family's own offset to that share is uniform in ± this. */
  readonly shortcutSpread: number;
  /** Share of guesses that are right. */
  readonly guessAccuracy: number;
  /** Share of guesses whose answer lacks its box: what the format reward is about. */
  readonly unboxedRate: number;
  readonly seed: number;
}

export const supervisedSchema = z.strictObject({
  kind: z.literal("supervised"),
  steps: z.int().min(1),
  batchSize: z.int().min(1).max(65536),
  learningRate: z.number().gt(0).max(1),
  weightDecay: z.number().min(0),
  mixedPhase: z.number().min(0).max(1),
  shortcutRates: z.array(z.number().min(0).max(1)).min(1),
  shortcutSpread: z.number().min(0).max(1),
  guessAccuracy: z.number().min(0).max(1),
  unboxedRate: z.number().min(0).max(1),
  seed: z.int().min(0),
}) satisfies z.ZodType<SupervisedConfig>;

/**
 * Supervised loss as a graph: −Σ w·log π over response tokens.
 *
 * @param logProbs [rollouts, tokens]
 * @param tokenWeights [rollouts, tokens]; 1/(tokens in the batch) where a token counts, else 0
 */
export function supervisedLoss<T>(ops: Ops<T>, logProbs: T, tokenWeights: T): T {
  return ops.neg(ops.sum(ops.mul(logProbs, tokenWeights)));
}
