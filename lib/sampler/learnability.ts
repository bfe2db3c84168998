/**
 * Sampling for learnability (SFL, arXiv 2408.15099; for language models Foster et al., arXiv 2502.12272): now and
 * then some prompts are scored, those of the highest p(1 − p) fill a buffer, and a share of every batch comes from it.
 */
import { z } from "../../deps.ts";

/** Settings of sampling for learnability. */
export interface LearnabilityConfig {
  readonly kind: "learnability";
  /** Steps between two fillings of the buffer. */
  readonly refreshInterval: number;
  /** Prompts scored for it, drawn at random from the pool without repetition. */
  readonly candidates: number;
  /** Rollouts per candidate. */
  readonly scoringRollouts: number;
  /** Candidates kept: those of the highest p(1 − p). */
  readonly bufferSize: number;
  /** Share of a batch drawn uniformly from the buffer; the rest is drawn uniformly from the pool. */
  readonly bufferShare: number;
}

/**
 * Sampling for learnability. The share ½ is that of the published code (amacrutherford/sampling-for-learnability
 * sfl/train/config: 128 of 256). Its sizes, 5,000 candidates for a buffer of 100 and 25,000 for 1,000, are meant for
 * levels that a generator makes without end; these ones fit a pool of some hundred prompts.
 */
export function learnability(
  {
    refreshInterval = 14,
    candidates = 256,
    scoringRollouts = 8,
    bufferSize = 64,
    bufferShare = 0.5,
  }: Partial<Omit<LearnabilityConfig, "kind">> = {},
): LearnabilityConfig {
  return {
    kind: "learnability",
    refreshInterval,
    candidates,
    scoringRollouts,
    bufferSize,
    bufferShare,
  };
}

export const learnabilitySchema = z.strictObject({
  kind: z.literal("learnability"),
  refreshInterval: z.int().min(1),
  candidates: z.int().min(1),
  scoringRollouts: z.int().min(2).max(1024),
  bufferSize: z.int().min(1),
  bufferShare: z.number().min(0).max(1),
}).refine(({ bufferSize, candidates }) => bufferSize <= candidates, {
  message: "expected bufferSize ≤ candidates",
}) satisfies z.ZodType<LearnabilityConfig>;
