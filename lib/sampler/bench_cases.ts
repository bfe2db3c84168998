/** Throughput of drawing and of scoring diversity. */
import type { BenchResult } from "../core/bench.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { trajectoryDiversity } from "./diversity.ts";
import { adaRft } from "./ada_rft.ts";
import { easyToHard } from "./easy_to_hard.ts";
import { greso } from "./greso.ts";
import { learnability } from "./learnability.ts";
import { mopps } from "./mopps.ts";
import { replay } from "./replay.ts";
import { createSampler, type GroupOutcome, type Sampler, type SamplerConfig } from "./sampler.ts";
import { vas } from "./vas.ts";
import { WeightedDraw } from "./weighted_draw.ts";

const BATCH = 512;
const GROUP = 8, TOKENS = 512, VOCABULARY = 50_000;

/** Median milliseconds per call over eleven samples of at least 20 ms each, after a warm-up as long as one. */
function milliseconds(run: (call: number) => unknown): number {
  const samples: number[] = [];
  let call = 0;
  for (let sample = -1; sample < 11; sample++) {
    const begin = performance.now(), from = call;
    do run(call++); while (performance.now() - begin < 20);
    if (sample >= 0) samples.push((performance.now() - begin) / (call - from));
  }
  return samples.sort((a, b) => a - b)[5]!;
}

/** Weights like those of a pool: a third 0, the rest spread over (0, 0.25]. */
export function spreadWeights(prompts: number): Float32Array {
  const weights = new Float32Array(prompts);
  for (let i = 0; i < prompts; i++) { // a cheap spread: 10⁸ keyed numbers would take longer than the bench
    if (i % 3 !== 0) weights[i] = (Math.imul(i, 0x9e3779b1) >>> 0) / 2 ** 34;
  }
  return weights;
}

/** A sampler that has taken over such weights. */
function weightedSampler(prompts: number, mixtureRatio: number): Sampler {
  const levels = () => new Int32Array(prompts);
  const pool = { prompts, batchSize: BATCH, steps: 1000, seed: 1, levels };
  const sampler = createSampler(vas({ mixtureRatio }), pool);
  if (sampler.scoringRollouts > 0) {
    const weight = spreadWeights(prompts);
    const same = { passRate: weight, ovs: weight, tds: weight, vps: weight, scoredAt: weight };
    sampler.refresh({ ...same, weight });
  }
  return sampler;
}

/** Responses to one prompt that repeat phrases of a common stock between words of a skewed distribution. */
export function responsesLike(random: RandomSource): Int32Array[] {
  const word = () => Math.floor(VOCABULARY * random.next() ** 3);
  const phrases = Array.from(
    { length: 40 },
    () => Array.from({ length: 4 + random.integer(10) }, word),
  );
  return Array.from({ length: GROUP }, () => {
    const tokens: number[] = [];
    while (tokens.length < TOKENS) {
      tokens.push(...random.next() < 0.6 ? random.pick(phrases) : [word()]);
    }
    return Int32Array.from(tokens.slice(0, TOKENS));
  });
}

function* drawCases(): Generator<BenchResult> {
  const random = randomSource(1, "bench", "draw");
  for (const [prompts, label] of [[15_000, "15,000"], [1e8, "10⁸"]] as const) {
    for (const mixtureRatio of prompts === 1e8 ? [1] : [0, 0.5, 1]) {
      const name = `${BATCH} of ${label} prompts, λ = ${mixtureRatio}`;
      const sampler = weightedSampler(prompts, mixtureRatio);
      const ms = milliseconds((step) => sampler.draw(step + 1, random.at(step), BATCH));
      yield { group: "draw", name, value: ms, unit: "ms", target: 1 };
      yield { group: "draw", name, value: 1000 * BATCH / ms, unit: "draws/s" };
    }
  }
  const draw = new WeightedDraw(new Float32Array(15_000).fill(0.1));
  const ms = milliseconds((call) => draw.set(call * 7919 % 15_000, (call % 256) / 1024));
  yield { group: "draw", name: "one weight of 15,000 changed", value: ms * 1000, unit: "µs" };
}

/** The group of a prompt whose pass rate is any of 0/8 … 8/8. */
function groupOf(prompt: number): GroupOutcome {
  const right = (Math.imul(prompt, 0x9e3779b1) >>> 0) % 9;
  const accuracy = Float32Array.from({ length: 8 }, (_, i) => Number(i < right));
  return { prompt, accuracy, reward: accuracy, tds: 0, trained: true };
}

/** A sampler for 15,000 prompts that has scored what it wants to and seen a group of each. */
function seasoned(config: SamplerConfig): Sampler {
  const prompts = 15_000;
  const levels = () => Int32Array.from({ length: prompts }, (_, i) => 1 + i % 5);
  const sampler = createSampler(config, { prompts, batchSize: BATCH, steps: 1e9, seed: 1, levels });
  const asked = sampler.promptsToScore(0, "beforeDraw", randomSource(1, "bench", "candidates"));
  if (asked.length > 0) {
    const passRate = Float32Array.from(
      asked,
      (prompt) => groupOf(prompt).accuracy.filter(Boolean).length / 8,
    );
    sampler.refresh(sampler.score(0, asked, passRate, new Float32Array(asked.length)));
  }
  sampler.observe(1, Array.from({ length: prompts }, (_, prompt) => groupOf(prompt)));
  return sampler;
}

/**
 * A step of each: a draw, and a draw with its groups told after it. Above 1 ms, for what they do: MoPPS draws two gamma
 * variates for each of 16·512 candidates; replay weighs every prompt by its staleness, which no two steps share, and
 * ranks all scores anew after they changed; AdaRFT measures every distance to a target that moves.
 */
function* rivalCases(): Generator<BenchResult> {
  const random = randomSource(1, "bench", "rivals");
  const free = vas({ scoresFrom: "training" });
  const configs = [free, learnability(), mopps(), greso(), replay(), adaRft(), easyToHard()];
  for (const config of configs) {
    const sampler = seasoned(config);
    const draw = (step: number) => sampler.draw(step + 2, random.at(step), BATCH);
    const groups = [...draw(0)].map(groupOf);
    const name = `${config.kind}, ${BATCH} of 15,000 prompts`;
    const drawn = milliseconds(draw);
    yield { group: "draw", name, value: drawn, unit: "ms", target: 1 };
    const step = milliseconds((step) => {
      draw(step);
      sampler.observe(step + 2, groups);
    });
    yield { group: "draw and observe", name, value: step, unit: "ms" };
  }
}

function* diversityCases(): Generator<BenchResult> {
  const random = randomSource(1, "bench", "responses");
  const groups = Array.from({ length: 32 }, (_, prompt) => responsesLike(random.at(prompt)));
  for (const measure of ["inverseSelfBleu", "distinct3", "editDistance"] as const) {
    const ms = milliseconds((call) => trajectoryDiversity(groups[call % groups.length]!, measure));
    const name = `TDS by ${measure}, ${GROUP} rollouts of ${TOKENS} tokens`;
    yield { group: "scoring", name, value: 1000 / ms, unit: "prompts/s" };
    yield { group: "scoring", name, value: 1000 * GROUP * TOKENS / ms, unit: "tokens/s" };
  }
}

/** Drawing a batch, small pools and large, and trajectory diversity. Needs 1 GB for the pool of 10⁸ prompts. */
export function* samplerBenchCases(): Generator<BenchResult> {
  yield* drawCases();
  yield* rivalCases();
  yield* diversityCases();
}
