/** What a run will generate, exactly, and about how long it will take. */
import { randomSource } from "../core/random.ts";
import { datasetSize } from "../dataset/size.ts";
import { parameterCount, policyShape } from "../policy/parameters.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { ColdStartIdentity } from "../schema/identity.ts";
import { mostProbeRollouts } from "../schema/probe_row.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { type GenerationCount, spent } from "../schema/run_record.ts";

/** A finished run: what its seconds tell about others. */
export interface RunTiming {
  readonly config: RunConfig;
  readonly seconds: number;
}

/** A finished cold start. */
export interface ColdStartTiming {
  readonly identity: ColdStartIdentity;
  readonly seconds: number;
}

/**
 * Rollouts that a run generates, by purpose: B·N per step to train on; N for each prompt of a refresh for scoring;
 * for measuring only, one for each prompt of an evaluation, the repeated scoring that serves as a control, and
 * probes. Exact, but for what only the run can tell: the steps that a token budget allows, the groups that a filter
 * leaves out, which count as none here, and the steps that a probe skips for want of a gradient.
 */
export function plannedRollouts(config: RunConfig): GenerationCount {
  const { training, discarded, scoring, control, evaluation, probe } = purposes(config);
  return { training, discarded, scoring, validation: control + evaluation + probe };
}

/** Rollouts by what they are for, and steps; found once for settings that several seeds share. */
function purposes(config: RunConfig): Purposes {
  let known = planned.get(config);
  if (known === undefined) planned.set(config, known = countPurposes(config));
  return known;
}

const planned = new WeakMap<RunConfig, Purposes>();
type Purposes = ReturnType<typeof countPurposes>;

function countPurposes(config: RunConfig) {
  const { algorithm, dataset, evaluation, training } = config;
  const { steps, scoring } = stepsAndScoring(config), size = datasetSize(dataset);
  // Before the first step, every `interval` steps, and after the last.
  const evaluations = 1 + Math.ceil(steps / evaluation.interval);
  // At the first and the last evaluation, which are one when there are no steps.
  const benchmarks = (steps === 0 ? 1 : 2) * size.benchmarks;
  return {
    steps,
    training: steps * training.batchSize * algorithm.groupSize,
    discarded: steps * greedyPerStep(config),
    scoring,
    control: evaluation.scoringControl ? scoring : 0,
    evaluation: (evaluations * size.validation + benchmarks) * evaluation.samples,
    probe: evaluation.probe === null
      ? 0
      : (steps === 0 ? 1 : 2) * mostProbeRollouts(evaluation.probe),
  };
}

/** ReMax's baselines. */
function greedyPerStep({ algorithm, training }: RunConfig): number {
  return algorithm.advantage.kind === "remax" ? training.batchSize : 0;
}

/** Share of the token limit that responses come to on average, where only rollouts are planned. */
const TYPICAL_LENGTH = 0.7;

/**
 * Goes through the run without running it: the sampler itself says when it wants how many prompts scored, and
 * with a token budget the run ends when responses of typical length have used it up.
 */
function stepsAndScoring(config: RunConfig): { readonly steps: number; readonly scoring: number } {
  const { algorithm, decoding, previous, training } = config;
  const { batchSize, tokenBudget } = training, prompts = datasetSize(config.dataset).pool;
  const random = randomSource(0, "plan");
  const levels = () => new Int32Array(prompts).fill(1);
  const pool = { prompts, batchSize, steps: training.steps, seed: 0, levels };
  const sampler = createSampler(config.sampler, pool);
  const perStep = batchSize * algorithm.groupSize + greedyPerStep(config);
  const before = previous === null || tokenBudget === null ? 0 : spentSoFar(previous);
  const budget = tokenBudget === null
    ? Infinity
    : tokenBudget / (decoding.maxTokens * TYPICAL_LENGTH);
  let scored = 0, steps = 0;
  while (steps < training.steps) {
    scored += sampler.promptsToScore(steps, "beforeDraw", random).length;
    steps++;
    const isLast = steps === training.steps ||
      before + steps * perStep + scored * sampler.scoringRollouts >= budget;
    if (isLast) break;
    scored += sampler.promptsToScore(steps, "afterUpdate", random).length;
  }
  return { steps, scoring: scored * sampler.scoringRollouts };
}

/** Rollouts that a run and the stages before it spend. */
function spentSoFar(config: RunConfig): number {
  const before = config.previous === null ? 0 : spentSoFar(config.previous);
  return before + spent(plannedRollouts(config));
}

/** Steps that a run is expected to take: fewer than `training.steps` where its token budget allows no more. */
export function plannedSteps(config: RunConfig): number {
  return purposes(config).steps;
}

/** Sum of all purposes. */
export function totalRollouts(count: GenerationCount): number {
  return spent(count) + count.validation;
}

// Work is counted in rollouts generated in groups, as for scoring. Measured on one thread, as multiples of that:
// reading a rollout by the reference, a pass forward and backward over it, a rollout that is alone with its
// prompt, a demonstration.
const REFERENCE = 0.6, PASS = 1.8, ALONE = 2.6, DEMONSTRATION = 3.4;
/** Seconds of one unit of work for a policy of that many parameters, where a store has no measurement yet. */
const SECONDS_PER_UNIT = 2e-4, MEASURED_PARAMETERS = 159_000;

function runWork(config: RunConfig): number {
  const { training, scoring, control, evaluation, probe } = purposes(config);
  const trained = 1 + REFERENCE + PASS * config.algorithm.updatesPerBatch;
  return training * trained + scoring + control + probe + evaluation * ALONE;
}

function coldStartWork({ coldStart }: ColdStartIdentity): number {
  return coldStart.steps * coldStart.batchSize * DEMONSTRATION;
}

/** Parameters of the policy: what the time of one rollout grows with. Not known, NaN, for pretrained models. */
function size(model: RunConfig["model"], maxTokens: number): number {
  return model.kind === "transformer" ? parameterCount(policyShape(model, maxTokens)) : NaN;
}

/**
 * Estimates seconds of one process from the finished runs in a store; from a rate measured on another machine
 * where there are none. Sizes of policy are compared by their number of parameters.
 */
export function createEstimator(
  runs: readonly RunTiming[],
  coldStarts: readonly ColdStartTiming[],
): { run(config: RunConfig): number; coldStart(identity: ColdStartIdentity): number } {
  const runRate = rate(
    runs.map(({ config, seconds }) => [
      seconds,
      runWork(config) * size(config.model, config.decoding.maxTokens),
    ]),
  );
  const coldStartRate = rate(
    coldStarts.map(({ identity, seconds }) => [
      seconds,
      coldStartWork(identity) * size(identity.model, identity.maxTokens),
    ]),
  );
  const sizes = new Map<string, number>();
  const sizeOf = (model: RunConfig["model"], maxTokens: number) => {
    const key = `${JSON.stringify(model)} ${maxTokens}`;
    if (!sizes.has(key)) sizes.set(key, size(model, maxTokens));
    return sizes.get(key)!;
  };
  return {
    run: (config) => runRate * runWork(config) * sizeOf(config.model, config.decoding.maxTokens),
    coldStart: (identity) =>
      coldStartRate * coldStartWork(identity) * sizeOf(identity.model, identity.maxTokens),
  };
}

/** Seconds per unit of work and parameter. */
function rate(measured: readonly (readonly [seconds: number, work: number])[]): number {
  const seconds = measured.reduce((sum, [seconds]) => sum + seconds, 0);
  const work = measured.reduce((sum, [, work]) => sum + work, 0);
  return seconds > 0 && work > 0 ? seconds / work : SECONDS_PER_UNIT / MEASURED_PARAMETERS;
}
