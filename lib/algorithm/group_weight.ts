/** Weights of whole groups: their advantages are multiplied by one factor each. */
import { z } from "../../deps.ts";
import { mean } from "../core/statistics.ts";

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
  /**
   * Wrong rollouts that were cut off are left out: those of this many tokens or more (4094 of 4096 there); null
   * leaves out those that ended at the token limit.
   */
  readonly lengthLimit: number | null;
}

const STAGES = ["easy", "medium", "hard", "easyOnly", "mediumOnly", "hardOnly"] as const;

/** VL-Cogito's curriculum weights by the group's accuracy (arXiv 2507.22607). */
export interface AccuracyWeight {
  readonly kind: "accuracyCosine";
  /** `easy`, `medium`, `hard`: its stages s_3, s_2, s_1; with `Only` the binary h_3, h_2, h_1. */
  readonly stage: typeof STAGES[number];
  /** `hard` only: the factor of groups without a right rollout. */
  readonly allWrong: number;
}

/** Weights of whole groups: settings. */
export type GroupWeightConfig = NoGroupWeight | AdoraWeight | AccuracyWeight;

/** ADORA with its published λ. */
export function adora(
  { damping = 0.1, threshold = 0.5, lengthLimit = null }: Partial<Omit<AdoraWeight, "kind">> = {},
): AdoraWeight {
  return { kind: "adora", damping, threshold, lengthLimit };
}

/** VL-Cogito's weights, by default those of its first stage; `allWrong` is its `all_false_coff`. */
export function accuracyCosine(
  { stage = "easy", allWrong = 0.25 }: Partial<Omit<AccuracyWeight, "kind">> = {},
): AccuracyWeight {
  return { kind: "accuracyCosine", stage, allWrong };
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
    stage: z.enum(STAGES),
    allWrong: z.number().min(0),
  }),
]) satisfies z.ZodType<GroupWeightConfig>;

/** What weights are decided by. */
export interface GroupWeightInputs {
  readonly groupSize: number;
  readonly rewards: Float32Array; // [rollouts]
  readonly accuracy: Float32Array; // [rollouts]
  readonly lengths: Int32Array; // [rollouts]
  /** Whether the rollout ended at the token limit, without an end-of-sequence token. */
  readonly truncated: readonly boolean[]; // [rollouts]
}

/**
 * The factor of every group, for the advantages of all its tokens. In MM-EUREKA it comes before the advantages are
 * whitened over the batch.
 *
 * @returns [groups]
 */
export function groupWeights(config: GroupWeightConfig, inputs: GroupWeightInputs): Float32Array {
  const { groupSize, rewards, accuracy, lengths, truncated } = inputs;
  return Float32Array.from({ length: rewards.length / groupSize }, (_, group) => {
    const begin = group * groupSize, end = begin + groupSize;
    switch (config.kind) {
      case "none":
        return 1;
      case "adora":
        return adoraWeight(config, {
          rewards: rewards.subarray(begin, end),
          lengths: lengths.subarray(begin, end),
          truncated: truncated.slice(begin, end),
        });
      case "accuracyCosine":
        return accuracyWeight(config, mean(accuracy.subarray(begin, end)));
      default:
        return config satisfies never;
    }
  });
}

/** λ where the group has a right rollout and the longest is not longer than the mean wrong one, else 1. */
function adoraWeight(
  { damping, threshold, lengthLimit }: AdoraWeight,
  { rewards, lengths, truncated }: Pick<GroupWeightInputs, "rewards" | "lengths" | "truncated">,
): number {
  let longestRight = 0;
  const wrong: number[] = [];
  rewards.forEach((reward, i) => {
    const length = lengths[i]!;
    if (reward > threshold) longestRight = Math.max(longestRight, length);
    else if (lengthLimit === null ? !truncated[i] : length < lengthLimit) wrong.push(length);
  });
  if (longestRight === 0) return 1;
  // Without a wrong rollout there is nothing to be longer than: damped, as upstream.
  return wrong.length > 0 && longestRight > mean(wrong) ? 1 : damping;
}

/**
 * With a the group's accuracy and c(a) = cos((a − ½)·π), 1 in the middle and 0 at both ends
 * (alibaba-damo-academy/VL-Cogito verl/trainer/ray_trainer.py):
 *
 * | stage | a = 0 | 0 < a ≤ ½ | a > ½ |
 * |---|---|---|---|
 * | `easy` | 0 | c(a) | 1 |
 * | `medium` | 0 | c(a) | c(a) |
 * | `hard` | `allWrong` | 1 | c(a) |
 *
 * `hardOnly`, `mediumOnly`, `easyOnly`: 1 for a in (0, ½], [¼, ¾], [½, 1], else 0.
 */
function accuracyWeight({ stage, allWrong }: AccuracyWeight, accuracy: number): number {
  if (accuracy === 0) return stage === "hard" ? allWrong : 0;
  const bell = accuracy === 1 ? 0 : Math.cos((accuracy - 0.5) * Math.PI); // exactly 0 at the end
  switch (stage) {
    case "easy":
      return accuracy > 0.5 ? 1 : bell;
    case "medium":
      return bell;
    case "hard":
      return accuracy > 0.5 ? bell : 1;
    case "easyOnly":
      return Number(accuracy >= 0.5);
    case "mediumOnly":
      return Number(accuracy >= 0.25 && accuracy <= 0.75);
    case "hardOnly":
      return Number(accuracy <= 0.5);
    default:
      return stage satisfies never;
  }
}
