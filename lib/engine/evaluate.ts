/** Accuracy on held-out prompts: one sampled response each (the paper validates with n = 1), or several. */
import type { RandomSource } from "../core/random.ts";
import type { HeldOut, Prompt } from "../dataset/prompt.ts";
import type { Judge } from "../reward/judge.ts";
import type {
  EvaluationRecord,
  GalleryRecord,
  SliceResult,
  SplitResult,
} from "../schema/run_record.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import type { GenerationCounter } from "./counter.ts";
import { generationsOf } from "./gallery.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import { judgeRollouts, type RewardBatch } from "./responses.ts";
import type { Rollouts } from "./rollouts.ts";
import { sampledResult } from "./sampled_result.ts";

/** How responses are drawn. */
export interface EvaluationSampling {
  /** 0 takes the likeliest tokens. */
  readonly temperature: number;
  /** Responses to each prompt. */
  readonly samples: number;
}

/** What evaluates: a policy, and what judges its responses. */
export interface Evaluator {
  readonly policy: PolicyRuntime;
  readonly parameters: ResidentTensor;
  /** Of accuracy and format; what else it looks at does not matter. */
  readonly judge: Judge;
}

/** One split's numbers with the responses they are from. */
export interface EvaluatedSplit {
  readonly result: SplitResult;
  readonly rollouts: Rollouts;
  readonly rewards: RewardBatch;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** Right and asked by the key of each prompt. */
function slices(
  prompts: readonly Prompt[],
  correct: Float64Array, // [prompts], share of right responses
  keyOf: (prompt: Prompt) => string,
): Record<string, SliceResult> {
  const result: Record<string, { prompts: number; correct: number }> = {};
  prompts.forEach((prompt, i) => {
    const slice = result[keyOf(prompt)] ??= { prompts: 0, correct: 0 };
    slice.prompts++;
    slice.correct += correct[i]!;
  });
  return result;
}

/** Samples `samples` responses to each of `prompts`, at least one, and judges them. */
export async function evaluateSplit(
  { policy, parameters, judge }: Evaluator,
  prompts: readonly Prompt[],
  { temperature, samples }: EvaluationSampling,
  random: RandomSource,
): Promise<EvaluatedSplit> {
  const rollouts = await policy.generate(parameters, prompts, samples, temperature, random);
  const rewards = await judgeRollouts(judge, prompts, rollouts);
  const { accuracy, format } = rewards;
  const correct = Float64Array.from(
    prompts,
    (_, i) => sum(accuracy.subarray(i * samples, (i + 1) * samples)) / samples,
  );
  const result: SplitResult = {
    prompts: prompts.length,
    correct: sum(correct),
    accuracy: sum(correct) / prompts.length,
    format: sum(format) / rollouts.count,
    responseLengthMean: sum(rollouts.lengths) / rollouts.count,
    sampled: samples === 1 ? null : sampledResult(rewards, samples, random.at("majority")),
    families: slices(prompts, correct, ({ family }) => family),
    levels: slices(prompts, correct, ({ family, level }) => `${family}:${level}`),
    modalities: slices(prompts, correct, ({ image }) => image === null ? "text" : "image"),
    sources: slices(prompts, correct, ({ source }) => source),
  };
  return { result, rollouts, rewards };
}

/** The validation split, and the benchmarks when asked; those without prompts are left out. */
function splitsOf(
  { validation, benchmarks }: HeldOut,
  withBenchmarks: boolean,
): [string, readonly Prompt[]][] {
  const chosen: [string, readonly Prompt[]][] = [["validation", validation]];
  if (withBenchmarks) chosen.push(...Object.entries(benchmarks));
  return chosen.filter(([, prompts]) => prompts.length > 0);
}

/**
 * Evaluates on the validation split, and on the benchmarks when asked. With `generations`, the responses to the
 * first so many validation prompts come along word by word.
 *
 * `random` should not depend on the step or the arm: with the same uniform numbers throughout, differences
 * between policies are not blurred by the luck of sampling.
 */
export async function evaluate(
  policy: PolicyRuntime,
  parameters: ResidentTensor,
  judge: Judge,
  heldOut: HeldOut,
  { step, benchmarks, generations, temperature, samples }: EvaluationSampling & {
    readonly step: number;
    readonly benchmarks: boolean;
    readonly generations: number;
  },
  random: RandomSource,
  counter: GenerationCounter,
): Promise<{ readonly record: EvaluationRecord; readonly gallery: GalleryRecord | null }> {
  const begin = performance.now();
  const evaluator = { policy, parameters, judge }, sampling = { temperature, samples };
  const splits: Record<string, SplitResult> = {};
  let gallery: GalleryRecord | null = null;
  for (const [name, prompts] of splitsOf(heldOut, benchmarks)) {
    const { result, rollouts, rewards } = await evaluateSplit(
      evaluator,
      prompts,
      sampling,
      random.at(name),
    );
    counter.add("validation", rollouts);
    splits[name] = result;
    if (name === "validation") {
      gallery = generationsOf(step, generations, prompts, rollouts, rewards);
    }
  }
  const record: EvaluationRecord = {
    kind: "evaluation",
    step,
    temperature,
    splits,
    ...counter.totals(),
    seconds: { total: (performance.now() - begin) / 1000 },
  };
  return { record, gallery };
}
