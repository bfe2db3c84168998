/**
 * The policy loss of a token, and how token losses become one number: settings.
 *
 * r = π/π_old. One objective, one file beside this one: the plain function and its graph form.
 */
import { z } from "../../../deps.ts";

/** max(−A·r, −A·clip(r, 1 − low, 1 + high)); for A < 0 at most −A·C (PPO; clip-higher of DAPO: high > low). */
export interface PpoClipObjective {
  readonly kind: "ppoClip";
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
  /** C; null switches the bound off. */
  readonly dualClip: number | null;
}

/** The same with the sequence's ratio, exp of the mean log-ratio (GSPO, arXiv 2507.18071). */
export interface GspoObjective {
  readonly kind: "gspo";
  /** Where the gradient flows: through the sequence's mean, or through each token by itself (GSPO-token). */
  readonly level: "sequence" | "token";
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
  readonly dualClip: number | null;
}

/** −A·clip(r, 1 − low, 1 + high)·log π, the clipped ratio without gradient (CISPO, arXiv 2506.13585). */
export interface CispoObjective {
  readonly kind: "cispo";
  /** 1 and more: no lower bound. */
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
}

/** −A·(4/τ)·σ(τ·(r − 1)) with a temperature τ for each sign of A (SAPO, arXiv 2511.20347). */
export interface SapoObjective {
  readonly kind: "sapo";
  readonly temperaturePositive: number;
  readonly temperatureNegative: number;
}

/** One-sided clamp of each log-ratio, then the geometric mean over the sequence (GMPO, arXiv 2507.20673). */
export interface GmpoObjective {
  readonly kind: "gmpo";
  readonly clipRangeLow: number;
  readonly clipRangeHigh: number;
}

/** −A·log π, without a ratio (GPG, arXiv 2504.02546; REINFORCE). */
export interface ReinforceObjective {
  readonly kind: "reinforce";
}

/** The policy loss: settings. */
export type ObjectiveConfig =
  | PpoClipObjective
  | GspoObjective
  | CispoObjective
  | SapoObjective
  | GmpoObjective
  | ReinforceObjective;

const clipRangeLow = z.number().min(0).lt(1);
const clipRangeHigh = z.number().min(0).max(100);
const dualClip = z.number().gt(1).nullable();

export const objectiveSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ppoClip"), clipRangeLow, clipRangeHigh, dualClip }),
  z.strictObject({
    kind: z.literal("gspo"),
    level: z.enum(["sequence", "token"]),
    clipRangeLow,
    clipRangeHigh,
    dualClip,
  }),
  z.strictObject({
    kind: z.literal("cispo"),
    clipRangeLow: z.number().min(0),
    clipRangeHigh,
  }),
  z.strictObject({
    kind: z.literal("sapo"),
    temperaturePositive: z.number().gt(0),
    temperatureNegative: z.number().gt(0),
  }),
  z.strictObject({ kind: z.literal("gmpo"), clipRangeLow: z.number().min(0), clipRangeHigh }),
  z.strictObject({ kind: z.literal("reinforce") }),
]) satisfies z.ZodType<ObjectiveConfig>;

/**
 * How token losses are aggregated over a mini-batch. `token-mean`: over all tokens. `sequence-mean`: over
 * rollouts of their token means. `sequence-sum`: Σ over tokens/(rollouts · longest response) (Dr. GRPO).
 */
export const AGGREGATIONS = ["token-mean", "sequence-mean", "sequence-sum"] as const;
export type Aggregation = typeof AGGREGATIONS[number];
