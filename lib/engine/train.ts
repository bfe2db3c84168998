/**
 * Algorithm 1 of MMR1 (arXiv 2509.21268): policy-gradient updates on batches that a sampler draws.
 *
 * One page, to be read against the paper; each part it calls is a page of its own.
 */
import { nextKlCoefficient } from "../algorithm/kl_controller.ts";
import type { RefreshPhase } from "../sampler/sampler.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { type RunRecord, spent } from "../schema/run_record.ts";
import { batchAdvantages } from "./batch_advantages.ts";
import { batchReferences } from "./batch_references.ts";
import { collectGroups } from "./collect_groups.ts";
import type { ColumnsFile, EngineStep } from "./engine_step.ts";
import { evaluate } from "./evaluate.ts";
import { galleryOf } from "./gallery.ts";
import { miniBatches } from "./mini_batch.ts";
import { probePrompts } from "./probe.ts";
import { createRunParts, type TrainExecution } from "./run_parts.ts";
import { scorePool } from "./score_pool.ts";
import { encodePolicy, encodeSnapshot } from "./snapshot.ts";
import { stepRecord } from "./step_record.ts";
import { Stopwatch } from "./stopwatch.ts";

/** Executes one run, a step at a time. */
export async function* trainEngine(
  config: RunConfig,
  seed: number,
  execution: TrainExecution,
): AsyncGenerator<EngineStep> {
  const { algorithm, decoding: { temperature }, evaluation, optimizer, training } = config;
  const { kl, advantage } = algorithm, budget = training.tokenBudget ?? Infinity;
  const criticWarmup = advantage.kind === "gae" ? advantage.critic.warmupSteps : 0;
  const parts = await createRunParts(config, seed, execution);
  const { runtime, dataset, sampler, judge, accuracy, keeps, kept, counter, random } = parts;
  const { policy, reference, learner, critic } = parts, pool = dataset.train;
  let { klCoefficient } = parts;

  let records: RunRecord[] = [], files: ColumnsFile[] = [], summary = "";
  let validated: number | null = null;

  const refresh = async (step: number, phase: RefreshPhase) => {
    const prompts = sampler.promptsToScore(step, phase, random.at("share", step));
    if (prompts.length === 0) return;
    const score = (control: boolean) =>
      scorePool(
        policy,
        learner.parameters,
        accuracy,
        pool,
        prompts,
        sampler,
        { step, temperature, control },
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
    const { record, gallery } = await evaluate(
      policy,
      learner.parameters,
      accuracy,
      dataset,
      { ...evaluation, step, benchmarks: isEnd },
      parts.evaluationRandom,
      counter,
    );
    records.push(record, ...gallery === null ? [] : [gallery]);
    validated = record.splits.validation!.accuracy;
    summary = `accuracy ${validated.toFixed(3)}`;
    if (evaluation.probe === null || !isEnd) return;
    const probe = await probePrompts(
      policy,
      learner.parameters,
      accuracy,
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
    const totals = counter.totals(), selected = sampler.state();
    const policies = kept.afterStep(
      step,
      validated,
      async () => encodePolicy(await runtime.read(learner.parameters), totals),
    );
    const numbers = { ...kept.state(), klCoefficient };
    const unit = {
      step,
      steps: isLast ? step : stepsInAll(step),
      records,
      files,
      ...policies,
      summary,
      snapshot: async () =>
        encodeSnapshot({
          step,
          learner: await learner.state(),
          critic: await critic?.state() ?? null,
          sampler: selected,
          numbers,
          ...totals,
        }),
    };
    records = [];
    files = [];
    validated = null;
    return unit;
  };

  if (parts.done === null) {
    await measure(0, true);
    yield finished(0, training.steps === 0);
  }
  for (let step = (parts.done ?? 0) + 1, isLast = false; !isLast; step++) {
    if (step > training.steps) break;
    // Algorithm 1: every T_update steps, score the whole pool anew with N rollouts each.
    await refresh(step - 1, "beforeDraw");
    const watch = new Stopwatch();

    // Algorithm 1, lines 12-15: ⌊λB⌋ prompts in proportion to their scores, the rest uniformly; N rollouts of each,
    // with the log-probabilities they were sampled with, and their rewards.
    const { indices, prompts, rollouts, rewards, generatedGroups } = await collectGroups(
      {
        policy,
        parameters: learner.parameters,
        judge,
        accuracy,
        keeps,
        pool,
        sampler,
        config,
        counter,
      },
      step,
      random,
      watch,
    );

    // What rewards are compared with: the frozen reference, a greedy response, the critic.
    const references = await batchReferences(
      { policy, parameters: learner.parameters, reference, algorithm, judge, temperature, counter },
      prompts,
      rollouts,
      klCoefficient,
      random.at("greedy", step),
    );
    const values = await critic?.values(prompts, rollouts) ?? null;
    watch.lap("reference");

    // Each token's advantage.
    const batch = batchAdvantages(algorithm, { rollouts, rewards, values, ...references });
    watch.lap("reward");

    // The update, in several mini-batches.
    const updates = [], criticUpdates = [];
    for (let pass = 0; pass < algorithm.updatesPerBatch; pass++) {
      if (critic !== null) {
        const { returns } = batch;
        criticUpdates.push(
          ...await critic.pass({ prompts, rollouts, oldValues: values!, returns: returns! }),
        );
      }
      if (step <= criticWarmup) continue;
      const whole = { ...references, ...batch, prompts, rollouts, klCoefficient };
      for (const part of miniBatches(config, whole)) {
        const warmup = Math.min(1, (learner.updates + 1) / Math.max(1, optimizer.warmupUpdates));
        const learningRate = optimizer.learningRate * warmup;
        const result = await learner.update(part, learningRate, temperature);
        updates.push({ ...result, learningRate });
      }
    }
    watch.lap("update");

    const record = stepRecord({
      step,
      indices,
      prompts,
      rollouts,
      rewards,
      weights: batch,
      generatedGroups,
      klCoefficient: kl === null ? null : klCoefficient,
      updates,
      criticUpdates,
      totals: counter.totals(),
      seconds: watch.seconds(),
    });
    records.push(record);
    const divergence = references.klMean ?? record.klReference;
    if (kl !== null && divergence !== null) {
      klCoefficient = nextKlCoefficient(kl, klCoefficient, divergence, rollouts.count);
    }
    isLast = step === training.steps || spent(counter.totals().tokens) >= budget;
    if (step === 1 || step % evaluation.galleryInterval === 0 || isLast) {
      records.push(galleryOf(step, prompts, rollouts, rewards, batch.advantages));
    }
    if (!isLast) await refresh(step, "afterUpdate");
    if (step % evaluation.interval === 0 || isLast) await measure(step, isLast);
    yield finished(step, isLast);
  }
  await learner.release();
  await critic?.release();
  await policy.release();
}
