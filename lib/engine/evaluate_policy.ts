/** One policy on any split of its data set, as its own run would evaluate it. */
import { openRuntime } from "../backend/open_runtime.ts";
import type { Compute } from "../backend/target.ts";
import { ConfigError } from "../core/errors.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { createDataset } from "../dataset/dataset.ts";
import { microMathHeldOut } from "../dataset/micro_math.ts";
import type { HeldOut, Prompt } from "../dataset/prompt.ts";
import { parameterCount, policyShape } from "../policy/parameters.ts";
import { whyUnreadable } from "../policy/read_question.ts";
import type { TransformerConfig } from "../policy/transformer.ts";
import { accuracyJudge } from "../reward/judge.ts";
import { type RewardConfig, rewards } from "../reward/reward_config.ts";
import type { ColdStartIdentity } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { type EvaluatedSplit, evaluateSplit, type EvaluationSampling } from "./evaluate.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { decodePolicy } from "./snapshot.ts";

/** How a run, or a cold start, evaluates its policies. */
export interface EvaluationSetting extends EvaluationSampling {
  readonly model: TransformerConfig;
  readonly maxTokens: number;
  readonly reward: RewardConfig;
  /** The splits there are, by name. */
  readonly splits: Readonly<Record<string, readonly Prompt[]>>;
  /** Where the randomness of its evaluations begins: one place below it for each split. */
  readonly random: RandomSource;
}

/** The splits with prompts, by name. */
function splitsOf(
  { validation, benchmarks }: HeldOut,
  train: readonly Prompt[],
): Record<string, readonly Prompt[]> {
  const all = { validation, ...benchmarks, train };
  return Object.fromEntries(Object.entries(all).filter(([, prompts]) => prompts.length > 0));
}

/**
 * How a run evaluates; its pool is the split `train`.
 *
 * Errors: a {@link ConfigError} for a model that is not trained here, and for a data set that cannot be read.
 */
export async function runSetting(config: RunConfig, seed: number): Promise<EvaluationSetting> {
  const { model, decoding: { maxTokens }, reward, evaluation } = config;
  if (model.kind !== "transformer") {
    throw new ConfigError("model.kind", `expected "transformer", got "${model.kind}"`);
  }
  const dataset = await createDataset(config.dataset, whyUnreadable);
  return {
    model,
    maxTokens,
    reward,
    splits: splitsOf(dataset, dataset.train),
    random: randomSource(seed, "run").at("evaluation"),
    temperature: evaluation.temperature,
    samples: evaluation.samples,
  };
}

/** How a cold start evaluates; it has no pool. `seed` is its own one, or another. */
export function coldStartSetting(
  { model, maxTokens, heldOut, evaluationTemperature }: ColdStartIdentity,
  seed: number,
): EvaluationSetting {
  return {
    model,
    maxTokens,
    reward: rewards(),
    splits: splitsOf(microMathHeldOut(heldOut), []),
    random: randomSource(seed, "cold start").at("evaluation"),
    temperature: evaluationTemperature,
    samples: 1,
  };
}

/**
 * Evaluates a policy on the splits named, each as `setting` says: the numbers are those of the record that its run
 * wrote with as many threads.
 *
 * Errors: a StoreError when the policy does not fit the model.
 */
export async function evaluatePolicy(
  { model, maxTokens, reward, splits, random, ...sampling }: EvaluationSetting,
  policyBytes: Uint8Array,
  names: readonly string[],
  compute: Compute,
): Promise<Record<string, EvaluatedSplit>> {
  const shape = policyShape(model, maxTokens);
  const { parameters } = decodePolicy(policyBytes, parameterCount(shape));
  const policy = new PolicyRuntime(await openRuntime(compute), shape);
  const judge = await accuracyJudge(reward);
  const evaluator = { policy, parameters: await policy.parameters(parameters), judge };
  const results: Record<string, EvaluatedSplit> = {};
  for (const name of names) {
    results[name] = await evaluateSplit(evaluator, splits[name]!, sampling, random.at(name));
  }
  await policy.release();
  return results;
}
