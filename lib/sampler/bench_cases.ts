/** Throughput of drawing and of scoring diversity. */
import type { BenchResult } from "../core/bench.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { trajectoryDiversity } from "./diversity.ts";
import { createSampler, type Sampler } from "./sampler.ts";
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

/** A sampler that has taken over weights like those of a pool: a third 0, the rest spread over (0, 0.25]. */
function weightedSampler(prompts: number, mixtureRatio: number): Sampler {
  const levels = () => new Int32Array(prompts);
  const pool = { prompts, batchSize: BATCH, steps: 1000, seed: 1, levels };
  const sampler = createSampler(vas({ mixtureRatio }), pool);
  if (sampler.scoringRollouts > 0) {
    const weight = new Float32Array(prompts);
    for (let i = 0; i < prompts; i++) { // a cheap spread: 10⁸ keyed numbers would take longer than the bench
      if (i % 3 !== 0) weight[i] = (Math.imul(i, 0x9e3779b1) >>> 0) / 2 ** 34;
    }
    const same = { passRate: weight, ovs: weight, tds: weight, vps: weight, scoredAt: weight };
    sampler.refresh({ ...same, weight });
  }
  return sampler;
}

/** Responses to one prompt that repeat phrases of a common stock between words of a skewed distribution. */
function responsesLike(random: RandomSource): Int32Array[] {
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
  yield* diversityCases();
}
