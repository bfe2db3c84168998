/** Scores prompts of the pool with fresh rollouts (Algorithm 1, lines 3-6). */
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type { Judge } from "../reward/judge.ts";
import type { Sampler } from "../sampler/sampler.ts";
import type { RefreshRecord } from "../schema/run_record.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import type { GenerationCounter } from "./counter.ts";
import type { PromptScores } from "./engine_step.ts";
import { groupDiversity } from "./group_diversity.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import { groupMeans, judgeRollouts } from "./responses.ts";

/** One scoring: what to record, and what the sampler may take over and a file is to keep. */
export interface PoolScoring {
  readonly record: RefreshRecord;
  readonly scores: PromptScores;
}

/** Samples `sampler.scoringRollouts` responses to each of `prompts` and scores them. The sampler is not changed. */
export async function scorePool(
  policy: PolicyRuntime,
  parameters: ResidentTensor,
  judge: Judge,
  pool: readonly Prompt[],
  prompts: Int32Array,
  sampler: Sampler,
  { step, temperature, control }: { step: number; temperature: number; control: boolean },
  random: RandomSource,
  counter: GenerationCounter,
): Promise<PoolScoring> {
  const begin = performance.now();
  const { scoringRollouts, diversity } = sampler;
  const asked = Array.from(prompts, (index) => pool[index]!);
  const rollouts = await policy.generate(parameters, asked, scoringRollouts, temperature, random);
  counter.add(control ? "validation" : "scoring", rollouts);
  const { accuracy } = await judgeRollouts(judge, asked, rollouts);
  const passRate = groupMeans(accuracy, scoringRollouts);
  const scores = sampler.score(step, prompts, passRate, groupDiversity(rollouts, diversity));
  return {
    scores,
    record: {
      kind: "refresh",
      step,
      control,
      file: `scores/${control ? "control" : "refresh"}-${String(step).padStart(6, "0")}.arrow`,
      prompts: prompts.length,
      pool: pool.length,
      scoringRollouts,
      ...summary(scores, prompts),
      ...counter.totals(),
      seconds: { total: (performance.now() - begin) / 1000 },
    },
  };
}

function summary({ weight, ...scores }: PromptScores, prompts: Int32Array) {
  const scored = (name: keyof typeof scores) =>
    Float32Array.from(prompts, (index) => scores[name][index]!);
  const passRate = scored("passRate");
  const share = (value: number) => passRate.filter((p) => p === value).length / passRate.length;
  const weightMean = mean(weight);
  return {
    passRateMean: mean(passRate),
    allWrong: share(0),
    allRight: share(1),
    ovsMean: mean(scored("ovs")),
    tdsMean: mean(scored("tds")),
    vpsMean: mean(scored("vps")),
    weightMean,
    weightStd: Math.sqrt(mean(weight.map((w) => (w - weightMean) ** 2))),
    weightMin: weight.reduce((a, b) => Math.min(a, b), Infinity),
    weightMax: weight.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}
