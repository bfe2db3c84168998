/** Samplers at work without a model: pools, outcomes and scores made up from keyed random numbers. */
import { type RandomSource, randomSource } from "../../core/random.ts";
import {
  createSampler,
  type GroupOutcome,
  type Pool,
  type Sampler,
  type SamplerConfig,
} from "../sampler.ts";

/** Prompts in the pool, and per batch. */
export const PROMPTS = 40, BATCH = 10;

/** A sampler for a small pool of three levels, which may differ from it in some things. */
export function create(config: SamplerConfig, pool: Partial<Pool> = {}): Sampler {
  const prompts = pool.prompts ?? PROMPTS;
  return createSampler(config, {
    prompts,
    batchSize: BATCH,
    steps: 20,
    seed: 7,
    levels: () => Int32Array.from({ length: prompts }, (_, i) => 1 + i % 3),
    ...pool,
  });
}

/** The source of a step's draw. */
export function stream(step: number, ...place: number[]): RandomSource {
  return randomSource(7, "draw", step, ...place);
}

/** A group of which `right` of `rollouts` are right, with that as its reward. */
export function group(
  prompt: number,
  right: number,
  rollouts = 8,
  { trained = true, tds = 0 } = {},
): GroupOutcome {
  const accuracy = Float32Array.from({ length: rollouts }, (_, i) => Number(i < right));
  return { prompt, accuracy, reward: accuracy, tds, trained };
}

/** What `sampler` wants scored at this point, scored at random and taken over. */
export function scoreAtRandom(
  sampler: Sampler,
  finishedSteps: number,
  phase: "beforeDraw" | "afterUpdate",
): void {
  const source = randomSource(5, "scores", finishedSteps);
  const prompts = sampler.promptsToScore(finishedSteps, phase, source.at("share"));
  if (prompts.length === 0) return;
  const rates = source.at("rates").uniforms(prompts.length).map((rate) => Math.round(8 * rate) / 8);
  const tds = source.at("tds").uniforms(prompts.length);
  sampler.refresh(sampler.score(finishedSteps, prompts, rates, tds));
}

/**
 * One step as the engine makes it: score when it is time, draw, draw a few more as after filtering, tell what came of
 * it. Equal steps make equal things up.
 *
 * @returns all that was drawn
 */
export function playStep(sampler: Sampler, step: number, more = 3): number[] {
  scoreAtRandom(sampler, step - 1, "beforeDraw");
  const drawn = [
    ...sampler.draw(step, stream(step), BATCH),
    ...sampler.draw(step, stream(step, 1), more),
  ];
  const source = randomSource(6, "outcomes", step);
  sampler.observe(
    step,
    drawn.map((prompt, k) =>
      group(prompt, source.pick([0, 0, 2, 5, 8, 8]), 8, {
        trained: k >= more,
        tds: source.next(),
      })
    ),
  );
  scoreAtRandom(sampler, step, "afterUpdate");
  return drawn;
}

/** Shares of the prompts in what `draw` gives over `steps` steps. */
export function shares(prompts: number, steps: number, draw: (step: number) => Int32Array) {
  const counts = new Float64Array(prompts);
  let draws = 0;
  for (let step = 1; step <= steps; step++) {
    for (const index of draw(step)) {
      counts[index]!++;
      draws++;
    }
  }
  return counts.map((count) => count / draws);
}
