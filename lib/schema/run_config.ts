/** Everything that decides what a run's result is. Where it runs (device, folders, jobs) is not in here. */
import { z } from "../../deps.ts";
import { type AdamWConfig, adamwSchema } from "../algorithm/adamw.ts";
import { type GroupFilterConfig, groupFilterSchema } from "../algorithm/group_filter.ts";
import { type GrpoConfig, grpoSchema } from "../algorithm/grpo.ts";
import { type MicroMathConfig, microMathSchema } from "../dataset/micro_math.ts";
import { RESPONSE_TOKENS } from "../dataset/prompt.ts";
import { type SupervisedConfig, supervisedSchema } from "../algorithm/supervised.ts";
import { type TransformerConfig, transformerSchema } from "../policy/transformer.ts";
import { adaRftSchema } from "../sampler/ada_rft.ts";
import { easyToHardSchema } from "../sampler/easy_to_hard.ts";
import { gresoSchema } from "../sampler/greso.ts";
import { learnabilitySchema } from "../sampler/learnability.ts";
import { moppsSchema } from "../sampler/mopps.ts";
import { randomSchema } from "../sampler/random.ts";
import { replaySchema } from "../sampler/replay.ts";
import type { SamplerConfig } from "../sampler/sampler.ts";
import { vasSchema } from "../sampler/vas.ts";

export type { SamplerConfig } from "../sampler/sampler.ts";

/** Part of every identity: raised when equal settings begin to mean something else. */
export const SCHEMA_VERSION = 2;

/** How responses are decoded while training and scoring. */
export interface DecodingConfig {
  readonly temperature: number;
  /** Longest response, the end-of-sequence token included. */
  readonly maxTokens: number;
}

/** reward = format·[required format] + accuracy·[right answer]. */
export interface RewardConfig {
  readonly format: number;
  readonly accuracy: number;
}

/** Length and width of training. */
export interface TrainingConfig {
  readonly steps: number;
  /** B: prompts trained on per step. */
  readonly batchSize: number;
  /**
   * Generated tokens after which the run ends, those of training, discarded groups and scoring: after the first
   * step that reaches it, `steps` at the latest. Null for no budget.
   */
  readonly tokenBudget: number | null;
}

/** Measurements of single prompts, before the first step and after the last: see `engine/probe.ts`. */
export interface ProbeConfig {
  /** The first so many prompts of the pool. */
  readonly prompts: number;
  /** Rollouts per prompt. */
  readonly rollouts: number;
  /** Step sizes η of a plain gradient step on one prompt's objective; with none, only rollouts are judged. */
  readonly stepSizes: readonly number[];
}

/** What is measured along the way. None of it feeds back into training. */
export interface EvaluationConfig {
  /** Steps between evaluations on the validation split; the first is before training. */
  readonly interval: number;
  readonly temperature: number;
  /** Repeat every refresh's scoring once on the unchanged policy, as a control for Figure 3. */
  readonly scoringControl: boolean;
  /** Steps between galleries of full rollouts. */
  readonly galleryInterval: number;
  readonly probe: ProbeConfig | null;
}

/** The settings of one run, complete and checked: no field is optional. */
export interface RunConfig {
  readonly model: TransformerConfig;
  readonly dataset: MicroMathConfig;
  readonly coldStart: SupervisedConfig;
  readonly sampler: SamplerConfig;
  readonly reward: RewardConfig;
  readonly algorithm: GrpoConfig;
  readonly filter: GroupFilterConfig;
  readonly optimizer: AdamWConfig;
  readonly decoding: DecodingConfig;
  readonly training: TrainingConfig;
  readonly evaluation: EvaluationConfig;
}

export const runConfigSchema = z.strictObject({
  model: transformerSchema,
  dataset: microMathSchema,
  coldStart: supervisedSchema,
  sampler: z.discriminatedUnion("kind", [
    randomSchema,
    vasSchema,
    learnabilitySchema,
    moppsSchema,
    gresoSchema,
    replaySchema,
    adaRftSchema,
    easyToHardSchema,
  ]),
  reward: z.strictObject({ format: z.number(), accuracy: z.number() }),
  algorithm: grpoSchema,
  filter: groupFilterSchema,
  optimizer: adamwSchema,
  decoding: z.strictObject({
    temperature: z.number().gt(0).max(10),
    maxTokens: z.int().min(1).max(RESPONSE_TOKENS),
  }),
  training: z.strictObject({
    steps: z.int().min(0),
    batchSize: z.int().min(1).max(65536),
    tokenBudget: z.int().min(1).nullable(),
  }),
  evaluation: z.strictObject({
    interval: z.int().min(1),
    temperature: z.number().gt(0).max(10),
    scoringControl: z.boolean(),
    galleryInterval: z.int().min(1),
    probe: z.strictObject({
      prompts: z.int().min(1),
      rollouts: z.int().min(16).max(4096),
      stepSizes: z.array(z.number().gt(0)).max(20),
    }).nullable(),
  }),
}) satisfies z.ZodType<RunConfig>;
