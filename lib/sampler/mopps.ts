/**
 * Model predictive prompt selection (MoPPS, arXiv 2507.04632; thu-rllab/MoPPS recipe/ours/mopps.py): a posterior of
 * every prompt's pass rate, from the training rollouts alone, and Thompson sampling of prompts near a target.
 */
import { z } from "../../deps.ts";

/** Settings of MoPPS. */
export interface MoppsConfig {
  readonly kind: "mopps";
  /** Beta(right, wrong): what is believed of a prompt that was not seen. */
  readonly prior: { readonly right: number; readonly wrong: number };
  /** d: weight of earlier rollouts at each update, as the policy changes; 1 forgets nothing, 0 all. */
  readonly decay: number;
  /** Candidates of a draw, as a multiple of the prompts drawn; the whole pool where it holds no more. */
  readonly oversampling: number;
  /** `nearest`: the candidates nearest to `target` (their `topk`). `within`: any in [low, high] (their `threshold`). */
  readonly selection: "nearest" | "within";
  readonly target: number;
  readonly low: number;
  readonly high: number;
}

type MoppsOptions = Partial<Omit<MoppsConfig, "kind" | "prior">> & {
  readonly prior?: Partial<MoppsConfig["prior"]>;
};

/**
 * MoPPS as its training scripts run it: decay ½ (the code's own default is 1), 16 candidates for every prompt of
 * the batch, the nearest to ½.
 */
export function mopps(
  {
    prior,
    decay = 0.5,
    oversampling = 16,
    selection = "nearest",
    target = 0.5,
    low = 0.3,
    high = 0.7,
  }: MoppsOptions = {},
): MoppsConfig {
  return {
    kind: "mopps",
    prior: { right: 1, wrong: 1, ...prior },
    decay,
    oversampling,
    selection,
    target,
    low,
    high,
  };
}

export const moppsSchema = z.strictObject({
  kind: z.literal("mopps"),
  prior: z.strictObject({ right: z.number().gt(0), wrong: z.number().gt(0) }),
  decay: z.number().min(0).max(1),
  oversampling: z.number().min(1).max(1024),
  selection: z.enum(["nearest", "within"]),
  target: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
}).refine(({ low, high }) => low < high, {
  message: "expected low < high",
}) satisfies z.ZodType<MoppsConfig>;
