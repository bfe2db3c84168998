/** Accuracy on held-out prompts: one sampled response each (the paper validates with n = 1). */
import type { RandomSource } from "../core/random.ts";
import { BENCHMARKS, type Dataset, type Prompt } from "../dataset/prompt.ts";
import type { EvaluationRecord, SliceResult, SplitResult } from "../schema/run_record.ts";
import type { RuntimeTensor } from "../tensor/session.ts";
import type { GenerationCounter } from "./counter.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import { judge } from "./responses.ts";

/** Reward weights do not matter for accuracy; both components are recorded. */
const COMPONENTS = { format: 1, accuracy: 1 };

/** Right and asked by the key of each prompt. */
function slices(
  prompts: readonly Prompt[],
  accuracy: Float32Array,
  keyOf: (prompt: Prompt) => string,
): Record<string, SliceResult> {
  const result: Record<string, { prompts: number; correct: number }> = {};
  prompts.forEach((prompt, i) => {
    const slice = result[keyOf(prompt)] ??= { prompts: 0, correct: 0 };
    slice.prompts++;
    slice.correct += accuracy[i]!;
  });
  return result;
}

/**
 * Evaluates on the validation split, and on the benchmarks when asked.
 *
 * `random` should not depend on the step or the arm: with the same uniform numbers throughout, differences
 * between policies are not blurred by the luck of sampling.
 */
export async function evaluate(
  policy: PolicyRuntime,
  parameters: RuntimeTensor,
  dataset: Dataset,
  { step, temperature, benchmarks }: { step: number; temperature: number; benchmarks: boolean },
  random: RandomSource,
  counter: GenerationCounter,
): Promise<EvaluationRecord> {
  const begin = performance.now();
  const chosen: [string, readonly Prompt[]][] = [["validation", dataset.validation]];
  if (benchmarks) { for (const name of BENCHMARKS) chosen.push([name, dataset.benchmarks[name]]); }
  const splits: Record<string, SplitResult> = {};
  for (const [name, prompts] of chosen) {
    const rollouts = await policy.generate(parameters, prompts, 1, temperature, random.at(name));
    counter.add("validation", rollouts);
    const { accuracy, format } = judge(prompts, rollouts, COMPONENTS);
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    splits[name] = {
      prompts: prompts.length,
      correct: sum(accuracy),
      accuracy: sum(accuracy) / prompts.length,
      format: sum(format) / prompts.length,
      responseLengthMean: sum(rollouts.lengths) / prompts.length,
      families: slices(prompts, accuracy, (prompt) => prompt.family),
      levels: slices(prompts, accuracy, (prompt) => `${prompt.family}:${prompt.level}`),
    };
  }
  return {
    kind: "evaluation",
    step,
    temperature,
    splits,
    ...counter.totals(),
    seconds: { total: (performance.now() - begin) / 1000 },
  };
}
