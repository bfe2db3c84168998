/** A batch of groups to train on: draws prompts, rolls out, rewards, and filters until the batch is full. */
import type { GeneratedGroup, GroupFilterConfig, KeepsGroup } from "../algorithm/group_filter.ts";
import type { RandomSource } from "../core/random.ts";
import { ConfigError } from "../core/errors.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type { Judge } from "../reward/judge.ts";
import type { Sampler } from "../sampler/sampler.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import type { GenerationCounter } from "./counter.ts";
import { groupDiversity } from "./group_diversity.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import {
  groupMeans,
  joinRewards,
  judgeRollouts,
  type RewardBatch,
  sliceRewards,
} from "./responses.ts";
import { concatGroups, extendGroups, type Rollouts, selectGroups } from "./rollouts.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** What a step trains on, and what it took to get it. */
export interface GroupBatch {
  readonly indices: readonly number[]; // [batchSize], pool indices
  readonly prompts: readonly Prompt[]; // [batchSize]
  readonly rollouts: Rollouts; // [batchSize * groupSize]
  readonly rewards: RewardBatch; // [batchSize * groupSize]
  /** Groups generated, those left out included. */
  readonly generatedGroups: number;
}

/** The parts of a run that collecting needs. */
export interface Collector {
  readonly policy: PolicyRuntime;
  readonly parameters: ResidentTensor;
  readonly judge: Judge;
  /** Accuracy alone, for screening: what else the reward looks at may need the whole group. */
  readonly accuracy: Judge;
  readonly keeps: KeepsGroup;
  readonly pool: readonly Prompt[];
  readonly sampler: Sampler;
  readonly config: RunConfig;
  readonly counter: GenerationCounter;
}

/** One group of rollouts: whole, or left after its screening. */
interface Group {
  readonly prompt: number;
  readonly rollouts: Rollouts;
}

/** A group, judged. */
interface Candidate extends Group {
  readonly rewards: RewardBatch;
  readonly eligible: boolean;
}

/**
 * `batchSize` groups of `groupSize` rollouts each.
 *
 * Without a filter: one draw, one round. With one: rounds of as many prompts as are missing, times the filter's
 * oversampling, until enough groups are kept or the rounds are used up; then groups left out make up the rest, in
 * the order they came. The sampler is told of every group.
 */
export async function collectGroups(
  collector: Collector,
  step: number,
  random: RandomSource,
  watch: Stopwatch,
): Promise<GroupBatch> {
  const { config: { filter, training, algorithm }, keeps, pool, sampler, counter } = collector;
  const { oversampling, maxRounds } = isActive(filter, step)
    ? filter
    : { oversampling: 1, maxRounds: 1 };
  const wholeBatches = filter.kind === "accuracyBand" && filter.roundSize === "batch";
  const candidates: Candidate[] = [];
  const missing = () => training.batchSize - candidates.filter(({ eligible }) => eligible).length;
  for (let round = 0; missing() > 0 && round < maxRounds; round++) {
    // The first round's numbers do not depend on whether there is a filter.
    const place = round === 0 ? [step] : [step, round];
    const wanted = Math.ceil((wholeBatches ? training.batchSize : missing()) * oversampling);
    const indices = [...sampler.draw(step, random.at("draw", ...place), wanted)];
    watch.lap("draw");
    const source = random.at("rollout", ...place);
    const isLast = round === maxRounds - 1;
    const groups = filter.kind === "screening"
      ? await screened(collector, filter.screeningRollouts, indices, missing(), isLast, source)
      : await complete(collector, indices, source);
    watch.lap("rollout");
    for (const group of await judged(collector, groups)) {
      const isWhole = group.rollouts.count === algorithm.groupSize;
      const eligible = isWhole && keeps(seenByFilter(collector, group), step);
      candidates.push({ ...group, eligible });
    }
    watch.lap("reward");
  }

  if (filter.kind === "accuracyBand" && filter.whenShort === "fail" && missing() > 0) {
    throw new ConfigError(
      "filter.maxRounds",
      `expected ${training.batchSize} groups within the band in ${maxRounds} rounds of step ` +
        `${step}, got ${training.batchSize - missing()}; widen the band, allow more rounds, or ` +
        'set filter.whenShort to "fill"',
    );
  }
  const eligible = candidates.filter((candidate) => candidate.eligible);
  const others = candidates.filter((candidate) =>
    !candidate.eligible && candidate.rollouts.count === algorithm.groupSize
  );
  const trained = [...eligible, ...others].slice(0, training.batchSize);
  const isTrained = new Set(trained);
  for (const candidate of candidates) {
    counter.add(isTrained.has(candidate) ? "training" : "discarded", candidate.rollouts);
  }
  const indices = trained.map(({ prompt }) => prompt);
  const prompts = indices.map((index) => pool[index]!);
  const rollouts = concatGroups(trained.map(({ rollouts }) => rollouts));
  const rewards = joinRewards(trained.map(({ rewards }) => rewards));
  sampler.observe(
    step,
    candidates.map((candidate) => {
      const { prompt, rollouts, rewards: { accuracy, reward } } = candidate;
      const tds = groupDiversity(rollouts, sampler.diversity)[0]!;
      return { prompt, accuracy, reward, tds, trained: isTrained.has(candidate) };
    }),
  );
  watch.lap("reward");
  return { indices, prompts, rollouts, rewards, generatedGroups: candidates.length };
}

/** Whether anything is filtered in this step. */
function isActive(
  filter: GroupFilterConfig,
  step: number,
): filter is Exclude<GroupFilterConfig, { kind: "none" }> {
  return filter.kind !== "none" && (filter.kind !== "accuracyBand" || step > filter.freezingSteps);
}

/** Groups with their rewards, in their order; those of one size are judged together. */
async function judged(
  { judge, pool }: Collector,
  groups: readonly Group[],
): Promise<(Group & { readonly rewards: RewardBatch })[]> {
  const rewards = new Map<Group, RewardBatch>();
  for (const size of new Set(groups.map(({ rollouts }) => rollouts.count))) {
    const alike = groups.filter(({ rollouts }) => rollouts.count === size);
    const prompts = alike.map(({ prompt }) => pool[prompt]!);
    const all = await judgeRollouts(
      judge,
      prompts,
      concatGroups(alike.map(({ rollouts }) => rollouts)),
    );
    alike.forEach((group, k) => rewards.set(group, sliceRewards(all, k * size, (k + 1) * size)));
  }
  return groups.map((group) => ({ ...group, rewards: rewards.get(group)! }));
}

/** What a filter sees of a group. */
function seenByFilter(
  { pool }: Collector,
  { prompt, rollouts, rewards: { accuracy, reward } }: Group & { readonly rewards: RewardBatch },
): GeneratedGroup {
  const { lengths, ended } = rollouts, truncated = ended.map((isWhole) => !isWhole);
  return { prompt: pool[prompt]!, accuracy, reward, lengths, truncated };
}

/** Whole groups for every prompt. */
async function complete(
  { policy, parameters, pool, config }: Collector,
  indices: readonly number[],
  random: RandomSource,
): Promise<Group[]> {
  const { decoding, algorithm: { groupSize } } = config;
  const rollouts = await policy.generate(
    parameters,
    indices.map((index) => pool[index]!),
    groupSize,
    decoding.temperature,
    random,
  );
  return indices.map((prompt, k) => ({ prompt, rollouts: selectGroups(rollouts, [k]) }));
}

/**
 * A few rollouts for every prompt; the rest of the group for those that were neither all right nor all wrong, as
 * far as groups are missing. In the last round others go on as well, so that the batch is full.
 */
async function screened(
  { policy, parameters, accuracy, pool, config }: Collector,
  screeningRollouts: number,
  indices: readonly number[],
  missing: number,
  isLast: boolean,
  random: RandomSource,
): Promise<Group[]> {
  const { decoding: { temperature }, algorithm: { groupSize } } = config;
  const promptsAt = (places: readonly number[]) => places.map((place) => pool[indices[place]!]!);
  const all = [...indices.keys()];
  const first = await policy.generate(
    parameters,
    promptsAt(all),
    screeningRollouts,
    temperature,
    random.at("screening"),
  );
  const screening = await judgeRollouts(accuracy, promptsAt(all), first);
  const passRates = groupMeans(screening.accuracy, screeningRollouts);
  const isMixed = (place: number) => passRates[place]! > 0 && passRates[place]! < 1;
  const mixed = all.filter(isMixed);
  const queue = isLast ? [...mixed, ...all.filter((place) => !isMixed(place))] : mixed;
  const chosen = queue.slice(0, missing);
  const out = all.filter((place) => !chosen.includes(place)).map((place) => ({
    prompt: indices[place]!,
    rollouts: selectGroups(first, [place]),
  }));
  if (chosen.length === 0) return out;
  const rest = await policy.generate(
    parameters,
    promptsAt(chosen),
    groupSize - screeningRollouts,
    temperature,
    random.at("continuation"),
  );
  const whole = extendGroups(selectGroups(first, chosen), rest);
  const through = chosen.map((place, k) => ({
    prompt: indices[place]!,
    rollouts: selectGroups(whole, [k]),
  }));
  return [...out, ...through];
}
