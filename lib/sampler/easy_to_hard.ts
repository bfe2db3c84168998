/**
 * Easy-to-hard curricula (E2H, arXiv 2506.06632; divelab/E2H-Reasoning src/trainer.py): the mixture of levels of
 * difficulty that batches are drawn from follows a schedule over the run.
 */
import { z } from "../../deps.ts";

/** Settings of an easy-to-hard curriculum. */
export interface EasyToHardConfig {
  readonly kind: "easyToHard";
  /** `classic`: one level after the other. `balanced`: all alike. `cosine`, `gaussian`: from easy to hard smoothly. */
  readonly schedule: "classic" | "balanced" | "cosine" | "gaussian";
  /** σ of `gaussian`, in levels. */
  readonly sigma: number;
  /** μ = (t/T)^muExponent·(K − 1) of `gaussian`: below 1 it leaves the easy levels early. */
  readonly muExponent: number;
}

/** An easy-to-hard curriculum with the settings of the released code (config/algorithm/grpo.yaml). */
export function easyToHard(
  { schedule = "cosine", sigma = 0.5, muExponent = 0.5 }: Partial<Omit<EasyToHardConfig, "kind">> =
    {},
): EasyToHardConfig {
  return { kind: "easyToHard", schedule, sigma, muExponent };
}

export const easyToHardSchema = z.strictObject({
  kind: z.literal("easyToHard"),
  schedule: z.enum(["classic", "balanced", "cosine", "gaussian"]),
  sigma: z.number().gt(0),
  muExponent: z.number().gt(0),
}) satisfies z.ZodType<EasyToHardConfig>;
