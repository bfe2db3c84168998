/**
 * AdaRFT (arXiv 2504.05520): batches of the prompts whose difficulty is nearest to a target, which rises while the
 * policy does better than wished and falls while it does worse.
 */
import { z } from "../../deps.ts";

/** Settings of AdaRFT. Difficulties lie in [0, 100]. */
export interface AdaRftConfig {
  readonly kind: "adaRft";
  /** η, α and β of T ← clip(T + η·tanh(α(R̄ − β)), 0, 100). */
  readonly stepSize: number;
  readonly sensitivity: number;
  readonly targetAccuracy: number;
  /** T before the first step. */
  readonly initialTarget: number;
  /** `passRate`: 100·(1 − pass rate), from one scoring before training. `level`: the levels, spread over [0, 100]. */
  readonly difficulty: "passRate" | "level";
  /** Rollouts per prompt of that scoring. */
  readonly scoringRollouts: number;
  /** `avoid`: among equally near prompts, those drawn least often so far. `allow`: as the released code. */
  readonly repeats: "avoid" | "allow";
}

/** AdaRFT with the paper's η = 50, α = 2, β = ½, T = 0. */
export function adaRft(
  {
    stepSize = 50,
    sensitivity = 2,
    targetAccuracy = 0.5,
    initialTarget = 0,
    difficulty = "passRate",
    scoringRollouts = 8,
    repeats = "avoid",
  }: Partial<Omit<AdaRftConfig, "kind">> = {},
): AdaRftConfig {
  return {
    kind: "adaRft",
    stepSize,
    sensitivity,
    targetAccuracy,
    initialTarget,
    difficulty,
    scoringRollouts,
    repeats,
  };
}

export const adaRftSchema = z.strictObject({
  kind: z.literal("adaRft"),
  stepSize: z.number().min(0),
  sensitivity: z.number().min(0),
  targetAccuracy: z.number().min(0).max(1),
  initialTarget: z.number().min(0).max(100),
  difficulty: z.enum(["passRate", "level"]),
  scoringRollouts: z.int().min(1).max(1024),
  repeats: z.enum(["avoid", "allow"]),
}) satisfies z.ZodType<AdaRftConfig>;
