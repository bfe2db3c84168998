/** Scores every prompt of the pool with fresh rollouts (Algorithm 1, lines 3-6). */
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { PAD } from "../policy/tokenizer.ts";
import { trajectoryDiversity } from "../sampler/diversity.ts";
import type { Sampler } from "../sampler/sampler.ts";
import type { RefreshRecord } from "../schema/run_record.ts";
import type { RuntimeTensor } from "../tensor/session.ts";
import type { GenerationCounter } from "./counter.ts";
import type { PromptScores, ScoresFile } from "./engine_step.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import { groupMeans, judge, rolloutTokens } from "./responses.ts";

/** One scoring of the pool: what to record, what to write, what the sampler may take over. */
export interface PoolScoring {
  readonly record: RefreshRecord;
  readonly file: ScoresFile;
}

const COMPONENTS = { format: 0, accuracy: 1 };

/** Samples `sampler.scoringRollouts` responses to every prompt and scores them. The sampler is not changed. */
export async function scorePool(
  policy: PolicyRuntime,
  parameters: RuntimeTensor,
  pool: readonly Prompt[],
  sampler: Sampler,
  { step, temperature, control }: { step: number; temperature: number; control: boolean },
  random: RandomSource,
  counter: GenerationCounter,
): Promise<PoolScoring> {
  const begin = performance.now();
  const { scoringRollouts, diversity } = sampler;
  const rollouts = await policy.generate(parameters, pool, scoringRollouts, temperature, random);
  counter.add(control ? "validation" : "scoring", rollouts);
  const passRate = groupMeans(judge(pool, rollouts, COMPONENTS).accuracy, scoringRollouts);
  const tds = new Float32Array(pool.length);
  if (diversity !== null) {
    const padding = diversity.padResponses
      ? { padTo: policy.shape.responseTokens, padId: PAD }
      : {};
    for (let prompt = 0; prompt < pool.length; prompt++) {
      const responses = Array.from(
        { length: scoringRollouts },
        (_, member) => rolloutTokens(rollouts, prompt * scoringRollouts + member),
      );
      tds[prompt] = trajectoryDiversity(responses, diversity.measure, padding);
    }
  }
  const scores = sampler.score(passRate, tds);
  const file = `scores/${control ? "control" : "refresh"}-${String(step).padStart(6, "0")}.arrow`;
  return {
    file: { file, scores },
    record: {
      kind: "refresh",
      step,
      control,
      file,
      prompts: pool.length,
      scoringRollouts,
      ...summary(scores),
      ...counter.totals(),
      seconds: { total: (performance.now() - begin) / 1000 },
    },
  };
}

function summary(scores: PromptScores) {
  const { passRate, ovs, tds, vps, weight } = scores;
  const share = (value: number) => passRate.filter((p) => p === value).length / passRate.length;
  const weightMean = mean(weight);
  return {
    passRateMean: mean(passRate),
    allWrong: share(0),
    allRight: share(1),
    ovsMean: mean(ovs),
    tdsMean: mean(tds),
    vpsMean: mean(vps),
    weightMean,
    weightStd: Math.sqrt(mean(weight.map((w) => (w - weightMean) ** 2))),
    weightMin: weight.reduce((a, b) => Math.min(a, b), Infinity),
    weightMax: weight.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}
