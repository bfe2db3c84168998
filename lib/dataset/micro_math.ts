/** MicroMath: procedural multimodal mathematics, small enough to learn on a laptop. */
import { z } from "../../deps.ts";

/** Which MicroMath: sizes of the splits and the seed they are generated from. */
export interface MicroMathConfig {
  readonly kind: "microMath";
  /** Prompts in the pool that reinforcement learning draws from. */
  readonly prompts: number;
  readonly validationPrompts: number;
  /** Prompts in each of the five benchmark splits. */
  readonly benchmarkPrompts: number;
  /** Share of the pool whose answer key is replaced by a wrong one: a stress case, 0 by default. */
  readonly unsolvable: number;
  readonly seed: number;
}

/** MicroMath with its published defaults. */
export function microMath(
  {
    prompts = 1024,
    validationPrompts = 512,
    benchmarkPrompts = 128,
    unsolvable = 0,
    seed = 0,
  }: Partial<Omit<MicroMathConfig, "kind">> = {},
): MicroMathConfig {
  return { kind: "microMath", prompts, validationPrompts, benchmarkPrompts, unsolvable, seed };
}

export const microMathSchema = z.strictObject({
  kind: z.literal("microMath"),
  prompts: z.int().min(1).max(1_000_000),
  validationPrompts: z.int().min(1).max(100_000),
  benchmarkPrompts: z.int().min(1).max(100_000),
  unsolvable: z.number().min(0).max(1),
  seed: z.int().min(0),
}) satisfies z.ZodType<MicroMathConfig>;
