import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { random } from "./random.ts";
import { createSampler, type Sampler } from "./sampler.ts";
import { vas, type VasConfig, weightedPrompts } from "./vas.ts";

fc.configureGlobal({ seed: 1 });

const PROMPTS = 40, BATCH = 10;
const create = (config: VasConfig | ReturnType<typeof random>, pool = {}) =>
  createSampler(config, { prompts: PROMPTS, batchSize: BATCH, seed: 7, ...pool });
const stream = (step: number) => randomSource(7, "draw", step);

/** Takes over scores whose VPS is `vps`. */
function scoreBy(sampler: Sampler, vps: readonly number[]): void {
  const values = Float32Array.from(vps), zeros = new Float32Array(vps.length);
  sampler.refresh({ passRate: zeros, ovs: zeros, tds: values, vps: values, weight: values });
}

/** Shares of the prompts over many batches. */
function shares(sampler: Sampler, prompts: number, steps: number): Float64Array {
  const counts = new Float64Array(prompts);
  let draws = 0;
  for (let step = 1; step <= steps; step++) {
    for (const index of sampler.draw(step, stream(step))) {
      counts[index]!++;
      draws++;
    }
  }
  return counts.map((count) => count / draws);
}

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

Deno.test("createSampler() draws batchSize indices of the pool, for every λ and pool", () => {
  fc.assert(fc.property(
    fc.record({
      ratio: fc.oneof(
        fc.constantFrom(0, 0.2, 0.25, 0.5, 0.8, 1),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      batchSize: fc.oneof(fc.constantFrom(7, 10, 512), fc.integer({ min: 1, max: 40 })),
      prompts: fc.integer({ min: 1, max: 60 }),
      variant: fc.constantFrom("paper", "mmr1"),
      step: fc.integer({ min: 1, max: 100 }),
    }),
    ({ ratio, batchSize, prompts, variant, step }) => {
      const sampler = create(vas({ mixtureRatio: ratio, variant }), { batchSize, prompts });
      scoreBy(sampler, Array.from({ length: prompts }, (_, i) => i % 3));
      const batch = sampler.draw(step, stream(step));
      equal(batch.length, batchSize);
      ok(batch.every((index) => index >= 0 && index < prompts));
    },
  ));
});

Deno.test("random() draws uniformly and with replacement", () => {
  const steps = 2000;
  checkShares(
    shares(create(random()), PROMPTS, steps),
    Array(PROMPTS).fill(1 / PROMPTS),
    steps * BATCH,
  );
  const batch = create(random(), { prompts: 3 }).draw(1, stream(1));
  ok(new Set(batch).size < batch.length);
});

Deno.test("vas() with λ = 0 draws what random() draws and never asks for scores", () => {
  const uniform = create(random()), unweighted = create(vas({ mixtureRatio: 0 }));
  for (let step = 1; step <= 20; step++) {
    deepEqual(unweighted.draw(step, stream(step)), uniform.draw(step, stream(step)));
  }
  for (const sampler of [uniform, unweighted, create(vas({ mixtureRatio: 0, variant: "mmr1" }))]) {
    equal(sampler.scoringRollouts, 0);
    equal(sampler.diversity, null);
    for (const steps of [0, 14, 28]) {
      ok(!sampler.needsRefresh(steps, "beforeDraw") && !sampler.needsRefresh(steps, "afterUpdate"));
    }
  }
});

Deno.test("vas() shares its uniform prompts with random() at every λ", () => {
  // All weight on one prompt: what is left of the shuffled batch is the uniform part.
  const sampler = create(vas({ mixtureRatio: 0.5 }));
  const favourite = 7;
  scoreBy(sampler, Array.from({ length: PROMPTS }, (_, i) => Number(i === favourite)));
  const batch = [...sampler.draw(3, stream(3))].sort((a, b) => a - b);
  const uniform = [...create(random()).draw(3, stream(3)).subarray(0, 5)];
  deepEqual(batch, [...uniform, ...Array(5).fill(favourite)].sort((a, b) => a - b));
});

Deno.test("vas() with λ = 1 draws in proportion to the scores, and nothing of score 0", () => {
  const weights = [0, 0.25, 0.1, 0.65, 0], steps = 2000;
  const sampler = create(vas({ mixtureRatio: 1 }), { prompts: 5 });
  scoreBy(sampler, weights);
  checkShares(shares(sampler, 5, steps), weights, steps * BATCH);
});

Deno.test("vas() mixes both parts as λ says", () => {
  const steps = 2000, sampler = create(vas({ mixtureRatio: 0.3 }), { prompts: 4 });
  scoreBy(sampler, [1, 0, 0, 0]);
  const share = shares(sampler, 4, steps);
  // Three of ten are the first prompt for sure; of seven uniform draws a quarter is. So only those seven vary.
  const bound = 4 * Math.sqrt(0.25 * 0.75 / (7 * steps));
  ok(Math.abs(share[0]! - (0.3 + 0.7 / 4)) <= 0.7 * bound);
});

Deno.test("vas() with λ = 1 is uniform where all scores are equal, or all 0", () => {
  for (const [variant, score] of [["paper", 0.2], ["paper", 0], ["mmr1", 0.2]] as const) {
    const steps = 2000, sampler = create(vas({ mixtureRatio: 1, variant }));
    // A pass rate of 0 or 1 everywhere gives OVS 0 everywhere; min-max takes any equal scores to 0.
    const passRate = new Float32Array(PROMPTS).fill(score);
    sampler.refresh(sampler.score(passRate, new Float32Array(PROMPTS)));
    checkShares(shares(sampler, PROMPTS, steps), Array(PROMPTS).fill(1 / PROMPTS), steps * BATCH);
  }
});

Deno.test("vas() refreshes before the draw every T_update steps, the first included", () => {
  const sampler = create(vas({ refreshInterval: 4 }));
  const steps = (phase: "beforeDraw" | "afterUpdate") =>
    [...Array(13).keys()].filter((finished) => sampler.needsRefresh(finished, phase));
  deepEqual(steps("beforeDraw"), [0, 4, 8, 12]);
  deepEqual(steps("afterUpdate"), []);
});

Deno.test("vas() as the public code scores once before training, then after updates", () => {
  const sampler = create(vas({ variant: "mmr1" }));
  const steps = (phase: "beforeDraw" | "afterUpdate") =>
    [...Array(13).keys()].filter((finished) => sampler.needsRefresh(finished, phase));
  deepEqual(steps("beforeDraw"), [0]);
  deepEqual(steps("afterUpdate"), [4, 8, 12]);
});

Deno.test("vas() scores by OVS and TDS without changing what it draws", () => {
  const sampler = create(vas({ weights: { ovs: 0.8, tds: 0.2 } }), { prompts: 3 });
  scoreBy(sampler, [1, 2, 3]);
  const before = sampler.state();
  const scores = sampler.score(Float32Array.of(0, 0.5, 1), Float32Array.of(0, 0.5, 1));
  deepEqual(scores.ovs, Float32Array.of(0, 0.25, 0));
  deepEqual(scores.vps, Float32Array.of(0, 0.3, 0.2));
  deepEqual(scores.weight, scores.vps);
  deepEqual(sampler.state(), before);
});

Deno.test("vas() normalises first, then mixes old weights in by the momentum", () => {
  const config = vas({ variant: "mmr1", momentum: 0.75 });
  const sampler = create(config, { prompts: 3 }), tds = new Float32Array(3);
  const first = sampler.score(Float32Array.of(0, 0.5, 0.25), tds);
  ok(Math.abs(first.weight[2]! - 0.75) < 1e-6); // no old weights: the new ones
  sampler.refresh(first);
  const second = sampler.score(Float32Array.of(0.5, 0, 0), tds);
  [0.25, 0.75, 0.5625].forEach((weight, i) => ok(Math.abs(second.weight[i]! - weight) < 1e-6));
});

Deno.test("vas() as the public code walks one permutation and starts over, skipping the rest", () => {
  const sampler = create(vas({ variant: "mmr1", mixtureRatio: 0 }), { prompts: 23 });
  const [a, b, c, d] = [1, 2, 3, 4].map((step) => sampler.draw(step, stream(step)));
  equal(new Set([...a!, ...b!]).size, 20); // no prompt twice within a pass
  deepEqual([c, d], [a, b]); // three prompts are left: too few for a third batch
  const other = create(vas({ variant: "mmr1", mixtureRatio: 0 }), { prompts: 23, seed: 8 });
  notDeepEqual(other.draw(1, stream(1)), a);
});

Deno.test("vas() as the public code alternates weighted and uniform prompts", () => {
  const sampler = create(vas({ variant: "mmr1", mixtureRatio: 0.3 }), { prompts: 23 });
  scoreBy(sampler, Array.from({ length: 23 }, (_, i) => Number(i === 5)));
  const batch = sampler.draw(1, stream(1));
  deepEqual([batch[0], batch[2], batch[4]], [5, 5, 5]);
  const uniform = [batch[1], batch[3], ...batch.subarray(5)];
  equal(new Set(uniform).size, 7);
});

Deno.test("createSampler() restored draws the same batches to the bit, whatever came before", () => {
  for (const config of [random(), vas(), vas({ variant: "mmr1", momentum: 0.5 })]) {
    const whole = create(config), batches: Int32Array[] = [];
    const run = (sampler: Sampler, from: number, to: number) => {
      for (let step = from; step <= to; step++) {
        if (sampler.scoringRollouts > 0 && step % 3 === 1) {
          const source = randomSource(5, "pass rates", step);
          const rates = source.uniforms(PROMPTS);
          sampler.refresh(sampler.score(rates, source.uniforms(PROMPTS)));
        }
        batches.push(sampler.draw(step, stream(step)));
      }
      return batches.splice(0);
    };
    const uninterrupted = run(whole, 1, 10);
    const first = create(config);
    run(first, 1, 5);
    const saved = first.state();
    run(first, 6, 9); // what happens after saving is no part of what was saved
    const second = create(config);
    second.restore(saved);
    deepEqual(run(second, 6, 10), uninterrupted.slice(5), JSON.stringify(config));
    deepEqual(second.state(), whole.state());
  }
});

Deno.test("vas() refuses scores that are not numbers in range, and says whose", () => {
  const sampler = create(vas(), { prompts: 2 }), zeros = new Float32Array(2);
  const score = (passRate: number, tds: number) =>
    sampler.score(Float32Array.of(0, passRate), Float32Array.of(0, tds));
  throws(() => score(NaN, 0), {
    name: "RangeError",
    message: "passRate of prompt 1: expected a number in [0, 1], got NaN",
  });
  throws(() => score(1.5, 0), /passRate of prompt 1: .* got 1.5/);
  throws(() => score(0, -1), /tds of prompt 1: expected a finite number ≥ 0, got -1/);
  throws(() => score(0, Infinity), /tds of prompt 1/);
  throws(() => sampler.score(zeros, new Float32Array(3)), /tds: expected 2 prompts, got 3/);
  throws(() => scoreBy(sampler, [0, NaN]), /weight of prompt 1/);
});

Deno.test("vas() refuses to draw unscored, and a state of another pool", () => {
  throws(() => create(vas()).draw(1, stream(1)), /before the pool was scored/);
  const sampler = create(vas());
  scoreBy(sampler, Array(PROMPTS).fill(1));
  throws(() => create(vas(), { prompts: 41 }).restore(sampler.state()), {
    name: "StoreError",
    message: "sampler weights: expected 41 prompts, got 40",
  });
});
