/**
 * Algorithm 1 of MMR1 (arXiv 2509.21268): GRPO whose batches a sampler draws.
 *
 * One page, to be read against the paper; each part it calls is a page of its own.
 */
import { groupAdvantage } from "../algorithm/advantage.ts";
import { randomSource } from "../core/random.ts";
import { createMicroMath } from "../dataset/micro_math.ts";
import { parameterCount, policyShape } from "../policy/parameters.ts";
import { createSampler, type RefreshPhase } from "../sampler/sampler.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { type RunRecord, spent } from "../schema/run_record.ts";
import { onnxRuntime } from "../tensor/session.ts";
import { GenerationCounter } from "./counter.ts";
import { collectGroups } from "./collect_groups.ts";
import type { ColumnsFile, EngineStep } from "./engine_step.ts";
import { evaluate } from "./evaluate.ts";
import { galleryOf } from "./gallery.ts";
import { freshState, Learner } from "./learner.ts";
import { miniBatches, trainingSizes } from "./mini_batch.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { probePrompts } from "./probe.ts";
import { scorePool } from "./score_pool.ts";
import { decodePolicy, decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { stepRecord } from "./step_record.ts";
import { Stopwatch } from "./stopwatch.ts";

/** How a run is executed. None of it changes what the run's result is. */
export interface TrainExecution {
  /** The cold start's policy: where training starts, and the frozen reference. */
  readonly policy: Uint8Array;
  /** The snapshot to resume from; null begins afresh. */
  readonly resume: Uint8Array | null;
  readonly threads: number;
}

/** Executes one run, a step at a time. */
export async function* trainEngine(
  config: RunConfig,
  seed: number,
  { policy: initial, resume, threads }: TrainExecution,
): AsyncGenerator<EngineStep> {
  const { algorithm, decoding, evaluation, optimizer, training } = config;
  const random = randomSource(seed, "run");
  const runtime = await onnxRuntime({ threads });
  const shape = policyShape(config.model, decoding.maxTokens);
  const dataset = createMicroMath(config.dataset);
  const pool = dataset.train, budget = training.tokenBudget ?? Infinity;

  const start = decodePolicy(initial, parameterCount(shape));
  const saved = resume === null ? null : decodeSnapshot(resume, start.length);
  const policy = new PolicyRuntime(runtime, shape);
  const reference = policy.parameters(start);
  const learner = await Learner.create(
    runtime,
    shape,
    algorithm,
    optimizer,
    trainingSizes(config),
    saved?.learner ?? freshState(start),
  );
  const sampler = createSampler(config.sampler, {
    prompts: pool.length,
    batchSize: training.batchSize,
    steps: training.steps,
    seed,
    levels: () => Int32Array.from(pool, ({ level }) => level),
  });
  if (saved !== null) sampler.restore(saved.sampler);
  const counter = new GenerationCounter(saved ?? {});

  let records: RunRecord[] = [], files: ColumnsFile[] = [], summary = "";

  const refresh = async (step: number, phase: RefreshPhase) => {
    const prompts = sampler.promptsToScore(step, phase, random.at("share", step));
    if (prompts.length === 0) return;
    const score = (control: boolean) =>
      scorePool(
        policy,
        learner.parameters,
        pool,
        prompts,
        sampler,
        {
          step,
          temperature: decoding.temperature,
          control,
        },
        random.at(control ? "control" : "refresh", step),
        counter,
      );
    const scoring = await score(false);
    const passes = evaluation.scoringControl ? [scoring, await score(true)] : [scoring];
    for (const { record, scores } of passes) {
      records.push(record);
      files.push({ file: record.file, columns: { ...scores } });
    }
    sampler.refresh(scoring.scores);
  };
  const measure = async (step: number, isEnd: boolean) => {
    const record = await evaluate(
      policy,
      learner.parameters,
      dataset,
      {
        step,
        temperature: evaluation.temperature,
        benchmarks: isEnd,
      },
      random.at("evaluation"),
      counter,
    );
    records.push(record);
    summary = `accuracy ${record.splits.validation!.accuracy.toFixed(3)}`;
    if (evaluation.probe === null || !isEnd) return;
    const probe = await probePrompts(
      policy,
      learner.parameters,
      config,
      pool,
      step,
      random.at("probe", step),
      counter,
    );
    records.push(probe.record);
    files.push(...probe.files);
  };
  /** Steps in all, as the budget spent so far suggests. */
  const stepsInAll = (step: number) => {
    const share = spent(counter.totals().tokens) / budget;
    const expected = step === 0 || share === 0 ? training.steps : Math.round(step / share);
    return Math.max(step + 1, Math.min(training.steps, expected));
  };
  const finished = (step: number, isLast: boolean): EngineStep => {
    const learned = learner.state(), selected = sampler.state(), totals = counter.totals();
    const unit = {
      step,
      steps: isLast ? step : stepsInAll(step),
      records,
      files,
      summary,
      snapshot: () => encodeSnapshot({ step, learner: learned, sampler: selected, ...totals }),
    };
    records = [];
    files = [];
    return unit;
  };

  if (saved === null) {
    await measure(0, true);
    yield finished(0, training.steps === 0);
  }
  for (let step = (saved?.step ?? 0) + 1, isLast = false; !isLast; step++) {
    if (step > training.steps) break;
    // Algorithm 1: every T_update steps, score the whole pool anew with N rollouts each.
    await refresh(step - 1, "beforeDraw");
    const watch = new Stopwatch();

    // Algorithm 1, lines 12-15: ⌊λB⌋ prompts in proportion to their scores, the rest uniformly; N rollouts of each,
    // with the log-probabilities they were sampled with, and their rewards.
    const { indices, prompts, rollouts, rewards, generatedGroups } = await collectGroups(
      { policy, parameters: learner.parameters, pool, sampler, config, counter },
      step,
      random,
      watch,
    );

    // Each rollout's advantage over its group.
    const advantages = new Float32Array(rollouts.count);
    for (let at = 0; at < rollouts.count; at += algorithm.groupSize) {
      const group = rewards.reward.subarray(at, at + algorithm.groupSize);
      advantages.set(groupAdvantage(group, algorithm.advantage), at);
    }
    watch.lap("reward");

    const referenceLogProbs = await policy.logProbs(
      reference,
      prompts,
      rollouts,
      decoding.temperature,
    );
    watch.lap("reference");

    // The GRPO update, in several mini-batches.
    const updates = [];
    for (let pass = 0; pass < algorithm.updatesPerBatch; pass++) {
      for (
        const batch of miniBatches(runtime, config, {
          prompts,
          rollouts,
          advantages,
          referenceLogProbs,
        })
      ) {
        const warmup = Math.min(1, (learner.updates + 1) / Math.max(1, optimizer.warmupUpdates));
        const learningRate = optimizer.learningRate * warmup;
        const result = await learner.update(batch, learningRate, decoding.temperature);
        updates.push({ ...result, learningRate });
      }
    }
    watch.lap("update");

    records.push(
      stepRecord({
        step,
        indices,
        rollouts,
        rewards,
        groupSize: algorithm.groupSize,
        generatedGroups,
        updates,
        totals: counter.totals(),
        seconds: watch.seconds(),
      }),
    );
    isLast = step === training.steps || spent(counter.totals().tokens) >= budget;
    if (step === 1 || step % evaluation.galleryInterval === 0 || isLast) {
      records.push(galleryOf(step, prompts, rollouts, rewards, advantages));
    }
    if (!isLast) await refresh(step, "afterUpdate");
    if (step % evaluation.interval === 0 || isLast) await measure(step, isLast);
    yield finished(step, isLast);
  }
  await learner.release();
  await policy.release();
}
