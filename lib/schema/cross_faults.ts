/** What fields of the settings allow by themselves, but not together. */
import type { AdvantageConfig } from "../algorithm/advantage/advantage.ts";
import { canonicalJson } from "../core/fingerprint.ts";
import { heldOutOf } from "../dataset/dataset.ts";
import { LEVELS } from "../dataset/family.ts";
import { RESPONSE_TOKENS } from "../dataset/prompt.ts";
import { rewardFaults } from "../reward/reward_config.ts";
import { weightedPrompts } from "../sampler/vas.ts";
import { isObject, type Path, show } from "./path.ts";
import type { RunConfig } from "./run_config.ts";

/** One thing that is wrong. */
export interface Fault {
  readonly path: Path;
  readonly problem: string;
}

/** Faults of one run's settings and of the stages before it, each of which is in range by itself. */
export function crossFaults(config: RunConfig): Fault[] {
  const { previous } = config;
  const own = [
    ...startFaults(config),
    ...algorithmFaults(config),
    ...gdpoFaults(config),
    ...emptyFaults(config),
    ...samplerFaults(config),
    ...evaluationFaults(config),
    ...rewardFaults(config.reward, config.decoding.maxTokens).map(({ path, problem }) => ({
      path: ["reward", ...path],
      problem,
    })),
  ];
  if (previous === null) return own;
  const before = [...crossFaults(previous), ...stageFaults(previous, config)];
  return [...own, ...before.map(({ path, problem }) => ({ path: ["previous", ...path], problem }))];
}

/** Model and cold start. */
function startFaults({ model, coldStart, decoding }: RunConfig): Fault[] {
  const faults: Fault[] = [];
  if (model.kind === "pretrained") {
    if (coldStart !== null) {
      faults.push({
        path: ["coldStart"],
        problem: `expected null for a pretrained model, which starts as it is, got ${
          show(coldStart)
        }`,
      });
    }
    return faults;
  }
  if (coldStart === null) {
    faults.push({
      path: ["coldStart"],
      problem: "expected the supervised stage that a transformer begins with, got null",
    });
  } else if (coldStart.shortcutRates.length > LEVELS.length) {
    faults.push({
      path: ["coldStart", "shortcutRates"],
      problem: `expected at most ${LEVELS.length} rates, one for each level, got ` +
        `${coldStart.shortcutRates.length}`,
    });
  }
  if (decoding.maxTokens > RESPONSE_TOKENS) {
    faults.push({
      path: ["decoding", "maxTokens"],
      problem: `expected at most ${RESPONSE_TOKENS}, the longest response of a transformer, ` +
        `got ${decoding.maxTokens}`,
    });
  }
  return faults;
}

/** True for an estimator that compares the rollouts of a group with each other. */
function comparesGroup(advantage: AdvantageConfig): boolean {
  switch (advantage.kind) {
    case "grpo":
    case "drGrpo":
    case "rloo":
    case "passAtK":
    case "opo":
    case "gdpo":
      return true;
    case "reinforcePlusPlus":
      return advantage.groupBaseline;
    case "remax":
    case "gae":
      return false;
    default:
      return advantage satisfies never;
  }
}

/** Algorithm, filter and batch. */
function algorithmFaults({ algorithm, filter, training: { batchSize } }: RunConfig): Fault[] {
  const { advantage, groupSize, miniBatches } = algorithm;
  const faults: Fault[] = [];
  if (groupSize < 2 && comparesGroup(advantage)) {
    faults.push({
      path: ["algorithm", "groupSize"],
      problem: `expected at least 2, since the advantage ${advantage.kind} compares the rollouts ` +
        `of a group, got ${groupSize}`,
    });
  }
  if (batchSize % miniBatches !== 0) {
    faults.push({
      path: ["training", "batchSize"],
      problem: `expected a multiple of algorithm.miniBatches (${miniBatches}), since groups stay ` +
        `whole, got ${batchSize}`,
    });
  }
  if (filter.kind === "screening" && filter.screeningRollouts >= groupSize) {
    faults.push({
      path: ["filter", "screeningRollouts"],
      problem:
        `expected less than algorithm.groupSize (${groupSize}), so that there is a rest of the ` +
        `group to continue with, got ${filter.screeningRollouts}`,
    });
  }
  return faults;
}

/** What would be accepted, and never be what its name says. */
function emptyFaults({ algorithm, decoding, filter, reward }: RunConfig): Fault[] {
  const { advantage, groupSize, groupWeight } = algorithm;
  const faults: Fault[] = [];
  if (filter.kind === "accuracyBand" && filter.bounds === "exclusive" && groupSize < 2) {
    faults.push({
      path: ["filter"],
      problem: "expected no filter by a band that leaves its ends out for groups of one rollout, " +
        `which are at its ends, got ${filter.kind}`,
    });
  }
  const limit = groupWeight.kind === "adora" ? groupWeight.lengthLimit : null;
  if (limit !== null && limit > decoding.maxTokens) {
    faults.push({
      path: ["algorithm", "groupWeight", "lengthLimit"],
      problem:
        `expected at most decoding.maxTokens (${decoding.maxTokens}), or null for responses ` +
        `that were cut off, got ${limit}`,
    });
  }
  if (advantage.kind === "remax" && reward.dynamicLength !== null) {
    faults.push({
      path: ["reward", "dynamicLength"],
      problem: "expected null with the advantage remax, whose greedy response has no group to be " +
        "compared with, got settings",
    });
  }
  return faults;
}

/** GDPO normalises the reward's terms one by one. */
function gdpoFaults({ algorithm: { advantage, kl }, reward }: RunConfig): Fault[] {
  if (advantage.kind !== "gdpo") return [];
  const faults: Fault[] = [];
  if (kl?.place === "reward") {
    faults.push({
      path: ["algorithm", "kl", "place"],
      problem:
        'expected "loss" or no KL with the advantage gdpo, which normalises each term of the ' +
        'reward and would take the coefficient out again, got "reward"',
    });
  }
  const { remote, ...others } = reward, models = remote.map(({ name }) => name);
  const terms = Object.entries(others).flatMap(([name, term]) => term === null ? [] : [name]);
  const known = [...terms, ...models];
  for (const name of Object.keys(advantage.weights)) {
    // What parts a remote model has is not known before it is asked.
    if (known.includes(name) || models.some((model) => name.startsWith(`${model}.`))) continue;
    faults.push({
      path: ["algorithm", "advantage", "weights", name],
      problem: `expected one of the reward's terms, ${known.join(", ")}, got a weight of another`,
    });
  }
  return faults;
}

/** Prompts in the pool where the settings alone say how many there are, and not a file. */
function poolSize({ dataset }: RunConfig): number | null {
  return dataset.kind === "microMath" ? dataset.prompts : null;
}

function samplerFaults(config: RunConfig): Fault[] {
  const { sampler, training: { batchSize } } = config;
  const pool = poolSize(config);
  const faults: Fault[] = [];
  const draws = (share: number) => share === 0 || weightedPrompts(share, batchSize) > 0;
  if (sampler.kind === "vas" && !draws(sampler.mixtureRatio)) {
    faults.push({
      path: ["sampler", "mixtureRatio"],
      problem: `expected 0, or at least 1/${batchSize}: of a batch of ${batchSize} prompts this ` +
        `draws none by its score, got ${sampler.mixtureRatio}`,
    });
  }
  if (sampler.kind === "learnability" && pool !== null && sampler.candidates > pool) {
    faults.push({
      path: ["sampler", "candidates"],
      problem: `expected at most dataset.prompts (${pool}), got ${sampler.candidates}`,
    });
  }
  if (sampler.kind === "learnability" && !draws(sampler.bufferShare)) {
    faults.push({
      path: ["sampler", "bufferShare"],
      problem: `expected 0, or at least 1/${batchSize}: of a batch of ${batchSize} prompts this ` +
        `draws none from the buffer, got ${sampler.bufferShare}`,
    });
  }
  return faults;
}

function evaluationFaults(config: RunConfig): Fault[] {
  const { dataset, evaluation: { checkpoints, generations, probe } } = config;
  const pool = poolSize(config);
  const faults: Fault[] = [];
  if (probe !== null && pool !== null && probe.prompts > pool) {
    faults.push({
      path: ["evaluation", "probe", "prompts"],
      problem: `expected at most dataset.prompts (${pool}), got ${probe.prompts}`,
    });
  }
  if (dataset.kind === "microMath" && generations > dataset.validationPrompts) {
    faults.push({
      path: ["evaluation", "generations"],
      problem: `expected at most dataset.validationPrompts (${dataset.validationPrompts}), ` +
        `got ${generations}`,
    });
  }
  if (checkpoints.limit !== null && checkpoints.interval === null) {
    faults.push({
      path: ["evaluation", "checkpoints", "limit"],
      problem:
        "expected null without checkpoints.interval, for it says how many of those policies " +
        `stay, got ${checkpoints.limit}`,
    });
  }
  return faults;
}

/** What all stages share, by its path: one policy goes through all of them, and one cold start before them. */
export function sharedByStages(config: RunConfig): Readonly<Record<string, unknown>> {
  return {
    "model": config.model,
    "coldStart": config.coldStart,
    "decoding.maxTokens": config.decoding.maxTokens,
    "dataset": heldOutOf(config.dataset),
  };
}

/** In what a stage does not go with the one that begins from it. Paths are those of the earlier stage. */
function stageFaults(earlier: RunConfig, later: RunConfig): Fault[] {
  const faults: Fault[] = [];
  const wanted = sharedByStages(later);
  for (const [path, value] of Object.entries(sharedByStages(earlier))) {
    const difference = firstDifference(value, wanted[path], path.split("."));
    if (difference === null) continue;
    faults.push({
      path: difference.path,
      problem:
        `expected ${
          show(difference.wanted)
        }, as in the stage that begins from it: all stages share ` +
        `model, cold start, token limit and held-out prompts, got ${show(difference.got)}`,
    });
  }
  const before = earlier.training.tokenBudget, budget = later.training.tokenBudget;
  if (before !== null && budget !== null && before >= budget) {
    faults.push({
      path: ["training", "tokenBudget"],
      problem: `expected less than ${budget}, the budget of the stage that begins from it, which ` +
        `pays for both, got ${before}`,
    });
  }
  return faults;
}

/** The first field, from the outside in, that is not the same in both; lists are compared as a whole. */
function firstDifference(
  got: unknown,
  wanted: unknown,
  path: Path,
): { readonly path: Path; readonly got: unknown; readonly wanted: unknown } | null {
  if (got === wanted) return null;
  if (isObject(got) && isObject(wanted) && got.kind === wanted.kind) {
    for (const key of new Set([...Object.keys(got), ...Object.keys(wanted)])) {
      const inside = firstDifference(got[key], wanted[key], [...path, key]);
      if (inside !== null) return inside;
    }
    return null;
  }
  const isSame = got !== undefined && wanted !== undefined &&
    canonicalJson(got) === canonicalJson(wanted);
  return isSame ? null : { path, got, wanted };
}
