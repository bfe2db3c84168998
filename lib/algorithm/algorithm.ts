/** The policy-gradient algorithm: settings, and the published ones by name. */
import { z } from "../../deps.ts";
import { type AdvantageConfig, advantageSchema } from "./advantage/advantage.ts";
import { type GroupWeightConfig, groupWeightSchema } from "./group_weight.ts";
import { kl, type KlConfig, klSchema } from "./kl.ts";
import {
  type Aggregation,
  AGGREGATIONS,
  type ObjectiveConfig,
  objectiveSchema,
} from "./objective/objective.ts";

/** How rewards become an update of the policy. */
export interface AlgorithmConfig {
  readonly kind: "policyGradient";
  /** N: rollouts per prompt. */
  readonly groupSize: number;
  readonly advantage: AdvantageConfig;
  /** Whiten advantages over all tokens of the batch: (A − mean)/sqrt(variance + 1e-8). */
  readonly whitening: boolean;
  readonly groupWeight: GroupWeightConfig;
  readonly objective: ObjectiveConfig;
  readonly aggregation: Aggregation;
  /** The penalty on KL(policy ‖ reference); null: no reference is evaluated. */
  readonly kl: KlConfig | null;
  /** Weight of the token distribution's mean entropy, subtracted from the loss. */
  readonly entropyCoefficient: number;
  /**
   * Where the log-probabilities of the policy that generated come from. `rollout`: from generation itself.
   * `recomputed`: evaluated once more as training evaluates them; tokens are then weighted by
   * min(π_recomputed/π_rollout, cap) (truncated importance correction), without a cap by 1.
   */
  readonly oldLogProbs:
    | { readonly kind: "rollout" }
    | { readonly kind: "recomputed"; readonly cap: number | null };
  /** Optimiser updates per pass over the rollout batch. With one in total, the ratio is 1 everywhere. */
  readonly miniBatches: number;
  /** μ: passes over the rollout batch. */
  readonly updatesPerBatch: number;
}

/** Settings by which a published algorithm is changed. */
export type AlgorithmOptions = Partial<Omit<AlgorithmConfig, "kind">>;

/** GRPO with the paper's settings (MMR1 Table 6); four updates per rollout batch, as its Figure 2 needs. */
export function grpo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return {
    kind: "policyGradient",
    groupSize: 8,
    advantage: { kind: "grpo", scale: "group", std: "unbiased", epsilon: 1e-6 },
    whitening: false,
    groupWeight: { kind: "none" },
    objective: { kind: "ppoClip", clipRangeLow: 0.2, clipRangeHigh: 0.2, dualClip: 3 },
    aggregation: "token-mean",
    kl: kl(),
    entropyCoefficient: 0,
    oldLogProbs: { kind: "rollout" },
    miniBatches: 4,
    updatesPerBatch: 1,
    ...options,
  };
}

export const algorithmSchema = z.strictObject({
  kind: z.literal("policyGradient"),
  groupSize: z.int().min(1).max(1024),
  advantage: advantageSchema,
  whitening: z.boolean(),
  groupWeight: groupWeightSchema,
  objective: objectiveSchema,
  aggregation: z.enum(AGGREGATIONS),
  kl: klSchema.nullable(),
  entropyCoefficient: z.number().min(0),
  oldLogProbs: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("rollout") }),
    z.strictObject({ kind: z.literal("recomputed"), cap: z.number().gt(0).nullable() }),
  ]),
  miniBatches: z.int().min(1).max(1024),
  updatesPerBatch: z.int().min(1).max(1024),
}) satisfies z.ZodType<AlgorithmConfig>;
