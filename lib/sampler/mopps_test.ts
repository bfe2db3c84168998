import { deepEqual, equal, ok } from "node:assert/strict";
import { betaVariate } from "../core/beta_variate.ts";
import { randomSource } from "../core/random.ts";
import { mopps } from "./mopps.ts";
import { create, group, shares, stream } from "./testdata/harness.ts";

const posterior = (sampler: ReturnType<typeof create>, prompt: number) => {
  const { right, wrong } = sampler.state().arrays;
  return [right![prompt], wrong![prompt]];
};

Deno.test("mopps() counts right and wrong rollouts, and halves what it knew before", () => {
  const sampler = create(mopps());
  sampler.observe(1, [group(3, 6)]); // ½·1 + ½·1 + 6, ½·1 + ½·1 + 2
  deepEqual(posterior(sampler, 3), [7, 3]);
  sampler.observe(2, [group(3, 0)]); // ½·7 + ½ + 0, ½·3 + ½ + 8
  deepEqual(posterior(sampler, 3), [4, 10]);
  deepEqual(posterior(sampler, 0), [1, 1]);
});

Deno.test("mopps() that forgets nothing sums up; one that forgets all goes by the last group", () => {
  const options = { prior: { right: 2, wrong: 3 } };
  const sums = create(mopps({ ...options, decay: 1 }));
  const last = create(mopps({ ...options, decay: 0 }));
  for (const sampler of [sums, last]) {
    sampler.observe(1, [group(0, 8)]);
    sampler.observe(2, [group(0, 1)]);
  }
  deepEqual(posterior(sums, 0), [2 + 9, 3 + 7]);
  deepEqual(posterior(last, 0), [2 + 1, 3 + 7]);
});

Deno.test("mopps() takes groups of one prompt as one, of any size, and no group left out", () => {
  const sampler = create(mopps({ decay: 0.5 }));
  sampler.observe(1, [
    group(5, 1, 1),
    group(5, 2, 4),
    group(5, 8, 8, { trained: false }),
    group(6, 4, 4, { trained: false }),
  ]);
  deepEqual(posterior(sampler, 5), [1 + 3, 1 + 2]); // k = 1 counts as 1, not as the released code's 8
  deepEqual(posterior(sampler, 6), [1, 1]);
});

Deno.test("mopps() draws no prompt twice, and all prompts alike before it has seen any", () => {
  const sampler = create(mopps({ oversampling: 2 }), { prompts: 30 }), steps = 2000;
  const share = shares(30, steps, (step) => {
    const batch = sampler.draw(step, stream(step), 6);
    equal(new Set(batch).size, 6);
    return batch;
  });
  const bound = 4 * Math.sqrt(1 / 30 / (6 * steps));
  ok(share.every((got) => Math.abs(got - 1 / 30) < bound));
});

Deno.test("mopps() prefers a prompt as often as its posterior's draws are nearer to the target", () => {
  for (const [selection, target] of [["nearest", 0.5], ["nearest", 0.8], ["within", 0]] as const) {
    const sampler = create(mopps({ selection, target, decay: 1 }), { prompts: 2 });
    sampler.observe(1, [group(0, 6), group(1, 1)]); // Beta(7, 3) and Beta(2, 8)
    const steps = 4000, share = shares(2, steps, (step) => sampler.draw(step, stream(step), 1));
    const random = randomSource(1, "expected"),
      off = (theta: number) =>
        selection === "nearest" ? Math.abs(theta - target) : Math.max(0, 0.3 - theta, theta - 0.7);
    let expected = 0;
    for (let i = 0; i < steps; i++) {
      const first = off(betaVariate(7, 3, random)), second = off(betaVariate(2, 8, random));
      expected += (first < second ? 1 : first === second ? 0.5 : 0) / steps;
    }
    const bound = 4 * Math.sqrt(2 * 0.25 / steps);
    ok(Math.abs(share[0]! - expected) < bound, `${selection} ${target}: ${share[0]}, ${expected}`);
  }
});

Deno.test("mopps() leaves known prompts of pass rate 0 and 1 for those near the target", () => {
  const sampler = create(mopps({ decay: 1 }), { prompts: 40 });
  const passes = (prompt: number) => prompt < 15 ? 0 : prompt < 30 ? 400 : 200;
  sampler.observe(1, Array.from({ length: 40 }, (_, i) => group(i, passes(i), 400)));
  const batch = sampler.draw(2, stream(2), 10);
  deepEqual([...batch].sort((a, b) => a - b), [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
});

Deno.test("mopps() chooses among ⌈oversampling·count⌉ candidates only", () => {
  const sampler = create(mopps({ decay: 1, oversampling: 1 }), { prompts: 40 });
  sampler.observe(1, Array.from({ length: 39 }, (_, i) => group(i, 0, 400)));
  // Only prompt 39 is any good, but ten random candidates of forty must do for a batch of ten.
  let times = 0;
  for (let step = 1; step <= 1000; step++) {
    if (sampler.draw(step, stream(step), 10).includes(39)) times++;
  }
  ok(Math.abs(times / 1000 - 0.25) < 4 * Math.sqrt(0.25 * 0.75 / 1000), String(times));
});
