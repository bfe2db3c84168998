/** Everything a run works with: made from its settings, or brought back from where it left off. */
import { openRuntime } from "../backend/open_runtime.ts";
import type { Compute } from "../backend/target.ts";
import { type KeepsGroup, loadGroupFilter } from "../algorithm/group_filter.ts";
import { ConfigError } from "../core/errors.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { createDataset } from "../dataset/dataset.ts";
import type { Dataset } from "../dataset/prompt.ts";
import { parameterCount, policyShape } from "../policy/parameters.ts";
import { whyUnreadable } from "../policy/read_question.ts";
import { accuracyJudge, createJudge, type Judge } from "../reward/judge.ts";
import { createSampler, type Sampler } from "../sampler/sampler.ts";
import { stagesOf } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ResidentTensor, TensorRuntime } from "../tensor/runtime.ts";
import { GenerationCounter } from "./counter.ts";
import { Critic } from "./critic.ts";
import { KeptPolicies } from "./kept_policies.ts";
import { freshState, Learner } from "./learner.ts";
import { trainingSizes } from "./mini_batch.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { decodePolicy, decodeSnapshot } from "./snapshot.ts";

/** How a run is executed. None of it changes what the run's result is. */
export interface TrainExecution {
  /** The policy of the cold start, or of the stage before: where training starts, and the frozen reference. */
  readonly policy: Uint8Array;
  /** The snapshot to resume from; null begins afresh. */
  readonly resume: Uint8Array | null;
  readonly compute: Compute;
}

/** The parts of a run. */
export interface RunParts {
  readonly runtime: TensorRuntime;
  readonly dataset: Dataset;
  readonly sampler: Sampler;
  readonly judge: Judge;
  /** Accuracy and format alone: for scoring and evaluation. */
  readonly accuracy: Judge;
  readonly keeps: KeepsGroup;
  readonly policy: PolicyRuntime;
  /** Where training started, frozen. */
  readonly reference: ResidentTensor;
  readonly learner: Learner;
  /** Null but for GAE. */
  readonly critic: Critic | null;
  /** β of the first step. */
  readonly klCoefficient: number;
  readonly kept: KeptPolicies;
  readonly counter: GenerationCounter;
  /** Steps done before this execution; null where it begins afresh. */
  readonly done: number | null;
  /** Of evaluations: the same uniform numbers for every step, stage and arm. */
  readonly evaluationRandom: RandomSource;
  /** Of all else. */
  readonly random: RandomSource;
}

/**
 * The parts of the run with this configuration and seed.
 *
 * Errors: a {@link ConfigError} for a model that is not trained in process, and for files and modules that are not
 * what the settings say; a StoreError for a policy or snapshot of other sizes.
 */
export async function createRunParts(
  config: RunConfig,
  seed: number,
  { policy: initial, resume, compute }: TrainExecution,
): Promise<RunParts> {
  const { algorithm: { advantage, kl }, decoding, model, optimizer, training } = config;
  if (model.kind !== "transformer") {
    throw new ConfigError(
      "model.kind",
      `expected "transformer", which is trained here, got "${model.kind}"`,
    );
  }
  const run = randomSource(seed, "run"), stage = stagesOf(config).length - 1;
  const random = stage === 0 ? run : run.at("stage", stage); // a later stage draws anew
  const runtime = await openRuntime(compute);
  const shape = policyShape(model, decoding.maxTokens);
  const dataset = await createDataset(config.dataset, whyUnreadable);

  const start = decodePolicy(initial, parameterCount(shape));
  const saved = resume === null ? null : decodeSnapshot(resume, parameterCount(shape));
  const policy = new PolicyRuntime(runtime, shape), sizes = trainingSizes(config);
  const learner = await Learner.create(
    runtime,
    shape,
    config.algorithm,
    optimizer,
    sizes,
    saved?.learner ?? freshState(start.parameters),
  );
  const critic = advantage.kind !== "gae" ? null : await Critic.create(
    runtime,
    shape,
    advantage.critic,
    optimizer,
    sizes,
    saved?.critic ?? Critic.initialState(start.parameters, shape),
  );
  const sampler = createSampler(config.sampler, {
    prompts: dataset.train.length,
    batchSize: training.batchSize,
    steps: training.steps,
    seed: stage === 0 ? seed : random.at("sampler").integer(2 ** 31),
    levels: () => Int32Array.from(dataset.train, ({ level }) => level),
  });
  if (saved !== null) sampler.restore(saved.sampler);
  return {
    runtime,
    dataset,
    sampler,
    judge: await createJudge(config.reward, decoding),
    accuracy: await accuracyJudge(config.reward),
    keeps: await loadGroupFilter(config.filter),
    policy,
    reference: await policy.parameters(start.parameters),
    learner,
    critic,
    klCoefficient: saved?.numbers.klCoefficient ?? kl?.coefficient ?? 0,
    kept: new KeptPolicies(config.evaluation.checkpoints, saved?.numbers),
    counter: new GenerationCounter(saved ?? start), // a later stage goes on counting
    done: saved?.step ?? null,
    evaluationRandom: run.at("evaluation"),
    random,
  };
}
