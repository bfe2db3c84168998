/**
 * What a run writes down, one JSON object per line of `records.jsonl`.
 *
 * Names follow the field's words; `METRIC_NAMES` maps them to those EasyR1 and verl log, so that imported
 * logs and own runs share reports.
 */

/** Rollouts or tokens generated since the run began, by what they were generated for. */
export interface GenerationCount {
  /** Trained on. */
  readonly training: number;
  /** Generated for training and not trained on: groups that a filter left out, greedy baselines. */
  readonly discarded: number;
  /** Spent on scoring prompts for the sampler. */
  readonly scoring: number;
  /** Spent on measuring only: evaluations, and the repeated scoring that serves as a control. */
  readonly validation: number;
}

/** What a run has spent: everything but what was generated for measuring only. */
export function spent({ training, discarded, scoring }: GenerationCount): number {
  return training + discarded + scoring;
}

/** One optimisation step of Algorithm 1: draw, roll out, reward, advantage, update. */
export interface StepRecord {
  readonly kind: "step";
  /** 1 for the first step. */
  readonly step: number;
  /** Mean and standard deviation over the batch's rollouts of the weighted reward. */
  readonly rewardMean: number;
  readonly rewardStd: number;
  readonly accuracyReward: number;
  readonly formatReward: number;
  /** Means of the weighted terms that add up to the reward, by name. */
  readonly rewardComponents: Readonly<Record<string, number>>;
  // From here to `ratioMax`: means over the step's updates; null when every one of them was left out.
  /** Global L2 norm of the gradient before clipping, mean over the step's optimiser updates. */
  readonly gradNorm: number | null;
  readonly gradNormMax: number | null;
  readonly policyLoss: number | null;
  /** Share of tokens whose clipped branch is the larger loss; both sides, and each side of the range. */
  readonly clipFraction: number | null;
  readonly clipFractionLow: number | null;
  readonly clipFractionHigh: number | null;
  /** Share of tokens bounded by the dual clip. */
  readonly dualClipFraction: number | null;
  /** Mean over tokens of the estimate of KL(policy ‖ reference); null too where there is no reference. */
  readonly klReference: number | null;
  /** Mean over tokens of log π_old − log π. */
  readonly klOld: number | null;
  /** Mean entropy of the token distribution that is sampled from (`decoding.temperature`), nats. */
  readonly entropy: number | null;
  /** Importance ratio π/π_old over tokens. */
  readonly ratioMean: number | null;
  readonly ratioStd: number | null;
  readonly ratioMax: number | null;
  /** β: weight of KL in this step; null where there is no reference. */
  readonly klCoefficient: number | null;
  /** Null without a critic. */
  readonly critic: CriticMetrics | null;
  /** Mean factor of groups, 1 without group weights. */
  readonly groupWeightMean: number;
  /** Mean factor of tokens from truncated importance correction; null without it. */
  readonly importanceWeightMean: number | null;
  readonly responseLengthMean: number;
  readonly responseLengthMin: number;
  readonly responseLengthMax: number;
  /** Share of responses cut off at the token limit. */
  readonly truncatedFraction: number;
  /** Share of groups whose rewards are not all equal: the groups that carry a gradient. */
  readonly informativeGroups: number;
  /** Groups generated for this step, those left out of the batch included. */
  readonly generatedGroups: number;
  /** The batch by the source of its prompts. */
  readonly sources: Readonly<Record<string, SourceShare>>;
  /** Batch slots whose prompt already stands in the same batch. */
  readonly duplicatePrompts: number;
  readonly learningRate: number;
  /** Optimiser updates in this step. */
  readonly updates: number;
  /** Of these, updates left out because their gradient norm was not finite. */
  readonly skippedUpdates: number;
  readonly rollouts: GenerationCount;
  readonly tokens: GenerationCount;
  readonly seconds: StepSeconds;
}

/** Means over the step's updates of the critic. */
export interface CriticMetrics {
  readonly valueLoss: number;
  /** 1 − Var(return − value)/Var(return), over tokens; null where all returns were equal. */
  readonly explainedVariance: number | null;
  readonly valueClipFraction: number;
  readonly gradNorm: number;
}

/** One source's part in a batch. */
export interface SourceShare {
  readonly prompts: number;
  /** Mean accuracy reward of their rollouts. */
  readonly accuracy: number;
}

/** Wall-clock seconds by phase. The only fields that differ between two executions of one run. */
export interface StepSeconds {
  readonly draw: number;
  readonly rollout: number;
  readonly reward: number;
  readonly reference: number;
  readonly update: number;
  readonly total: number;
}

/** A scoring of the pool, or of a share of it; per-prompt values are in the Arrow file. */
export interface RefreshRecord {
  readonly kind: "refresh";
  /** Number of finished steps at which the scores were taken: 0 before the first step. */
  readonly step: number;
  /** True for the control: the same scoring repeated on the unchanged policy; the sampler ignores it. */
  readonly control: boolean;
  /** Path below the run's folder; columns of {@link ScoreRow}, rows in pool order. */
  readonly file: string;
  /** Prompts scored now. The statistics of scores are over these, those of weights over the whole pool. */
  readonly prompts: number;
  /** Prompts in the pool. */
  readonly pool: number;
  /** Rollouts per prompt. */
  readonly scoringRollouts: number;
  readonly passRateMean: number;
  /** Share of prompts with a pass rate of 0, and of 1. */
  readonly allWrong: number;
  readonly allRight: number;
  readonly ovsMean: number;
  readonly tdsMean: number;
  readonly vpsMean: number;
  readonly weightMean: number;
  readonly weightStd: number;
  readonly weightMin: number;
  readonly weightMax: number;
  readonly rollouts: GenerationCount;
  readonly tokens: GenerationCount;
  readonly seconds: { readonly total: number };
}

/** One row of a scores file. */
export interface ScoreRow {
  readonly prompt: number; // index in the pool
  readonly scoredAt: number; // finished steps
  readonly passRate: number;
  readonly ovs: number;
  readonly tds: number;
  readonly vps: number;
  readonly weight: number;
}

/** Right and asked in one slice of a split. */
export interface SliceResult {
  readonly prompts: number;
  /** Sum over prompts of the share of right responses: with one response each, how many were right. */
  readonly correct: number;
}

/** What several responses to each prompt tell: values by k, for k = 1, 2, 4, … up to the number of responses. */
export interface SampledResult {
  readonly samples: number;
  /** Mean over prompts of the chance that k of the responses have a right one among them (unbiased). */
  readonly passAtK: Readonly<Record<string, number>>;
  /** Mean over prompts of the chance that k of the responses are all right. */
  readonly worstAtK: Readonly<Record<string, number>>;
  /** Mean over prompts of the chance that the most frequent answer of k responses is right. */
  readonly majorityAtK: Readonly<Record<string, number>>;
}

/** Results on one split. */
export interface SplitResult extends SliceResult {
  /** correct / prompts. */
  readonly accuracy: number;
  /** Share of responses in the required format. */
  readonly format: number;
  readonly responseLengthMean: number;
  /** Null with one response to each prompt. */
  readonly sampled: SampledResult | null;
  readonly families: Readonly<Record<string, SliceResult>>;
  /** Keys are `family:level`. */
  readonly levels: Readonly<Record<string, SliceResult>>;
  /** Keys are `text` and `image`. */
  readonly modalities: Readonly<Record<string, SliceResult>>;
  readonly sources: Readonly<Record<string, SliceResult>>;
}

/** Accuracy on held-out prompts. */
export interface EvaluationRecord {
  readonly kind: "evaluation";
  /** Number of finished steps: 0 before the first step. */
  readonly step: number;
  readonly temperature: number;
  /** Keys are `validation` and, at the first and the last evaluation, the benchmarks. */
  readonly splits: Readonly<Record<string, SplitResult>>;
  readonly rollouts: GenerationCount;
  readonly tokens: GenerationCount;
  readonly seconds: { readonly total: number };
}

/**
 * Per-prompt measurements on the policy as it stands, for checking the paper's theory; none of it feeds back
 * into training. Per-prompt values are in the Arrow files.
 */
export interface ProbeRecord {
  readonly kind: "probe";
  /** Number of finished steps: 0 before the first step. */
  readonly step: number;
  /** Path below the run's folder; one row per probed prompt, columns in `engine/probe.ts`. */
  readonly file: string;
  /** Path below the run's folder; column `correct`, prompt by prompt, `rollouts` rows each, 0 or 1. */
  readonly outcomesFile: string;
  /** Prompts probed, and rollouts of each. */
  readonly prompts: number;
  readonly rolloutsPerPrompt: number;
  /** Step sizes η of the measured gains, as in the columns' order. */
  readonly stepSizes: readonly number[];
  readonly rollouts: GenerationCount;
  readonly tokens: GenerationCount;
  readonly seconds: { readonly total: number };
}

/** One full rollout with its prompt, for reading. */
export interface GalleryRollout {
  readonly promptId: string;
  readonly family: string;
  readonly level: number;
  readonly question: string;
  /** Grey levels 0-255 row by row, base64; null for text-only prompts. */
  readonly image: string | null;
  readonly answer: string;
  /** The decoded response, `<think>…</think><answer>\boxed{…}</answer>` when well formed. */
  readonly response: string;
  readonly accuracyReward: number;
  readonly formatReward: number;
  readonly reward: number;
  /** The weighted terms that add up to the reward, by name. */
  readonly components: Readonly<Record<string, number>>;
  /** Mean over the response's tokens; null for responses that are not trained on. */
  readonly advantage: number | null;
}

/** A few responses, kept word by word. */
export interface GalleryRecord {
  readonly kind: "gallery";
  /** Number of finished steps. */
  readonly step: number;
  /** `train`: first groups of the step's batch. `validation`: the evaluation's first prompts. */
  readonly split: "train" | "validation";
  readonly rollouts: readonly GalleryRollout[];
}

/** One supervised step of a cold start. */
export interface SupervisedRecord {
  readonly kind: "supervised";
  readonly step: number;
  /** Mean negative log-likelihood per response token, nats. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Share of the step's demonstrations that skip the working. */
  readonly shortcuts: number;
  readonly seconds: { readonly total: number };
}

/** One line of `records.jsonl`. */
export type RunRecord =
  | StepRecord
  | RefreshRecord
  | EvaluationRecord
  | GalleryRecord
  | ProbeRecord
  | SupervisedRecord;

/** Our name → the name in EasyR1's and verl's logs; null where they log no such thing. */
export const METRIC_NAMES: Readonly<
  Record<string, { easyr1: string | null; verl: string | null }>
> = {
  policyLoss: { easyr1: "actor/pg_loss", verl: "actor/pg_loss" },
  gradNorm: { easyr1: "actor/grad_norm", verl: "actor/grad_norm" },
  clipFraction: { easyr1: "actor/pg_clipfrac_higher", verl: "actor/pg_clipfrac" },
  dualClipFraction: { easyr1: "actor/pg_clipfrac_lower", verl: "actor/pg_clipfrac_lower" },
  klOld: { easyr1: "actor/ppo_kl", verl: "actor/ppo_kl" },
  klReference: { easyr1: "actor/kl_loss", verl: "actor/kl_loss" },
  entropy: { easyr1: null, verl: "actor/entropy" },
  learningRate: { easyr1: "actor/lr", verl: "actor/lr" },
  rewardMean: { easyr1: "reward/overall", verl: "critic/score/mean" },
  accuracyReward: { easyr1: "reward/accuracy", verl: null },
  formatReward: { easyr1: "reward/format", verl: null },
  responseLengthMean: { easyr1: "response_length/mean", verl: "response_length/mean" },
  truncatedFraction: { easyr1: "response_length/clip_ratio", verl: "response_length/clip_ratio" },
  accuracy: { easyr1: "val/accuracy_reward", verl: "val-core/{dataset}/acc/mean@N" },
};
