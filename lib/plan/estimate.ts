/** What a run will generate, exactly, and about how long it will take. */
import { BENCHMARKS } from "../dataset/prompt.ts";
import { parameterCount, policyShape } from "../policy/parameters.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { ColdStartIdentity } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { GenerationCount } from "../schema/run_record.ts";

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
 * Rollouts that a run generates, by purpose: B·N per step to train on; pool·N per refresh for scoring; for
 * measuring only, one for each prompt of an evaluation, and the repeated scoring that serves as a control.
 */
export function plannedRollouts(config: RunConfig): GenerationCount {
  const { training, scoring, control, evaluation } = purposes(config);
  return { training, scoring, validation: control + evaluation };
}

function purposes(config: RunConfig) {
  const { algorithm, dataset, evaluation, training } = config;
  const { steps } = training;
  const scoring = scoringRollouts(config);
  // Before the first step, every `interval` steps, and after the last.
  const evaluations = 1 + Math.ceil(steps / evaluation.interval);
  // At the first and the last evaluation, which are one when there are no steps.
  const benchmarks = (steps === 0 ? 1 : 2) * BENCHMARKS.length * dataset.benchmarkPrompts;
  return {
    training: steps * training.batchSize * algorithm.groupSize,
    scoring,
    control: evaluation.scoringControl ? scoring : 0,
    evaluation: evaluations * dataset.validationPrompts + benchmarks,
  };
}

/** Asks the sampler itself when it wants the pool scored. */
function scoringRollouts({ sampler, dataset: { prompts }, training }: RunConfig): number {
  const { steps, batchSize } = training;
  const chooser = createSampler(sampler, { prompts, batchSize, seed: 0 });
  if (chooser.scoringRollouts === 0) return 0;
  let refreshes = 0;
  for (let step = 1; step <= steps; step++) {
    if (chooser.needsRefresh(step - 1, "beforeDraw")) refreshes++;
    if (chooser.needsRefresh(step, "afterUpdate")) refreshes++;
  }
  return refreshes * prompts * chooser.scoringRollouts;
}

/** Sum of the three purposes. */
export function totalRollouts({ training, scoring, validation }: GenerationCount): number {
  return training + scoring + validation;
}

// Work is counted in rollouts generated in groups, as for scoring. Measured on one thread, as multiples of that:
// reading a rollout by the reference, a pass forward and backward over it, a rollout that is alone with its
// prompt, a demonstration.
const REFERENCE = 0.6, PASS = 1.8, ALONE = 2.6, DEMONSTRATION = 3.4;
/** Seconds of one unit of work for a policy of that many parameters, where a store has no measurement yet. */
const SECONDS_PER_UNIT = 2e-4, MEASURED_PARAMETERS = 159_000;

function runWork(config: RunConfig): number {
  const { training, scoring, control, evaluation } = purposes(config);
  const trained = 1 + REFERENCE + PASS * config.algorithm.updatesPerBatch;
  return training * trained + scoring + control + evaluation * ALONE;
}

function coldStartWork({ coldStart }: ColdStartIdentity): number {
  return coldStart.steps * coldStart.batchSize * DEMONSTRATION;
}

/** Parameters of the policy: what the time of one rollout grows with. */
function size(model: RunConfig["model"], maxTokens: number): number {
  return parameterCount(policyShape(model, maxTokens));
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
    const key = `${model.layers} ${model.width} ${model.mlpWidth} ${maxTokens}`;
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
