/** Everything that decides what a run's result is. Where it runs (device, folders, jobs) is not in here. */
import { z } from "../../deps.ts";
import { type AdamWConfig, adamwSchema } from "../algorithm/adamw.ts";
import { type GroupFilterConfig, groupFilterSchema } from "../algorithm/group_filter.ts";
import { type AlgorithmConfig, algorithmSchema } from "../algorithm/algorithm.ts";
import { type SupervisedConfig, supervisedSchema } from "../algorithm/supervised.ts";
import { type DatasetConfig, datasetSchema } from "../dataset/dataset.ts";
import { type PretrainedConfig, pretrainedSchema } from "../policy/pretrained.ts";
import { type TransformerConfig, transformerSchema } from "../policy/transformer.ts";
import { type RewardConfig, rewardSchema } from "../reward/reward_config.ts";
import { adaRftSchema } from "../sampler/ada_rft.ts";
import { easyToHardSchema } from "../sampler/easy_to_hard.ts";
import { sequentialSchema, shuffleSchema } from "../sampler/epochs.ts";
import { gresoSchema } from "../sampler/greso.ts";
import { learnabilitySchema } from "../sampler/learnability.ts";
import { moppsSchema } from "../sampler/mopps.ts";
import { randomSchema } from "../sampler/random.ts";
import { replaySchema } from "../sampler/replay.ts";
import type { SamplerConfig } from "../sampler/sampler.ts";
import { vasSchema } from "../sampler/vas.ts";

export type { RewardConfig } from "../reward/reward_config.ts";
export type { SamplerConfig } from "../sampler/sampler.ts";

/** Part of every identity: raised when equal settings begin to mean something else. */
export const SCHEMA_VERSION = 3;

/** How responses are decoded while training and scoring. */
export interface DecodingConfig {
  readonly temperature: number;
  /** Longest response, the end-of-sequence token included. */
  readonly maxTokens: number;
}

/** Length and width of training. */
export interface TrainingConfig {
  readonly steps: number;
  /** B: prompts trained on per step. */
  readonly batchSize: number;
  /**
   * Generated tokens after which the run ends, those of training, discarded groups and scoring, and those that
   * the stages before it generated: after the first step that reaches it, `steps` at the latest. Null for no budget.
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

/** Which policies of a run are kept, besides the last. */
export interface CheckpointConfig {
  /** Steps between policies that are kept; null keeps none along the way. */
  readonly interval: number | null;
  /** Of those, the last so many stay; null keeps all. */
  readonly limit: number | null;
  /** Keep the policy with the highest validation accuracy, the earliest of equals. */
  readonly best: boolean;
}

/** What is measured and kept along the way. None of it feeds back into training. */
export interface EvaluationConfig {
  /** Steps between evaluations on the validation split; the first is before training. */
  readonly interval: number;
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** Responses to each held-out prompt; with several, pass@k and its relatives are reported. */
  readonly samples: number;
  /** Prompts of the validation split whose responses are kept word by word at every evaluation. */
  readonly generations: number;
  /** Repeat every refresh's scoring once on the unchanged policy, as a control for Figure 3. */
  readonly scoringControl: boolean;
  /** Steps between galleries of full rollouts. */
  readonly galleryInterval: number;
  readonly probe: ProbeConfig | null;
  readonly checkpoints: CheckpointConfig;
}

/** The settings of one run, complete and checked: no field is optional. */
export interface RunConfig {
  readonly model: TransformerConfig | PretrainedConfig;
  readonly dataset: DatasetConfig;
  /** The supervised stage that training starts from; null for a pretrained model, which starts as it is. */
  readonly coldStart: SupervisedConfig | null;
  /** The stage before this one: its last policy, of the same seed, is where training starts. Null: the cold start. */
  readonly previous: RunConfig | null;
  readonly sampler: SamplerConfig;
  readonly reward: RewardConfig;
  readonly algorithm: AlgorithmConfig;
  readonly filter: GroupFilterConfig;
  readonly optimizer: AdamWConfig;
  readonly decoding: DecodingConfig;
  readonly training: TrainingConfig;
  readonly evaluation: EvaluationConfig;
}

export const runConfigSchema = z.strictObject({
  model: z.discriminatedUnion("kind", [transformerSchema, pretrainedSchema]),
  dataset: datasetSchema,
  coldStart: supervisedSchema.nullable(),
  previous: z.lazy((): z.ZodType<RunConfig | null> => runConfigSchema.nullable()),
  sampler: z.discriminatedUnion("kind", [
    randomSchema,
    shuffleSchema,
    sequentialSchema,
    vasSchema,
    learnabilitySchema,
    moppsSchema,
    gresoSchema,
    replaySchema,
    adaRftSchema,
    easyToHardSchema,
  ]),
  reward: rewardSchema,
  algorithm: algorithmSchema,
  filter: groupFilterSchema,
  optimizer: adamwSchema,
  decoding: z.strictObject({
    temperature: z.number().gt(0).max(10),
    maxTokens: z.int().min(1),
  }),
  training: z.strictObject({
    steps: z.int().min(0),
    batchSize: z.int().min(1).max(65536),
    tokenBudget: z.int().min(1).nullable(),
  }),
  evaluation: z.strictObject({
    interval: z.int().min(1),
    temperature: z.number().min(0).max(10),
    samples: z.int().min(1).max(1024),
    generations: z.int().min(0),
    scoringControl: z.boolean(),
    galleryInterval: z.int().min(1),
    probe: z.strictObject({
      prompts: z.int().min(1),
      rollouts: z.int().min(16).max(4096),
      stepSizes: z.array(z.number().gt(0)).max(20),
    }).nullable(),
    checkpoints: z.strictObject({
      interval: z.int().min(1).nullable(),
      limit: z.int().min(1).nullable(),
      best: z.boolean(),
    }),
  }),
}) satisfies z.ZodType<RunConfig>;
