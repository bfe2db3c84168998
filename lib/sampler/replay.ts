/**
 * Prioritised level replay (PLR, arXiv 2010.03934; facebookresearch/level-replay level_replay/level_sampler.py): new
 * prompts until enough were seen, then those again whose last group promised most.
 */
import { z } from "../../deps.ts";
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import { type GroupOutcome, neverScores, type Pool, type Sampler } from "./sampler.ts";
import { outcomeVariance } from "./scores.ts";
import { smallest } from "./smallest.ts";
import { savedArray } from "./state.ts";
import { drawDistinct, everyIndex, repeated } from "./uniform_draw.ts";

/** Settings of prioritised replay. */
export interface ReplayConfig {
  readonly kind: "replay";
  /**
   * Score of a group. `advantage`: mean |reward − the group's mean|, the L1 value loss of PLR with the group's mean
   * as the value. `passRateVariance`: p(1 − p).
   */
  readonly score: "advantage" | "passRateVariance";
  /** New score = momentum·old + (1 − momentum)·that of the group; 0 forgets at once. */
  readonly momentum: number;
  /** How scores become weights: 1/rank^(1/T), score^(1/T) or exp(score/T), with T the temperature. */
  readonly prioritization: "rank" | "power" | "softmax";
  readonly temperature: number;
  /** Share of the replay probability that goes by how long ago a prompt was visited. */
  readonly stalenessShare: number;
  /** Its weights are staleness^(1/T'). */
  readonly stalenessTemperature: number;
  /**
   * Once `seenShare` of the pool was seen, a draw replays with probability `1 − newShare` (`fixed`) or the share
   * seen (`proportionate`); otherwise, and before, it is a prompt not seen yet.
   */
  readonly schedule: "fixed" | "proportionate";
  readonly seenShare: number;
  /** Probability of a new prompt in the `fixed` schedule, while there are any. */
  readonly newShare: number;
  /** Whether one draw may replay a prompt several times. PLR draws one level at a time. */
  readonly repeats: "avoid" | "allow";
}

/** Prioritised replay with the settings of the paper's main experiments and of the released code for the rest. */
export function replay(
  {
    score = "advantage",
    momentum = 0,
    prioritization = "rank",
    temperature = 0.1,
    stalenessShare = 0.1,
    stalenessTemperature = 1,
    schedule = "proportionate",
    seenShare = 1,
    newShare = 0.5,
    repeats = "avoid",
  }: Partial<Omit<ReplayConfig, "kind">> = {},
): ReplayConfig {
  return {
    kind: "replay",
    score,
    momentum,
    prioritization,
    temperature,
    stalenessShare,
    stalenessTemperature,
    schedule,
    seenShare,
    newShare,
    repeats,
  };
}

export const replaySchema = z.strictObject({
  kind: z.literal("replay"),
  score: z.enum(["advantage", "passRateVariance"]),
  momentum: z.number().min(0).lt(1),
  prioritization: z.enum(["rank", "power", "softmax"]),
  temperature: z.number().min(0.01),
  stalenessShare: z.number().min(0).max(1),
  stalenessTemperature: z.number().min(0.01),
  schedule: z.enum(["fixed", "proportionate"]),
  seenShare: z.number().min(0).max(1),
  newShare: z.number().min(0).max(1),
  repeats: z.enum(["avoid", "allow"]),
}) satisfies z.ZodType<ReplayConfig>;

/**
 * Weights of scores, summing to 1.
 *
 * - rank: 1/rank^(1/T), rank 1 for the highest score; equal scores get the mean of the weights of their ranks
 * - power: score^(1/T), or (score + 0.001)^(1/T) where staleness brings back none of those of score 0
 * - softmax: exp(score/T)
 *
 * Uniform where all come out 0.
 *
 * @param scores ≥ 0
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * // The two zeros share ranks 3 and 4: 7/24, 1, 7/24 and 1/2, over 25/12.
 * const weights = replayWeights(Float32Array.of(0, 0.5, 0, 0.25), replay({ temperature: 1 }));
 * deepEqual([...weights].map((w) => w.toFixed(2)), ["0.14", "0.48", "0.14", "0.24"]);
 * ```
 */
export function replayWeights(
  scores: Float32Array,
  { prioritization, temperature, stalenessShare }: ReplayConfig,
): Float64Array {
  switch (prioritization) {
    case "rank":
      return normalized(rankWeights(scores, temperature));
    case "power": {
      const least = stalenessShare > 0 ? 0 : 1e-3;
      return normalized(each(scores, (score) => (score + least) ** (1 / temperature)));
    }
    case "softmax": {
      const highest = scores.reduce((most, score) => Math.max(most, score), 0);
      return normalized(
        each(scores, (score) => Math.exp((score - highest) / temperature)),
      );
    }
    default:
      return prioritization satisfies never;
  }
}

/** 1/rank^(1/T), averaged over the ranks that equal scores share. */
function rankWeights(scores: Float32Array, temperature: number): Float64Array {
  const descending = scores.toSorted().reverse();
  const weightOf = new Map<number, number>();
  for (let begin = 0, end = 0; begin < descending.length; begin = end) {
    let sum = 0;
    while (end < descending.length && descending[end] === descending[begin]) {
      sum += (end++ + 1) ** (-1 / temperature);
    }
    weightOf.set(descending[begin]!, sum / (end - begin));
  }
  return each(scores, (score) => weightOf.get(score)!);
}

/** In double precision. */
function each(scores: Float32Array, weight: (score: number) => number): Float64Array {
  return new Float64Array(scores.length).map((_, i) => weight(scores[i]!));
}

function normalized(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => total > 0 ? weight / total : 1 / weights.length);
}

/**
 * Every place of a batch is a replay or a prompt not seen yet, as `schedule` says of the share seen before the step.
 * Unseen prompts are drawn uniformly and without repetition. Seen ones are drawn by (1 − ρ)·P_S + ρ·P_C, with
 * P_S of {@link replayWeights}, P_C ∝ staleness^(1/T') and ρ the staleness share; staleness counts the steps since the
 * prompt's last group that it was passed over.
 *
 * A group's score enters as S ← momentum·S + (1 − momentum)·score, S = 0 at first; groups left out of the update count.
 *
 * PLR draws one level at a time and scores it before it can come again. With its temperature of .1 the first rank has
 * .999 of P_S: in a batch drawn at once nine of ten prompts would be the same. So by default (`repeats: "avoid"`) a
 * prompt that was drawn leaves P_S and P_C until the batch is full, and what is left of each goes on with its share:
 * were they mixed first, the rest of the batch would go by staleness alone once the first ranks are drawn.
 */
export function createReplaySampler(config: ReplayConfig, { prompts }: Pool): Sampler {
  let visits: Visits | null = null;
  /** Seen prompts and their P_S; null after it changed. */
  let replayable: { readonly indices: Int32Array; readonly weights: Float64Array } | null = null;
  const known = () =>
    visits ??= { score: new Float32Array(prompts), lastVisit: new Float32Array(prompts) };

  const seen = () => {
    if (replayable !== null) return replayable;
    const { score, lastVisit } = known();
    const indices = everyIndex(prompts).filter((i) => lastVisit[i]! > 0);
    const scores = new Float32Array(indices.length).map((_, place) => score[indices[place]!]!);
    const weights = replayWeights(scores, config);
    return replayable = { indices, weights };
  };
  const replayed = (step: number, random: RandomSource, count: number) => {
    const { indices, weights } = seen(), { lastVisit } = known();
    const { stalenessShare, stalenessTemperature, repeats } = config;
    const age = (place: number) => Math.max(0, step - 1 - lastVisit[indices[place]!]!);
    const stale = normalized(
      new Float64Array(indices.length)
        .map((_, place) => age(place) ** (1 / stalenessTemperature)),
    );
    const places = repeats === "allow"
      ? drawRepeatedly(
        weights.map((weight, place) =>
          (1 - stalenessShare) * weight + stalenessShare * stale[place]!
        ),
        count,
        random,
      )
      : drawSuccessively(weights, stale, stalenessShare, count, random);
    return places.map((place) => indices[place]!);
  };
  const fresh = (random: RandomSource, count: number) => {
    if (count === 0) return new Int32Array(0);
    const { lastVisit } = known();
    const unseen = everyIndex(prompts).filter((i) => lastVisit[i] === 0);
    return drawDistinct(unseen.length, count, random).map((place) => unseen[place]!);
  };

  return {
    ...neverScores("replay"),
    draw(step, random, count) {
      const seenPrompts = seen().indices.length, unseenPrompts = prompts - seenPrompts;
      const chance = replayChance(config, seenPrompts / prompts);
      const stream = random.at("decision");
      let replays = 0;
      for (let i = 0; i < count; i++) if (stream.next() < chance) replays++;
      replays = Math.max(replays, count - unseenPrompts);
      if (seenPrompts === 0) replays = 0;
      const again = replays === 0
        ? new Int32Array(0)
        : replayed(step, random.at("replay"), replays);
      const first = fresh(random.at("new"), count - replays);
      const batch = Int32Array.from(random.at("order").shuffled([...again, ...first]));
      return repeated(batch, count); // shorter only where the pool is smaller than the batch
    },
    observe(step, groups) {
      const { score, lastVisit } = known();
      for (const [prompt, own] of Map.groupBy(groups, (group) => group.prompt)) {
        const fromGroups = mean(own.map((group) => groupScore(group, config.score)));
        score[prompt] = config.momentum * score[prompt]! + (1 - config.momentum) * fromGroups;
        lastVisit[prompt] = step;
      }
      replayable = null;
    },
    state: () => ({
      numbers: {},
      arrays: visits === null
        ? {}
        : { score: visits.score.slice(), lastVisit: visits.lastVisit.slice() },
    }),
    restore(state) {
      replayable = null;
      visits = state.arrays.score === undefined ? null : {
        score: savedArray(state, "score", prompts),
        lastVisit: savedArray(state, "lastVisit", prompts),
      };
    },
  };
}

/** What earlier groups showed. */
interface Visits {
  readonly score: Float32Array; // [prompts]
  /** Step of the last group, from 1; 0 for a prompt not seen yet. */
  readonly lastVisit: Float32Array; // [prompts]
}

/** Probability that a place of the batch goes to a seen prompt, while there are both kinds. */
function replayChance({ schedule, seenShare, newShare }: ReplayConfig, share: number): number {
  if (share < seenShare) return 0;
  return schedule === "fixed" ? 1 - newShare : share;
}

function groupScore({ accuracy, reward }: GroupOutcome, score: ReplayConfig["score"]): number {
  if (score === "passRateVariance") return outcomeVariance(mean(accuracy));
  const baseline = mean(reward);
  return mean(reward.map((value) => Math.abs(value - baseline)));
}

/** Places in proportion to `chances`, independent of each other. */
function drawRepeatedly(chances: Float64Array, count: number, random: RandomSource): Int32Array {
  let sum = 0;
  const bounds = chances.map((chance) => sum += chance);
  return Int32Array.from({ length: count }, () => {
    const at = random.next() * sum;
    let low = 0, high = bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/**
 * Places one after the other, each by `staleness` with probability `stalenessShare`, else by `weights`, in proportion to
 * what is left: a place once drawn leaves both. Once all are drawn they start over.
 */
function drawSuccessively(
  weights: Float64Array,
  staleness: Float64Array,
  stalenessShare: number,
  count: number,
  random: RandomSource,
): Int32Array {
  const drawn = Math.min(count, weights.length);
  const byScore = successiveOrder(weights, drawn, random.at("score")).values();
  const byStaleness = successiveOrder(staleness, drawn, random.at("staleness")).values();
  const places = new Set<number>(), stream = random.at("share");
  while (places.size < drawn) {
    const order = stream.next() < stalenessShare ? byStaleness : byScore;
    // What the other order drew before is passed over; that leaves the proportions of the rest as they are.
    const size = places.size;
    while (places.size === size) places.add(order.next().value!);
  }
  return repeated(Int32Array.from(places), count);
}

/**
 * The first `count` places when they are drawn in proportion to `chances`, each leaving the distribution once drawn:
 * those of the smallest E/chance, with E exponential numbers (Efraimidis and Spirakis, Information Processing Letters
 * 97, 2006).
 */
function successiveOrder(chances: Float64Array, count: number, random: RandomSource): Int32Array {
  // As logarithms, and no chance below 1e-300: where it is 0, the rest is drawn uniformly.
  const keys = chances.map((chance) =>
    Math.log(-Math.log(1 - random.next())) - Math.log(Math.max(chance, 1e-300))
  );
  return smallest(keys, count).sort((a, b) => keys[a]! - keys[b]!);
}
