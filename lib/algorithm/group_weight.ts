/** Weights of whole groups: their advantages are multiplied by one factor each. */
import { z } from "../../deps.ts";

/** Every group counts in full. */
export interface NoGroupWeight {
  readonly kind: "none";
}

/**
 * ADORA (MM-EUREKA, ModalMinds/MM-EUREKA openrlhf/trainer/ppo_utils/experience_maker.py): groups whose longest
 * right rollout is not longer than the mean wrong one are damped.
 */
export interface AdoraWeight {
  readonly kind: "adora";
  /** λ: the factor of a damped group. */
  readonly damping: number;
  /** Rollouts with a reward above it are right (the reward of format alone is 0.5 there). */
  readonly threshold: number;
  /** Wrong rollouts of this many tokens or more were cut off and are left out; null keeps them. */
  readonly lengthLimit: number | null;
}

/** VL-Cogito's curriculum weights by the group's accuracy (arXiv 2507.22607). */
export interface AccuracyWeight {
  readonly kind: "accuracyCosine";
  /** `easy`, `medium`, `hard`: its stages s_3, s_2, s_1. */
  readonly stage: "easy" | "medium" | "hard";
  /** `hard` only: the factor of groups without a right rollout. */
  readonly allWrong: number;
}

/** Weights of whole groups: settings. */
export type GroupWeightConfig = NoGroupWeight | AdoraWeight | AccuracyWeight;

/** ADORA with its published λ; rollouts cut off at the token limit are left out by their length. */
export function adora(
  { damping = 0.1, threshold = 0.5, lengthLimit = null }: Partial<Omit<AdoraWeight, "kind">> = {},
): AdoraWeight {
  return { kind: "adora", damping, threshold, lengthLimit };
}

export const groupWeightSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("adora"),
    damping: z.number().min(0),
    threshold: z.number(),
    lengthLimit: z.int().min(1).nullable(),
  }),
  z.strictObject({
    kind: z.literal("accuracyCosine"),
    stage: z.enum(["easy", "medium", "hard"]),
    allWrong: z.number().min(0),
  }),
]) satisfies z.ZodType<GroupWeightConfig>;

/** What weights are decided by. */
export interface GroupWeightInputs {
  readonly groupSize: number;
  readonly rewards: Float32Array; // [rollouts]
  readonly accuracy: Float32Array; // [rollouts]
  readonly lengths: Int32Array; // [rollouts]
  readonly truncated: readonly boolean[]; // [rollouts]
}
