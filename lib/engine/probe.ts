/** Per-prompt measurements on a policy as it stands: reward variance, gradient, one-step gain, paths, scores. */
import { ConfigError } from "../core/errors.ts";
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type { Judge } from "../reward/judge.ts";
import type { DiversityMeasure } from "../sampler/vas.ts";
import { outcomeVariance } from "../sampler/scores.ts";
import {
  gainColumns,
  PROBE_DIVERSITY,
  type ProbeRow,
  SCORING_ROLLOUTS,
} from "../schema/probe_row.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ProbeRecord } from "../schema/run_record.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import type { GenerationCounter } from "./counter.ts";
import type { ColumnsFile } from "./engine_step.ts";
import { ScoreFunction } from "./score_function.ts";
import { groupDiversity } from "./group_diversity.ts";
import { pathPassRates } from "./path_pass_rate.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import { largestDivisor } from "./response_runs.ts";
import { measured, twoLevelVariance, weightedGain } from "./probe_estimates.ts";
import { promptGradient } from "./prompt_gradient.ts";
import { groupMeans, judgeRollouts } from "./responses.ts";
import type { Rollouts } from "./rollouts.ts";

/** One probe: what to record, and the files it names. */
export interface Probe {
  readonly record: ProbeRecord;
  readonly files: readonly ColumnsFile[];
}

/** A prompt's rollouts are generated in groups of at most this many: the arithmetic of a group grows with its square. */
const ROWS_PER_COPY = 8;

/** Judged responses to one prompt. */
interface Sample {
  readonly rollouts: Rollouts;
  readonly correct: Float32Array; // [rollouts], 0 or 1
}

/** Everything that measuring one prompt needs. */
interface Bench {
  readonly policy: PolicyRuntime;
  readonly parameters: ResidentTensor;
  readonly score: ScoreFunction;
  readonly judge: Judge;
  readonly config: RunConfig;
  readonly rollouts: number;
  readonly stepSizes: readonly number[];
  readonly counter: GenerationCounter;
}

/** `count` judged responses to one prompt; equal sources give equal uniform numbers. */
async function sample(
  { policy, judge, config, rollouts: count, counter }: Omit<Bench, "score">,
  parameters: ResidentTensor,
  prompt: Prompt,
  random: RandomSource,
): Promise<Sample> {
  const groupSize = largestDivisor(count, ROWS_PER_COPY);
  const copies = Array<Prompt>(count / groupSize).fill(prompt);
  const { temperature } = config.decoding;
  const rollouts = await policy.generate(parameters, copies, groupSize, temperature, random);
  counter.add("validation", rollouts);
  return { rollouts, correct: (await judgeRollouts(judge, copies, rollouts)).accuracy };
}

/** log π(y | x) of each rollout from the log-probabilities of its tokens. */
function responseLogProbs({ lengths, count }: Rollouts, logProbs: Float32Array): number[] {
  const width = logProbs.length / count;
  return Array.from(lengths, (length, row) => {
    let sum = 0;
    for (let t = 0; t < length; t++) sum += logProbs[row * width + t]!;
    return sum;
  });
}

/** Gain of the step θ + ηg at each η, from the fresh sample at θ. */
async function gains(
  bench: Bench,
  prompt: Prompt,
  gradient: Float32Array | null,
  passRate: number,
  fresh: Sample,
  random: RandomSource,
): Promise<Record<string, number>> {
  const { policy, parameters, stepSizes, config } = bench;
  const { rollouts, correct } = fresh;
  const copies = Array<Prompt>(rollouts.count / rollouts.groupSize).fill(prompt);
  const before = responseLogProbs(rollouts, rollouts.logProbs);
  const theta = await policy.runtime.read(parameters), row: Record<string, number> = {};
  for (const [k, stepSize] of stepSizes.entries()) {
    const names = gainColumns(k);
    if (gradient === null) {
      // No step: θ⁺ = θ.
      for (const name of Object.values(names)) row[name] = name === names.effectiveShare ? 1 : 0;
      continue;
    }
    const stepped = await policy.parameters(
      theta.map((value, i) => value + stepSize * gradient[i]!),
    );
    const after = await sample(bench, stepped, prompt, random);
    const direct = measured(after.correct.map((value, i) => value - correct[i]!));
    const logProbs = await policy.logProbs(
      stepped,
      copies,
      rollouts,
      config.decoding.temperature,
    );
    const logRatios = responseLogProbs(rollouts, logProbs).map((sum, i) => sum - before[i]!);
    const weighted = weightedGain(logRatios, correct, passRate);
    row[names.gain] = direct.value;
    row[names.gainError] = direct.error;
    row[names.weightedGain] = weighted.value;
    row[names.weightedGainError] = weighted.error;
    row[names.effectiveShare] = weighted.effectiveShare;
    policy.runtime.free(stepped);
  }
  return row;
}

type Scores = Pick<ProbeRow, "ovs" | typeof PROBE_DIVERSITY[keyof typeof PROBE_DIVERSITY]>;

async function measurePrompt(
  bench: Bench,
  prompt: Prompt,
  first: Sample,
  scores: Scores,
  random: RandomSource,
): Promise<ProbeRow & Record<string, number>> {
  const { policy, parameters, score, config, rollouts } = bench;
  const { temperature } = config.decoding, { groupSize } = config.algorithm;
  const passRate = mean(first.correct);
  const { gradient, ...norms } = await promptGradient(
    score,
    parameters,
    prompt,
    first.rollouts,
    first.correct,
    groupSize,
    temperature,
  );
  const paths = await pathPassRates(
    policy,
    parameters,
    prompt,
    first.rollouts,
    first.correct,
    temperature,
  );
  const { within, between } = twoLevelVariance(paths.passRates);
  const gap = measured(first.correct.map((value, i) => value - paths.passRates[i]!));
  const fresh = await sample(bench, parameters, prompt, random.at("fresh"));
  return {
    passRate,
    freshPassRate: mean(fresh.correct),
    squaredGradNorm: norms.squaredNorm,
    squaredGradNormError: norms.squaredNormError,
    groupSquaredNorm: norms.groupSquaredNorm,
    groupSquaredNormStandardized: norms.groupSquaredNormStandardized,
    withinPaths: within,
    betweenPaths: between,
    pathGap: gap.value,
    pathGapError: gap.error,
    closedReasoning: paths.closed / rollouts,
    rightOtherwise: paths.rightOtherwise / rollouts,
    ...scores,
    // The same numbers as the fresh sample's: what differs is the policy.
    ...await gains(bench, prompt, gradient, passRate, fresh, random.at("fresh")),
  };
}

/** Scores of prompts from {@link SCORING_ROLLOUTS} rollouts each. */
async function scorePrompts(
  { policy, parameters, judge, config, counter }: Bench,
  prompts: readonly Prompt[],
  random: RandomSource,
): Promise<readonly Scores[]> {
  const rollouts = await policy.generate(
    parameters,
    prompts,
    SCORING_ROLLOUTS,
    config.decoding.temperature,
    random,
  );
  counter.add("validation", rollouts);
  const { accuracy } = await judgeRollouts(judge, prompts, rollouts);
  const passRates = groupMeans(accuracy, SCORING_ROLLOUTS);
  const tds = (measure: DiversityMeasure) =>
    groupDiversity(rollouts, { measure, padResponses: false });
  const diversity = Object.entries(PROBE_DIVERSITY)
    .map(([measure, column]) => [column, tds(measure as DiversityMeasure)] as const);
  return prompts.map((_, i) => {
    const own = Object.fromEntries(diversity.map(([column, values]) => [column, values[i]!]));
    return { ovs: outcomeVariance(passRates[i]!), ...own } as Scores;
  });
}

function checkRollouts(rollouts: number, { algorithm: { groupSize } }: RunConfig): void {
  if (rollouts >= 2 * groupSize) return;
  throw new ConfigError(
    "evaluation.probe.rollouts",
    `expected at least two groups of algorithm.groupSize, ${2 * groupSize}, got ${rollouts}`,
  );
}

/**
 * Measures `config.evaluation.probe` on the policy with `parameters`: the columns of {@link ProbeRow} for the first
 * prompts of the pool, and every verdict of their first K rollouts. Of K rollouts each, in this order and independent
 * of each other: the first give pass rate, gradient g and paths; the fresh ones the reward before the step, and again,
 * with the same random numbers, after each step of plain ascent θ + ηg; a few the scores a sampler would take. With no
 * step sizes only the first are generated.
 *
 * Everything counts as validation. The result depends on the arguments alone.
 *
 * Errors: a {@link ConfigError} for fewer rollouts than two groups of the training size.
 */
export async function probePrompts(
  policy: PolicyRuntime,
  parameters: ResidentTensor,
  judge: Judge,
  config: RunConfig,
  pool: readonly Prompt[],
  step: number,
  random: RandomSource,
  counter: GenerationCounter,
): Promise<Probe> {
  const begin = performance.now();
  const { probe } = config.evaluation;
  if (probe === null) throw new ConfigError("evaluation.probe", "expected settings, got null");
  const prompts = pool.slice(0, probe.prompts), { rollouts, stepSizes } = probe;
  const correct = new Float32Array(prompts.length * rollouts);
  const setting = { policy, parameters, judge, config, rollouts, stepSizes, counter };
  const first = async (i: number) => {
    const drawn = await sample(setting, parameters, prompts[i]!, random.at("first", i));
    correct.set(drawn.correct, i * rollouts);
    return drawn;
  };
  const rows: Record<string, number>[] = [];
  if (stepSizes.length === 0) {
    for (const i of prompts.keys()) rows.push({ passRate: mean((await first(i)).correct) });
  } else {
    checkRollouts(rollouts, config);
    const { groupSize } = config.algorithm;
    const score = new ScoreFunction(policy.runtime, policy.shape, groupSize);
    const bench: Bench = { ...setting, score };
    const scores = await scorePrompts(bench, prompts, random.at("scoring"));
    for (const [i, prompt] of prompts.entries()) {
      const place = random.at("prompt", i);
      rows.push({ ...await measurePrompt(bench, prompt, await first(i), scores[i]!, place) });
    }
    await score.release();
  }
  const names = Object.keys(rows[0] ?? {});
  const columns = Object.fromEntries(
    names.map((name) => [name, Float32Array.from(rows, (row) => row[name]!)]),
  );
  const path = (kind: string) => `probes/${kind}-${String(step).padStart(6, "0")}.arrow`;
  return {
    record: {
      kind: "probe",
      step,
      file: path("prompts"),
      outcomesFile: path("outcomes"),
      prompts: prompts.length,
      rolloutsPerPrompt: rollouts,
      stepSizes,
      ...counter.totals(),
      seconds: { total: (performance.now() - begin) / 1000 },
    },
    files: [{ file: path("prompts"), columns }, { file: path("outcomes"), columns: { correct } }],
  };
}
