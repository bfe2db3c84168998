/**
 * The supervised stage that reinforcement learning starts from: worked solutions, and in its last phase
 * demonstrations of mixed quality.
 *
 * Shown only worked solutions, a policy has one way of answering, and what it cannot do, a few dozen steps of
 * sparse reward do not teach. The mixed phase gives it two: working the problem out, and skipping the working
 * for a guess that is seldom right. Which of the two to take is what reinforcement learning can then learn; it
 * is the between-path part of the reward variance in the paper's two-level decomposition (MMR1 section 4).
 * A share of the guesses lacks the box, so that the format reward has something to teach at first.
 */
import { openRuntime } from "../backend/open_runtime.ts";
import type { Compute } from "../backend/target.ts";
import type { SupervisedConfig } from "../algorithm/supervised.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { shortcutResponse, unboxed, workedResponse } from "../dataset/demonstration.ts";
import { demonstrationPrompt, microMathHeldOut } from "../dataset/micro_math.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { initialParameters, parameterCount, policyShape } from "../policy/parameters.ts";
import { encodeResponse } from "../policy/tokenizer.ts";
import { accuracyJudge } from "../reward/judge.ts";
import { rewards } from "../reward/reward_config.ts";
import type { ColdStartIdentity } from "../schema/identity.ts";
import type { RunRecord } from "../schema/run_record.ts";
import { hostTensor } from "../tensor/program.ts";
import { GenerationCounter } from "./counter.ts";
import type { EngineStep } from "./engine_step.ts";
import { evaluate } from "./evaluate.ts";
import { freshState, Learner } from "./learner.ts";
import { microBatchesFor } from "./mini_batch.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { promptTensors, shiftedInputs } from "./prompt_tensors.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

export { policyOf } from "./snapshot.ts";

/** Steps in one unit of finished work: about a second of it. */
const STEPS_PER_UNIT = 25;
/** Share of the steps over which the learning rate rises, and what is left of it at the end. */
const WARMUP = 0.1, FLOOR = 0.05;
const OPTIMIZER = { beta1: 0.9, beta2: 0.98, maxGradNorm: 1 };

/** How a supervised stage is executed. */
export interface ColdStartExecution {
  /** The snapshot to resume from; null begins afresh. */
  readonly resume: Uint8Array | null;
  readonly compute: Compute;
}

/** Linear warm-up, then cosine. `step` counts from 1. */
export function coldStartRate({ steps, learningRate }: SupervisedConfig, step: number): number {
  const warmup = Math.max(1, Math.round(WARMUP * steps));
  if (step <= warmup) return learningRate * step / warmup;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return learningRate * (FLOOR + (1 - FLOOR) * (1 + Math.cos(Math.PI * progress)) / 2);
}

/** The share of demonstrations that skip the working, for a prompt shown in the mixed phase. */
export function shortcutRate(config: SupervisedConfig, { family, level }: Prompt): number {
  const rates = config.shortcutRates;
  const rate = rates[Math.min(level, rates.length) - 1]!;
  const offset = randomSource(config.seed, "shortcut", family).next() * 2 - 1;
  return Math.min(1, Math.max(0, rate + offset * config.shortcutSpread));
}

/** One demonstration: the response text, and whether it skips the working. */
export function demonstrate(
  config: SupervisedConfig,
  prompt: Prompt,
  mixed: boolean,
  random: RandomSource,
): { response: string; shortcut: boolean } {
  const shortcut = mixed && random.at("path").next() < shortcutRate(config, prompt);
  const response = shortcut
    ? shortcutResponse(prompt, random.at("guess"), config.guessAccuracy)
    : workedResponse(prompt);
  const bare = shortcut && random.at("box").next() < config.unboxedRate;
  return { response: bare ? unboxed(response) : response, shortcut };
}

/** Response ids [rows * responseTokens] and weights: 1/(tokens in the batch) on each token that counts. */
function demonstrationBatch(responses: readonly Int32Array[], responseTokens: number) {
  const targets = new Int32Array(responses.length * responseTokens);
  const tokenWeights = new Float32Array(targets.length);
  const total = responses.reduce((sum, response) => sum + response.length, 0);
  responses.forEach((response, row) => {
    if (response.length > responseTokens) {
      throw new RangeError(
        `decoding.maxTokens: expected at least ${response.length} for this data set, got ${responseTokens}`,
      );
    }
    targets.set(response, row * responseTokens);
    tokenWeights.fill(1 / total, row * responseTokens, row * responseTokens + response.length);
  });
  return { targets, tokenWeights };
}

/** Runs the supervised stage. The last unit's snapshot holds the policy; see {@link policyOf}. */
export async function* coldStartEngine(
  identity: ColdStartIdentity,
  { resume, compute }: ColdStartExecution,
): AsyncGenerator<EngineStep> {
  const { coldStart: config } = identity;
  const runtime = await openRuntime(compute);
  const shape = policyShape(identity.model, identity.maxTokens);
  const heldOut = microMathHeldOut(identity.heldOut);
  const accuracy = await accuracyJudge(rewards());
  const root = randomSource(config.seed, "cold start");

  const saved = resume === null ? null : decodeSnapshot(resume, parameterCount(shape));
  const state = saved?.learner ?? freshState(initialParameters(shape, root.at("initial")));
  const counter = new GenerationCounter(saved ?? {});
  const policy = new PolicyRuntime(runtime, shape);
  const learner = await Learner.create(
    runtime,
    shape,
    { kind: "supervised" },
    { ...OPTIMIZER, weightDecay: config.weightDecay },
    { prompts: config.batchSize, groupSize: 1, microBatches: microBatchesFor(config.batchSize, 1) },
    state,
  );
  const mixedFrom = Math.round(config.steps * (1 - config.mixedPhase));
  const evaluateAt = async (step: number, benchmarks: boolean) => {
    const settings = { samples: 1, generations: 0, temperature: identity.evaluationTemperature };
    const { record } = await evaluate(
      policy,
      learner.parameters,
      accuracy,
      heldOut,
      { ...settings, step, benchmarks },
      root.at("evaluation"),
      counter,
    );
    return record;
  };

  for (let done = saved?.step ?? 0; done < config.steps;) {
    const records: RunRecord[] = [];
    const end = Math.min(config.steps, done + STEPS_PER_UNIT);
    let loss = NaN;
    if (done === 0) records.push(await evaluateAt(0, true)); // the policy before any training
    for (let step = done + 1; step <= end; step++) {
      const begin = performance.now();
      const random = root.at(step);
      const prompts = Array.from(
        { length: config.batchSize },
        (_, i) => demonstrationPrompt(random.at("prompt", i)),
      );
      const shown = prompts.map((prompt, i) =>
        demonstrate(config, prompt, step > mixedFrom, random.at("show", i))
      );
      const { targets, tokenWeights } = demonstrationBatch(
        shown.map(({ response }) => encodeResponse(response)),
        shape.responseTokens,
      );
      const rows = [config.batchSize, shape.responseTokens];
      const learningRate = coldStartRate(config, step);
      const { sums, gradNorm } = await learner.update(
        {
          ...promptTensors(prompts),
          inputs: hostTensor(shiftedInputs(targets, shape.responseTokens), rows),
          targets: hostTensor(targets, rows),
          tokenWeights: hostTensor(tokenWeights, rows),
        },
        learningRate,
        1,
      );
      loss = sums.loss!;
      records.push({
        kind: "supervised",
        step,
        loss,
        gradNorm,
        learningRate,
        shortcuts: shown.filter(({ shortcut }) => shortcut).length / shown.length,
        seconds: { total: (performance.now() - begin) / 1000 },
      });
    }
    done = end;
    if (done === config.steps || isMilestone(done, config.steps)) {
      records.push(await evaluateAt(done, done === config.steps));
    }
    const step = done, totals = counter.totals();
    yield {
      step,
      steps: config.steps,
      records,
      files: [],
      policies: [],
      dropped: [],
      best: null,
      summary: `loss ${loss.toFixed(3)}`,
      snapshot: async () =>
        encodeSnapshot({
          step,
          learner: await learner.state(),
          critic: null,
          sampler: { numbers: {}, arrays: {} },
          numbers: {},
          ...totals,
        }),
    };
  }
  await learner.release();
  await policy.release();
}

/** The loss curve comes with about eight looks at validation accuracy. */
function isMilestone(step: number, steps: number): boolean {
  const every = Math.max(STEPS_PER_UNIT, Math.round(steps / 8 / STEPS_PER_UNIT) * STEPS_PER_UNIT);
  return step % every === 0;
}
