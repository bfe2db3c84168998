import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import { random } from "./random.ts";
import type { RefreshPhase, Sampler } from "./sampler.ts";
import { BATCH, create, group, playStep, PROMPTS, shares, stream } from "./testdata/harness.ts";
import { vas, weightedPrompts } from "./vas.ts";

/** Takes over scores whose VPS is `vps`. */
function scoreBy(sampler: Sampler, vps: readonly number[]): void {
  const values = Float32Array.from(vps), zeros = new Float32Array(vps.length);
  const rest = { scoredAt: zeros, passRate: zeros, ovs: zeros, tds: values };
  sampler.refresh({ ...rest, vps: values, weight: values });
}

/** Batches of seed 7, with weights 0, ¼, ½, ¾, 0, … */
const GOLDEN = {
  paper: [1, 31, 36, 0, 5, 27, 25, 23, 3, 26],
  mmr1: [
    [18, 21, 1, 9, 13, 6, 15, 1, 15, 12],
    [15, 11, 6, 5, 10, 14, 7, 19, 7, 3],
    [17, 16, 19, 10, 13, 18, 3, 13, 3, 7],
    [17, 2, 11, 17, 22, 15, 14, 22, 10, 20],
    [7, 21, 14, 9, 19, 6, 15, 1, 7, 12],
  ],
};

const everyPrompt = (prompts: number) => Int32Array.from({ length: prompts }, (_, i) => i);

/** Scores the whole pool with pass rates, and a TDS of 0 unless given. */
const score = (sampler: Sampler, step: number, passRate: readonly number[], tds?: number[]) =>
  sampler.score(
    step,
    everyPrompt(passRate.length),
    Float32Array.from(passRate),
    Float32Array.from(tds ?? passRate.map(() => 0)),
  );

const drawBatches = (sampler: Sampler, prompts: number, steps: number) =>
  shares(prompts, steps, (step) => sampler.draw(step, stream(step), BATCH));

/** Every share within 4 standard errors of its probability. */
function checkShares(got: ArrayLike<number>, expected: readonly number[], draws: number): void {
  expected.forEach((p, i) => {
    const bound = 4 * Math.sqrt(p * (1 - p) / draws);
    ok(Math.abs(got[i]! - p) <= bound, `${i}: expected ${p} ± ${bound}, got ${got[i]}`);
  });
}

Deno.test("weightedPrompts() is ⌊λB⌋: the paper's 102, 256, 409, 512 of 512", () => {
  deepEqual([0, 0.2, 0.5, 0.8, 1].map((ratio) => weightedPrompts(ratio, 512)), [
    0,
    102,
    256,
    409,
    512,
  ]);
  equal(weightedPrompts(0.5, 7), 3);
  equal(weightedPrompts(0.25, 10), 2);
  equal(weightedPrompts(0.2, 5), 1);
});

Deno.test("weightedPrompts() floors what was meant, not what binary fractions make of it", () => {
  equal(weightedPrompts(0.7, 10), 7);
  equal(weightedPrompts(0.29, 100), 29); // 28.999999999999996
  equal(weightedPrompts(1 - 0.8, 5), 1); // the same setting as 0.2, also in a run's identity
  for (let hundredths = 0; hundredths <= 100; hundredths++) {
    for (const batchSize of [7, 10, 64, 512, 2048]) {
      equal(
        weightedPrompts(hundredths / 100, batchSize),
        Math.floor(hundredths * batchSize / 100),
      );
    }
  }
});

Deno.test("random() draws uniformly and with replacement", () => {
  const steps = 2000, sampler = create(random());
  checkShares(
    drawBatches(sampler, PROMPTS, steps),
    Array(PROMPTS).fill(1 / PROMPTS),
    steps * BATCH,
  );
  const batch = create(random(), { prompts: 3 }).draw(1, stream(1), BATCH);
  ok(new Set(batch).size < batch.length);
});

Deno.test("vas() draws for a seed what it always drew", () => {
  // What Algorithm 1 draws must not change: it is what stored runs were made of.
  const sampler = create(vas({ mixtureRatio: 0.5 }));
  scoreBy(sampler, Array.from({ length: PROMPTS }, (_, i) => i % 4 / 4));
  deepEqual([...sampler.draw(1, stream(1), BATCH)], GOLDEN.paper);
  const mmr1 = create(vas({ variant: "mmr1" }), { prompts: 23 });
  scoreBy(mmr1, Array.from({ length: 23 }, (_, i) => i % 4 / 4));
  const batches = [1, 2, 3, 4, 5].map((step) => [...mmr1.draw(step, stream(step), BATCH)]);
  deepEqual(batches, GOLDEN.mmr1);
});

Deno.test("vas() with λ = 0 draws what random() draws and never asks for scores", () => {
  const uniform = create(random()), unweighted = create(vas({ mixtureRatio: 0 }));
  for (let step = 1; step <= 20; step++) {
    deepEqual(unweighted.draw(step, stream(step), BATCH), uniform.draw(step, stream(step), BATCH));
  }
  for (const sampler of [uniform, unweighted, create(vas({ mixtureRatio: 0, variant: "mmr1" }))]) {
    equal(sampler.scoringRollouts, 0);
    equal(sampler.diversity, null);
    for (const steps of [0, 14, 28]) {
      for (const phase of ["beforeDraw", "afterUpdate"] as const) {
        equal(sampler.promptsToScore(steps, phase, stream(steps)).length, 0);
      }
    }
  }
});

Deno.test("vas() shares its uniform prompts with random() at every λ", () => {
  // All weight on one prompt: what is left of the shuffled batch is the uniform part.
  const sampler = create(vas({ mixtureRatio: 0.5 }));
  const favourite = 7;
  scoreBy(sampler, Array.from({ length: PROMPTS }, (_, i) => Number(i === favourite)));
  const batch = [...sampler.draw(3, stream(3), BATCH)].sort((a, b) => a - b);
  const uniform = [...create(random()).draw(3, stream(3), BATCH).subarray(0, 5)];
  deepEqual(batch, [...uniform, ...Array(5).fill(favourite)].sort((a, b) => a - b));
});

Deno.test("vas() with λ = 1 draws in proportion to the scores, and nothing of score 0", () => {
  const weights = [0, 0.25, 0.1, 0.65, 0], steps = 2000;
  const sampler = create(vas({ mixtureRatio: 1 }), { prompts: 5 });
  scoreBy(sampler, weights);
  checkShares(drawBatches(sampler, 5, steps), weights, steps * BATCH);
});

Deno.test("vas() mixes both parts as λ says", () => {
  const steps = 2000, sampler = create(vas({ mixtureRatio: 0.3 }), { prompts: 4 });
  scoreBy(sampler, [1, 0, 0, 0]);
  const share = drawBatches(sampler, 4, steps);
  // Three of ten are the first prompt for sure; of seven uniform draws a quarter is. So only those seven vary.
  const bound = 4 * Math.sqrt(0.25 * 0.75 / (7 * steps));
  ok(Math.abs(share[0]! - (0.3 + 0.7 / 4)) <= 0.7 * bound);
});

Deno.test("vas() with λ = 1 is uniform where all scores are equal, or all 0", () => {
  for (const [variant, passRate] of [["paper", 0.2], ["paper", 0], ["mmr1", 0.2]] as const) {
    const steps = 2000, sampler = create(vas({ mixtureRatio: 1, variant }));
    // A pass rate of 0 or 1 everywhere gives OVS 0 everywhere; min-max takes any equal scores to 0.
    sampler.refresh(score(sampler, 0, Array(PROMPTS).fill(passRate)));
    checkShares(
      drawBatches(sampler, PROMPTS, steps),
      Array(PROMPTS).fill(1 / PROMPTS),
      steps * BATCH,
    );
  }
});

/** Finished steps at which the whole pool is to be scored. */
const refreshSteps = (sampler: Sampler, phase: RefreshPhase) =>
  [...Array(13).keys()].filter((finished) => {
    const { length } = sampler.promptsToScore(finished, phase, stream(finished));
    ok(length === 0 || length === PROMPTS);
    return length > 0;
  });

Deno.test("vas() scores the pool before the draw every T_update steps, the first included", () => {
  const sampler = create(vas({ refreshInterval: 4 }));
  deepEqual(refreshSteps(sampler, "beforeDraw"), [0, 4, 8, 12]);
  deepEqual(refreshSteps(sampler, "afterUpdate"), []);
});

Deno.test("vas() as the public code scores once before training, then after updates", () => {
  const sampler = create(vas({ variant: "mmr1" }));
  deepEqual(refreshSteps(sampler, "beforeDraw"), [0]);
  deepEqual(refreshSteps(sampler, "afterUpdate"), [4, 8, 12]);
});

Deno.test("vas() scores by OVS and TDS", () => {
  const sampler = create(vas({ weights: { ovs: 0.8, tds: 0.2 } }), { prompts: 3 });
  scoreBy(sampler, [1, 2, 3]);
  const scores = score(sampler, 5, [0, 0.5, 1], [0, 0.5, 1]);
  deepEqual(scores.ovs, Float32Array.of(0, 0.25, 0));
  deepEqual(scores.vps, Float32Array.of(0, 0.3, 0.2));
  deepEqual(scores.weight, scores.vps);
  deepEqual(scores.scoredAt, Float32Array.of(5, 5, 5));
});

Deno.test("vas() normalises first, then mixes old weights in by the momentum", () => {
  const sampler = create(vas({ variant: "mmr1", momentum: 0.75 }), { prompts: 3 });
  const first = score(sampler, 0, [0, 0.5, 0.25]);
  ok(Math.abs(first.weight[2]! - 0.75) < 1e-6); // no old weights: the new ones
  sampler.refresh(first);
  const second = score(sampler, 4, [0.5, 0, 0]);
  [0.25, 0.75, 0.5625].forEach((weight, i) => ok(Math.abs(second.weight[i]! - weight) < 1e-6));
});

Deno.test("vas() as the public code walks one permutation and starts over, skipping the rest", () => {
  const config = vas({ variant: "mmr1", mixtureRatio: 0 });
  const sampler = create(config, { prompts: 23 });
  const [a, b, c, d] = [1, 2, 3, 4].map((step) => sampler.draw(step, stream(step), BATCH));
  equal(new Set([...a!, ...b!]).size, 20); // no prompt twice within a pass
  deepEqual([c, d], [a, b]); // three prompts are left: too few for a third batch
  const other = create(config, { prompts: 23, seed: 8 });
  notDeepEqual(other.draw(1, stream(1), BATCH), a);
});

Deno.test("vas() as the public code walks on where a step draws again after filtering", () => {
  const sampler = create(vas({ variant: "mmr1", mixtureRatio: 0 }), { prompts: 23 });
  const drawn = [10, 10, 3].flatMap((count, round) => [
    ...sampler.draw(1, stream(1, round), count),
  ]);
  equal(new Set(drawn).size, 23);
});

Deno.test("vas() as the public code alternates weighted and uniform prompts", () => {
  const sampler = create(vas({ variant: "mmr1", mixtureRatio: 0.3 }), { prompts: 23 });
  scoreBy(sampler, Array.from({ length: 23 }, (_, i) => Number(i === 5)));
  const batch = sampler.draw(1, stream(1), BATCH);
  deepEqual([batch[0], batch[2], batch[4]], [5, 5, 5]);
  const uniform = [batch[1], batch[3], ...batch.subarray(5)];
  equal(new Set(uniform).size, 7);
});

Deno.test("vas() refreshes ⌈share·pool⌉ prompts, but all of them first", () => {
  const sampler = create(vas({ refreshInterval: 4, refreshShare: 0.31 }));
  equal(sampler.promptsToScore(0, "beforeDraw", stream(0)).length, PROMPTS);
  playStep(sampler, 1);
  const some = (
    finished: number,
  ) => [...sampler.promptsToScore(finished, "beforeDraw", stream(finished))];
  equal(some(4).length, 13); // ⌈12.4⌉
  equal(some(5).length, 0);
  notDeepEqual(some(4), some(8));
  deepEqual(some(4), some(4).toSorted((a, b) => a - b));
  const tenth = create(vas({ refreshInterval: 1, refreshShare: 0.1 }), { prompts: 30 });
  playStep(tenth, 1);
  equal(tenth.promptsToScore(1, "beforeDraw", stream(1)).length, 3); // 0.1·30 is 3, not ⌈3.0000000000000004⌉
});

Deno.test("vas() refreshing a share keeps the scores of the others, and says how old they are", () => {
  const sampler = create(vas({ weights: { ovs: 1, tds: 0 }, refreshShare: 0.5 }), { prompts: 4 });
  sampler.refresh(score(sampler, 0, [0.5, 0.5, 0.25, 0]));
  const scores = sampler.score(
    14,
    Int32Array.of(1, 3),
    Float32Array.of(1, 0.5),
    new Float32Array(2),
  );
  deepEqual([...scores.weight], [0.25, 0, 0.1875, 0.25]);
  deepEqual([...scores.passRate], [0.5, 1, 0.25, 0.5]);
  deepEqual([...scores.scoredAt], [0, 14, 0, 14]);
});

Deno.test("vas() refreshes the oldest scores first: every prompt once before any twice", () => {
  const config = vas({ refreshInterval: 1, refreshShare: 0.25, refreshOrder: "oldest" });
  const sampler = create(config), times = new Int32Array(PROMPTS);
  for (let step = 0; step <= 8; step++) {
    const prompts = sampler.promptsToScore(step, "beforeDraw", stream(step));
    const rates = new Float32Array(prompts.length).fill(0.5);
    sampler.refresh(sampler.score(step, prompts, rates, rates));
    for (const prompt of prompts) times[prompt]!++;
    if (step % 4 === 0) deepEqual([...new Set(times)], [1 + step / 4]);
  }
});

Deno.test("vas() refreshes the least certain pass rates first: near ½, and from fewer rollouts", () => {
  const config = vas({ refreshShare: 0.5, refreshOrder: "mostUncertain", scoresFrom: "both" });
  const sampler = create(config, { prompts: 4 });
  const next = (finished: number) => [...sampler.promptsToScore(finished, "beforeDraw", stream(0))];
  sampler.refresh(score(sampler, 0, [0, 0.5, 1, 0.375]));
  deepEqual(next(14), [1, 3]);
  // 16 rollouts at ½ say more than 8 at 0.375 and less than 8 at 0: Var Beta(9, 9) = .0132 > Var Beta(1, 9) = .0082.
  sampler.observe(1, [group(1, 4), group(1, 4)]);
  deepEqual(next(14), [1, 3]);
  sampler.observe(2, [group(1, 32, 64)]); // Var Beta(33, 33) = .0037
  const [other, uncertain] = next(14);
  equal(uncertain, 3);
  ok(other === 0 || other === 2);
  // Scored anew by 8 rollouts, it is as uncertain as that again.
  sampler.refresh(score(sampler, 2, [0, 0.5, 1, 0.375]));
  deepEqual(next(28), [1, 3]);
});

Deno.test("vas() with scores from training never scores, and starts out uniform", () => {
  for (const variant of ["paper", "mmr1"] as const) {
    const steps = 2000;
    const sampler = create(vas({ mixtureRatio: 1, scoresFrom: "training", variant }));
    equal(sampler.scoringRollouts, 0);
    ok(sampler.diversity !== null);
    checkShares(
      drawBatches(sampler, PROMPTS, steps),
      Array(PROMPTS).fill(1 / PROMPTS),
      steps * BATCH,
    );
  }
});

Deno.test("vas() with scores from training takes unseen prompts for ones of pass rate ½", () => {
  const steps = 2000,
    config = vas({
      mixtureRatio: 1,
      scoresFrom: "training",
      weights: { ovs: 1, tds: 0.5 },
    });
  const sampler = create(config, { prompts: 4 });
  sampler.draw(1, stream(1), BATCH);
  // OVS 0 and TDS 0; OVS 3/16 and TDS ¼ from two groups of which one was left out; two prompts not seen: OVS ¼.
  sampler.observe(1, [
    group(0, 8),
    group(1, 4, 8, { tds: 0.5 }),
    group(1, 0, 8, { trained: false }),
  ]);
  const weights = [0, 0.1875 + 0.125, 0.25, 0.25], total = 0.8125;
  checkShares(
    drawBatches(sampler, 4, steps),
    weights.map((weight) => weight / total),
    steps * BATCH,
  );
  const { arrays } = sampler.state();
  deepEqual([...arrays.scoredAt!], [0, 0, NaN, NaN]); // by the policy before the first update
  deepEqual([...arrays.rollouts!], [8, 16, 0, 0]);
});

Deno.test("vas() with scores from both goes by the latest, whichever it was", () => {
  const config = vas({ scoresFrom: "both", weights: { ovs: 1, tds: 0 } });
  const sampler = create(config, { prompts: 3 });
  sampler.refresh(score(sampler, 0, [0.5, 0.5, 0.5]));
  sampler.observe(1, [group(0, 0), group(1, 2)]);
  deepEqual([...sampler.state().arrays.weights!], [0, 0.1875, 0.25]);
  sampler.refresh(score(sampler, 14, [0.5, 0, 0.25]));
  deepEqual([...sampler.state().arrays.weights!], [0.25, 0, 0.1875]);
});

Deno.test("vas() with scores from refreshes learns nothing from training", () => {
  const sampler = create(vas());
  scoreBy(sampler, Array(PROMPTS).fill(0.1));
  const before = sampler.state();
  sampler.observe(1, [group(0, 8), group(1, 0)]);
  deepEqual(sampler.state(), before);
});

Deno.test("vas() refuses scores that are not numbers in range, and says whose", () => {
  const sampler = create(vas(), { prompts: 2 });
  const scored = (passRate: number, tds: number) => () =>
    score(sampler, 0, [0, passRate], [0, tds]);
  throws(scored(NaN, 0), {
    name: "RangeError",
    message: "passRate of prompt 1: expected a number in [0, 1], got NaN",
  });
  throws(scored(1.5, 0), /passRate of prompt 1: .* got 1.5/);
  throws(scored(0, -1), /tds of prompt 1: expected a finite number ≥ 0, got -1/);
  throws(scored(0, Infinity), /tds of prompt 1/);
  throws(() => score(sampler, 0, [0, 0], [0, 0, 0]), /tds: expected 2 prompts, got 3/);
  throws(() => scoreBy(sampler, [0, NaN]), /weight of prompt 1/);
});
