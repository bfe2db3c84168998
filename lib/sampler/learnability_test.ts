import { deepEqual, equal, ok } from "node:assert/strict";
import { learnability } from "./learnability.ts";
import { random } from "./random.ts";
import type { Sampler } from "./sampler.ts";
import { BATCH, create, PROMPTS, shares, stream } from "./testdata/harness.ts";

const config = learnability({ candidates: 6, bufferSize: 2, refreshInterval: 4 });

/** Scores these prompts with these pass rates, and takes that over. */
function scoreBy(
  sampler: Sampler,
  passRates: readonly (readonly [prompt: number, rate: number])[],
) {
  const prompts = Int32Array.from(passRates, ([prompt]) => prompt);
  const rates = Float32Array.from(passRates, ([, rate]) => rate);
  const scores = sampler.score(0, prompts, rates, new Float32Array(prompts.length));
  sampler.refresh(scores);
  return scores;
}

Deno.test("learnability() scores other candidates every refreshInterval steps, before the draw", () => {
  const sampler = create(config);
  const times = [...Array(10).keys()].filter((step) => {
    equal(sampler.promptsToScore(step, "afterUpdate", stream(step)).length, 0);
    return sampler.promptsToScore(step, "beforeDraw", stream(step)).length > 0;
  });
  deepEqual(times, [0, 4, 8]);
  equal(sampler.promptsToScore(0, "beforeDraw", stream(0)).length, 6);
  const asked = shares(
    PROMPTS,
    2000,
    (step) => sampler.promptsToScore(0, "beforeDraw", stream(step)),
  );
  const bound = 4 * Math.sqrt(1 / PROMPTS / (2000 * 6));
  ok(asked.every((share) => Math.abs(share - 1 / PROMPTS) < bound));
});

Deno.test("learnability() keeps the candidates of the highest p(1 − p), the first of equal ones", () => {
  const sampler = create(config);
  // p(1 − p): 0, .1875, .25, .1875, 0 and .109375
  const { weight, vps, scoredAt } = scoreBy(sampler, [
    [9, 1],
    [30, 0.75],
    [4, 0.5],
    [11, 0.25],
    [2, 0],
    [6, 0.875],
  ]);
  deepEqual([...weight.keys()].filter((prompt) => weight[prompt] === 1), [4, 30]);
  equal(weight.reduce((a, b) => a + b), 2);
  equal(vps[11], 0.1875);
  ok(Number.isNaN(vps[0]!) && Number.isNaN(scoredAt[0]!)); // not scored
});

Deno.test("learnability() draws ⌊share·B⌋ of a batch from the buffer, alike, and the rest uniformly", () => {
  const sampler = create(learnability({ ...config, bufferShare: 0.3 }));
  scoreBy(sampler, [[4, 0.5], [30, 0.5], [1, 0]]);
  const uniform = create(random()), steps = 3000;
  const share = shares(2, steps, (step) => {
    const batch = [...sampler.draw(step, stream(step), BATCH)];
    for (const index of uniform.draw(step, stream(step), 7)) batch.splice(batch.indexOf(index), 1);
    equal(batch.length, 3); // the seven that random() draws first are all in it
    return Int32Array.from(batch, (index) => [4, 30].indexOf(index));
  });
  const bound = 4 * Math.sqrt(0.25 / (3 * steps));
  ok(Math.abs(share[0]! - 0.5) < bound, `${share[0]} of 0.5 ± ${bound}`);
});

Deno.test("learnability() drops the old buffer when it is filled anew", () => {
  const sampler = create(learnability({ ...config, bufferShare: 1 }));
  scoreBy(sampler, [[4, 0.5], [30, 0.5], [1, 0]]);
  deepEqual([...new Set(sampler.draw(1, stream(1), 50))].sort((a, b) => a - b), [4, 30]);
  scoreBy(sampler, [[7, 0.5], [8, 0], [9, 0.1]]);
  deepEqual([...new Set(sampler.draw(2, stream(2), 50))].sort((a, b) => a - b), [7, 9]);
});

Deno.test("learnability() without a part from the buffer is random() and never scores", () => {
  const sampler = create(learnability({ ...config, bufferShare: 0 }));
  equal(sampler.scoringRollouts, 0);
  equal(sampler.promptsToScore(0, "beforeDraw", stream(0)).length, 0);
  deepEqual(sampler.draw(1, stream(1), BATCH), create(random()).draw(1, stream(1), BATCH));
});
