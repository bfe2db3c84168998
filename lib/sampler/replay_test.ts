import { deepEqual, equal, ok } from "node:assert/strict";
import { replay, replayWeights } from "./replay.ts";
import type { Sampler } from "./sampler.ts";
import { BATCH, create, group, shares, stream } from "./testdata/harness.ts";

const rounded = (values: Iterable<number>) => [...values].map((value) => Number(value.toFixed(4)));
const scoreOf = (sampler: Sampler, prompt: number) => sampler.state().arrays.score![prompt];

/** Groups of one prompt each, so that prompt i has `right[i]` of 8 right. */
const groups = (right: readonly number[]) => right.map((passes, prompt) => group(prompt, passes));

function checkShares(got: ArrayLike<number>, expected: readonly number[], draws: number): void {
  expected.forEach((p, i) => {
    const bound = 4 * Math.sqrt(p * (1 - p) / draws);
    ok(Math.abs(got[i]! - p) <= bound, `${i}: expected ${p} ± ${bound}, got ${got[i]}`);
  });
}

Deno.test("replayWeights() by rank are 1/rank^(1/T), equal scores sharing their ranks", () => {
  const config = replay({ temperature: 0.5 });
  const total = 1 + 1 / 4 + 1 / 9 + 1 / 16;
  deepEqual(
    rounded(replayWeights(Float32Array.of(0.1, 0.4, 0.2, 0.3), config)),
    rounded([1 / 16, 1, 1 / 9, 1 / 4].map((weight) => weight / total)),
  );
  const shared = (1 / 4 + 1 / 9) / 2;
  deepEqual(
    rounded(replayWeights(Float32Array.of(0.1, 0.4, 0.2, 0.2), config)),
    rounded([1 / 16, 1, shared, shared].map((weight) => weight / total)),
  );
  const [first] = replayWeights(Float32Array.from({ length: 50 }, (_, i) => 50 - i), replay());
  ok(Math.abs(first! - 0.999) < 1e-4); // the published temperature: nearly always the first
});

Deno.test("replayWeights() by power and softmax; uniform where all scores are 0", () => {
  const scores = Float32Array.of(0.25, 0, 0.5);
  const power = (options = {}) =>
    rounded(
      replayWeights(scores, replay({ prioritization: "power", temperature: 0.5, ...options })),
    );
  deepEqual(power(), [0.2, 0, 0.8]);
  const raised = [0.251 ** 2, 0.001 ** 2, 0.501 ** 2], sum = raised.reduce((a, b) => a + b);
  deepEqual(power({ stalenessShare: 0 }), rounded(raised.map((weight) => weight / sum)));
  const e = Math.exp, total = e(1) + 1 + e(2);
  deepEqual(
    rounded(replayWeights(scores, replay({ prioritization: "softmax", temperature: 0.25 }))),
    rounded([e(1) / total, 1 / total, e(2) / total]),
  );
  for (const prioritization of ["rank", "power", "softmax"] as const) {
    deepEqual(
      rounded(replayWeights(new Float32Array(4), replay({ prioritization }))),
      Array(4).fill(0.25),
    );
  }
});

Deno.test("replay() scores a group by mean |reward − mean| or by p(1 − p)", () => {
  const byAdvantage = create(replay()), byVariance = create(replay({ score: "passRateVariance" }));
  const reward = Float32Array.of(1, 0, 1, 2), accuracy = Float32Array.of(1, 0, 0, 1);
  for (const sampler of [byAdvantage, byVariance]) {
    sampler.observe(1, [{ prompt: 3, reward, accuracy, tds: 0, trained: false }, group(4, 8)]);
  }
  equal(scoreOf(byAdvantage, 3), 0.5); // (0 + 1 + 0 + 1)/4
  equal(scoreOf(byVariance, 3), 0.25);
  equal(scoreOf(byAdvantage, 4), 0);
});

Deno.test("replay() forgets old scores by the momentum; groups of one prompt count as one", () => {
  const sampler = create(replay({ momentum: 0.75, score: "passRateVariance" }));
  sampler.observe(1, [group(0, 4)]);
  equal(scoreOf(sampler, 0), 0.0625); // ¼·0.25
  sampler.observe(2, [group(0, 4), group(0, 0)]);
  equal(scoreOf(sampler, 0), 0.75 * 0.0625 + 0.25 * 0.125);
});

Deno.test("replay() as published sees every prompt once, then replays", () => {
  const sampler = create(replay(), { prompts: 25 }), batches: number[][] = [];
  for (let step = 1; step <= 3; step++) {
    const batch = sampler.draw(step, stream(step), BATCH);
    batches.push([...batch]);
    sampler.observe(step, [...batch].map((prompt) => group(prompt, 4)));
  }
  equal(new Set(batches.slice(0, 2).flat()).size, 20);
  const third = batches[2]!, old = new Set(batches.slice(0, 2).flat());
  equal(third.filter((prompt) => !old.has(prompt)).length, 5); // the five that were left
  equal(new Set(batches.flat()).size, 25);
});

Deno.test("replay() replays as often as the schedule says", () => {
  const steps = 1000;
  for (
    const [options, expected] of [
      [{ schedule: "proportionate", seenShare: 0 }, 0.3],
      [{ schedule: "proportionate", seenShare: 0.31 }, 0],
      [{ schedule: "fixed", seenShare: 0.3, newShare: 0.2 }, 0.8],
      [{ schedule: "fixed", seenShare: 0.31, newShare: 0.2 }, 0],
    ] as const
  ) {
    const sampler = create(replay({ ...options, repeats: "allow" }), { prompts: 100 });
    sampler.observe(1, Array.from({ length: 30 }, (_, i) => group(i, 4)));
    const share = shares(
      2,
      steps,
      (step) => sampler.draw(2, stream(step), BATCH).map((prompt) => Number(prompt >= 30)),
    );
    checkShares(share, [expected, 1 - expected], steps * BATCH);
  }
});

Deno.test("replay() draws by score and by staleness, each with its share", () => {
  const steps = 3000;
  const sampler = create(
    replay({ temperature: 1, stalenessShare: 0.4, repeats: "allow" }),
    { prompts: 3 },
  );
  sampler.observe(1, [group(0, 0)]);
  sampler.observe(2, [group(1, 4)]);
  sampler.observe(4, [group(2, 1)]);
  // Before step 5, passed over in 3, 2 and 0 steps. Ranks 3, 1, 2: weights 2/11, 6/11, 3/11.
  const byScore = [2 / 11, 6 / 11, 3 / 11], byAge = [3 / 5, 2 / 5, 0];
  const share = shares(3, steps, (step) => sampler.draw(5, stream(step), BATCH));
  checkShares(share, byScore.map((p, i) => 0.6 * p + 0.4 * byAge[i]!), steps * BATCH);
});

Deno.test("replay() allows repeats only where asked: at the published temperature nine of ten", () => {
  const right = Array.from({ length: 40 }, (_, i) => i === 17 ? 4 : 1);
  const count = (repeats: "avoid" | "allow") => {
    const sampler = create(replay({ repeats }));
    sampler.observe(1, groups(right));
    let times = 0;
    for (let step = 1; step <= 300; step++) {
      const batch = [...sampler.draw(2, stream(step), BATCH)];
      if (repeats === "avoid") equal(new Set(batch).size, BATCH);
      times += batch.filter((prompt) => prompt === 17).length;
    }
    return times / 300;
  };
  equal(count("avoid"), 1);
  // .9·P_S + .1/40, P_S = 1/ζ(10)
  const expected = 0.9 * 0.999 + 0.1 / 40, bound = 4 * Math.sqrt(BATCH * 0.1 / 300);
  ok(Math.abs(count("allow") - BATCH * expected) < bound);
});

Deno.test("replay() without repeats draws in turn in proportion to what is left", () => {
  const steps = 4000,
    sampler = create(
      replay({ temperature: 1, stalenessShare: 0 }),
      { prompts: 3 },
    );
  sampler.observe(1, groups([4, 2, 0])); // weights 6/11, 3/11, 2/11
  const weights = [6 / 11, 3 / 11, 2 / 11];
  // The one left out of two: i is third with Σ over the orders of the other two.
  const leftOut = weights.map((_, i) => {
    const [a, b] = weights.filter((_, j) => j !== i) as [number, number];
    return a * b / (1 - a) + b * a / (1 - b);
  });
  const share = shares(3, steps, (step) => {
    const batch = sampler.draw(2, stream(step), 2);
    return Int32Array.of([0, 1, 2].find((prompt) => !batch.includes(prompt))!);
  });
  checkShares(share, leftOut, steps);
});

Deno.test("replay() without repeats goes on by score when the first ranks are drawn", () => {
  const steps = 1000, sampler = create(replay());
  // One prompt of the highest score, nine of the next, 30 of score 0; all as stale but the first.
  sampler.observe(1, groups(Array.from({ length: 40 }, (_, i) => i < 10 ? 3 : 0)));
  sampler.observe(2, [group(0, 4)]);
  const share = shares(
    2,
    steps,
    (step) => sampler.draw(3, stream(step), BATCH).map((prompt) => Number(prompt < 10)),
  );
  // Nine of ten places go by score, which is of these ten as long as there are any; the tenth mostly by age.
  ok(share[1]! > 0.9 && share[1]! < 0.96, `expected about 0.92, got ${share[1]}`);
});
