/** Draws prompts in proportion to their variance promotion scores: the sampler that the settings of `vas.ts` ask for. */
import type { RandomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { PromptScores } from "../engine/engine_step.ts";
import type {
  DiversityRequest,
  GroupOutcome,
  Pool,
  RefreshPhase,
  Sampler,
  SamplerState,
} from "./sampler.ts";
import { checkScores, minMaxNormalized, outcomeVariance, variancePromotion } from "./scores.ts";
import { savedArray, savedNumber } from "./state.ts";
import { drawUniform, everyIndex, PermutationWalk } from "./uniform_draw.ts";
import { type VasConfig, weightedPrompts } from "./vas.ts";
import { WeightedDraw } from "./weighted_draw.ts";

/**
 * Algorithm 1's draw: B_w = ⌊λB⌋ prompts with replacement in proportion to their weights, the other B − B_w
 * uniformly; the batch is their multiset union. Where all weights are equal, or all 0, the draw is uniform.
 * Without a weighted part (λ = 0) nothing is ever scored.
 */
export function createVasSampler(config: VasConfig, pool: Pool): Sampler {
  return new VasSampler(config, pool);
}

/**
 * What the rollouts of every prompt showed when they were last looked at. `scoredAt` counts the finished steps of the
 * policy that they came from; NaN for never.
 */
interface Seen {
  readonly passRate: Float32Array; // [prompts]
  readonly tds: Float32Array; // [prompts]
  readonly scoredAt: Float32Array; // [prompts]
  readonly rollouts: Float32Array; // [prompts]
}

class VasSampler implements Sampler {
  readonly scoringRollouts: number;
  readonly diversity: DiversityRequest | null;
  readonly #config: VasConfig;
  readonly #pool: Pool;
  readonly #walk: PermutationWalk;
  #weights: Float32Array | null = null; // [prompts]
  /** Kept only where not every score is replaced at once. */
  #seen: Seen | null = null;
  #weightedDraw: WeightedDraw | null = null;
  /** Asked for at every refresh, and by plans thousands of times. */
  #all: Int32Array | null = null; // [prompts]

  constructor(config: VasConfig, pool: Pool) {
    this.#config = config;
    this.#pool = pool;
    this.#walk = new PermutationWalk(pool.prompts, pool.seed);
    const weighs = weightedPrompts(config.mixtureRatio, pool.batchSize) > 0;
    this.scoringRollouts = weighs && config.scoresFrom !== "training" ? config.scoringRollouts : 0;
    // Measured even where its weight in VPS is 0: records show the TDS of every prompt.
    this.diversity = weighs
      ? { measure: config.diversity, padResponses: config.padResponses }
      : null;
  }

  get #keepsSeen(): boolean {
    return this.#config.refreshShare < 1 || this.#config.scoresFrom !== "refresh";
  }

  promptsToScore(finishedSteps: number, phase: RefreshPhase, random: RandomSource): Int32Array {
    if (this.scoringRollouts === 0) return new Int32Array(0);
    const { refreshInterval, refreshPhase, refreshShare } = this.#config;
    // Whatever the phase, there must be scores before the first draw.
    const due = finishedSteps === 0
      ? phase === "beforeDraw"
      : phase === refreshPhase && finishedSteps % refreshInterval === 0;
    if (!due) return new Int32Array(0);
    const { prompts } = this.#pool;
    const all = this.#all ??= everyIndex(prompts);
    const count = Math.ceil(Number((refreshShare * prompts).toPrecision(12)));
    if (finishedSteps === 0 || count === prompts) return all;
    return Int32Array.from(this.#byNeed(random.shuffled(all)).slice(0, count)).sort();
  }

  /** The prompts that should be scored first in front; equal ones keep their order. */
  #byNeed(prompts: readonly number[]): readonly number[] {
    const { refreshOrder } = this.#config, seen = this.#seen;
    if (refreshOrder === "random" || seen === null) return prompts;
    const age = (i: number) => -seen.scoredAt[i]!;
    const uncertainty = (i: number) => posteriorVariance(seen.passRate[i]!, seen.rollouts[i]!);
    const need = refreshOrder === "oldest" ? age : uncertainty;
    return prompts.toSorted((a, b) => need(b) - need(a) || age(b) - age(a));
  }

  score(
    step: number,
    prompts: Int32Array,
    passRate: Float32Array,
    tds: Float32Array,
  ): PromptScores {
    checkScores("passRate", passRate, prompts.length, 1);
    checkScores("tds", tds, prompts.length, Infinity);
    const seen = this.#seen === null ? nothingSeen(this.#pool.prompts) : copyOf(this.#seen);
    prompts.forEach((prompt, i) => {
      seen.passRate[prompt] = passRate[i]!;
      seen.tds[prompt] = tds[i]!;
      seen.scoredAt[prompt] = step;
    });
    const ovs = seen.passRate.map(outcomeVariance);
    const vps = ovs.map((value, i) => variancePromotion(value, seen.tds[i]!, this.#config.weights));
    const weight = this.#weightsFrom(vps, prompts);
    return { scoredAt: seen.scoredAt, passRate: seen.passRate, ovs, tds: seen.tds, vps, weight };
  }

  refresh({ weight, passRate, tds, scoredAt }: PromptScores): void {
    const { prompts } = this.#pool;
    checkScores("weight", weight, prompts, Infinity);
    if (this.#keepsSeen) {
      // A policy is scored once, so a prompt was scored now where the step changed.
      const { scoredAt: before, rollouts: known } = this.#seen ?? nothingSeen(prompts);
      const rollouts = scoredAt.map((step, i) =>
        step === before[i] ? known[i]! : this.#config.scoringRollouts
      );
      this.#seen = copyOf({ passRate, tds, scoredAt, rollouts });
    }
    this.#take(weight.slice());
  }

  draw(_step: number, random: RandomSource, count: number): Int32Array {
    const { prompts } = this.#pool;
    const weightedCount = weightedPrompts(this.#config.mixtureRatio, count);
    const weighted = this.#drawWeighted(random.at("weighted"), weightedCount);
    const uniformCount = count - weightedCount;
    if (this.#config.uniformPart === "permutation") {
      return interleaved(weighted, this.#walk.next(uniformCount));
    }
    const uniform = drawUniform(prompts, uniformCount, random);
    if (weighted.length === 0) return uniform;
    // Shuffled, so that every mini-batch holds both kinds.
    return Int32Array.from(random.at("order").shuffled([...weighted, ...uniform]));
  }

  observe(step: number, groups: readonly GroupOutcome[]): void {
    if (this.#config.scoresFrom === "refresh" || this.diversity === null) return;
    const seen = this.#seen ??= nothingSeen(this.#pool.prompts);
    // Groups of one prompt are one sample of it.
    const byPrompt = Map.groupBy(groups, ({ prompt }) => prompt);
    for (const [prompt, own] of byPrompt) {
      const accuracy = own.flatMap((group) => [...group.accuracy]);
      seen.passRate[prompt] = mean(accuracy);
      seen.tds[prompt] = mean(own.map(({ tds }) => tds));
      seen.scoredAt[prompt] = step - 1; // the policy that made the rollouts, before this step's update
      seen.rollouts[prompt] = accuracy.length;
    }
    this.#take(this.#weightsFrom(this.#vpsOf(seen), Int32Array.from(byPrompt.keys())));
  }

  state(): SamplerState {
    const numbers = this.#config.uniformPart === "permutation"
      ? { position: this.#walk.position }
      : {};
    const weights = this.#weights === null ? {} : { weights: this.#weights.slice() };
    return { numbers, arrays: { ...weights, ...this.#seen === null ? {} : copyOf(this.#seen) } };
  }

  restore(state: SamplerState): void {
    this.#weights = this.#weightedDraw = this.#seen = null;
    if (this.#config.uniformPart === "permutation") {
      this.#walk.position = savedNumber(state, "position");
    }
    if (state.arrays.weights === undefined) return;
    const column = (name: string) => savedArray(state, name, this.#pool.prompts);
    this.#take(column("weights"));
    if (!this.#keepsSeen) return;
    this.#seen = {
      passRate: column("passRate"),
      tds: column("tds"),
      scoredAt: column("scoredAt"),
      rollouts: column("rollouts"),
    };
  }

  #take(weights: Float32Array): void {
    this.#weightedDraw = new WeightedDraw(weights);
    this.#weights = weights;
  }

  #vpsOf({ passRate, tds }: Seen): Float32Array {
    return passRate.map((rate, i) =>
      variancePromotion(outcomeVariance(rate), tds[i]!, this.#config.weights)
    );
  }

  /** Weights after `prompts` got new scores: theirs, or those of all where the scores of all decide. */
  #weightsFrom(vps: Float32Array, prompts: Int32Array): Float32Array {
    const { normalization, momentum } = this.#config;
    const fresh = normalization === "minMax" ? minMaxNormalized(vps) : vps;
    const old = this.#weights;
    if (old === null) return fresh.slice();
    const weights = old.slice();
    for (const i of normalization === "minMax" ? weights.keys() : prompts) {
      weights[i] = momentum * old[i]! + (1 - momentum) * fresh[i]!;
    }
    return weights;
  }

  #drawWeighted(random: RandomSource, count: number): Int32Array {
    if (count === 0) return new Int32Array(0);
    if (this.#weightedDraw === null && this.scoringRollouts === 0) {
      this.#seen = nothingSeen(this.#pool.prompts);
      this.#take(this.#weightsFrom(this.#vpsOf(this.#seen), new Int32Array(0)));
    }
    const draw = this.#weightedDraw;
    if (draw === null) throw new Error("vas() was asked to draw before the pool was scored");
    return draw.picks(random.numbers(count));
  }
}

/** What stands for prompts that no rollout was seen of: pass rate ½, where the variance is largest. */
function nothingSeen(prompts: number): Seen {
  const all = (value: number) => new Float32Array(prompts).fill(value);
  return { passRate: all(0.5), tds: all(0), scoredAt: all(NaN), rollouts: all(0) };
}

function copyOf({ passRate, tds, scoredAt, rollouts }: Seen): Seen {
  return {
    passRate: passRate.slice(),
    tds: tds.slice(),
    scoredAt: scoredAt.slice(),
    rollouts: rollouts.slice(),
  };
}

/** Variance of Beta(1 + right, 1 + wrong): what is not known of a pass rate after `rollouts` tries. */
function posteriorVariance(passRate: number, rollouts: number): number {
  const a = 1 + passRate * rollouts, b = 1 + (1 - passRate) * rollouts;
  return a * b / ((a + b) ** 2 * (a + b + 1));
}

/** a, b, a, b, … and what is left of the longer one (MMR1 verl/curriculum/samplers.py). */
function interleaved(a: Int32Array, b: Int32Array): Int32Array {
  const result = new Int32Array(a.length + b.length);
  const pairs = Math.min(a.length, b.length);
  for (let i = 0; i < pairs; i++) {
    result[2 * i] = a[i]!;
    result[2 * i + 1] = b[i]!;
  }
  result.set(a.subarray(pairs), 2 * pairs);
  result.set(b.subarray(pairs), 2 * pairs);
  return result;
}
