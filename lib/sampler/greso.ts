/**
 * GRESO (arXiv 2506.02177; Infini-AI-Lab/GRESO verl/trainer/ttis/presampling_selector.py): prompts whose last groups
 * were all right or all wrong are skipped with a probability, before anything is generated for them.
 */
import { z } from "../../deps.ts";

/** Settings of GRESO. */
export interface GresoConfig {
  readonly kind: "greso";
  /** Keep factor at the start for each all-right group in a row. */
  readonly keepEasy: number;
  /** Keep factor at the start for each all-wrong group in a row. */
  readonly keepHard: number;
  /** Share of groups without variance to aim at: a third of it all right, two thirds all wrong. */
  readonly zeroVarianceTarget: number;
  /** How far a step moves each keep factor, and between which bounds. */
  readonly keepStep: number;
  readonly keepLow: number;
  readonly keepHigh: number;
  /** Probability below which no prompt's chance to be kept falls. */
  readonly keepFloor: number;
}

/** GRESO with the defaults of its code. Meant to go with `filter: dynamicSampling()`, as published. */
export function greso(
  {
    keepEasy = 0.5,
    keepHard = 0.5,
    zeroVarianceTarget = 0.25,
    keepStep = 0.01,
    keepLow = 0.05,
    keepHigh = 0.95,
    keepFloor = 0.01,
  }: Partial<Omit<GresoConfig, "kind">> = {},
): GresoConfig {
  return {
    kind: "greso",
    keepEasy,
    keepHard,
    zeroVarianceTarget,
    keepStep,
    keepLow,
    keepHigh,
    keepFloor,
  };
}

const share = z.number().min(0).max(1);

export const gresoSchema = z.strictObject({
  kind: z.literal("greso"),
  keepEasy: share,
  keepHard: share,
  zeroVarianceTarget: share,
  keepStep: share,
  keepLow: share,
  keepHigh: share,
  keepFloor: z.number().gt(0).max(1),
}).refine(({ keepLow, keepHigh }) => keepLow <= keepHigh, {
  message: "expected keepLow ≤ keepHigh",
}) satisfies z.ZodType<GresoConfig>;
