import { deepEqual, equal, ok } from "node:assert/strict";
import { adaRft } from "./ada_rft.ts";
import type { Sampler } from "./sampler.ts";
import { create, group, stream } from "./testdata/harness.ts";

const target = (sampler: Sampler) => sampler.state().numbers.target!;
const near = (got: number, expected: number) =>
  ok(Math.abs(got - expected) < 1e-9, `expected ${expected}, got ${got}`);

/** A sampler whose prompts were scored with these pass rates. */
function scored(config: ReturnType<typeof adaRft>, passRates: readonly number[]): Sampler {
  const prompts = passRates.length, sampler = create(config, { prompts });
  const asked = sampler.promptsToScore(0, "beforeDraw", stream(0));
  equal(asked.length, prompts);
  const scores = sampler.score(0, asked, Float32Array.from(passRates), new Float32Array(prompts));
  sampler.refresh(scores);
  return sampler;
}

const sorted = (indices: Iterable<number>) => [...indices].sort((a, b) => a - b);

Deno.test("adaRft() moves its target by η·tanh(α(R̄ − β)), within 0 and 100", () => {
  const sampler = create(adaRft({ initialTarget: 40 }));
  sampler.observe(1, [group(0, 8), group(1, 4)]); // R̄ = .75
  near(target(sampler), 40 + 50 * Math.tanh(0.5));
  sampler.observe(2, [group(0, 0), group(1, 8, 8, { trained: false })]); // R̄ = 0
  near(target(sampler), 40 + 50 * Math.tanh(0.5) - 50 * Math.tanh(1));
  for (let step = 3; step < 9; step++) sampler.observe(step, [group(0, 8)]);
  equal(target(sampler), 100);
  for (let step = 9; step < 15; step++) sampler.observe(step, [group(0, 0)]);
  equal(target(sampler), 0);
  sampler.observe(15, [group(0, 4)]);
  equal(target(sampler), 0); // as good as wished: it stands still
});

Deno.test("adaRft() averages over rollouts, not over groups", () => {
  const sampler = create(adaRft({ initialTarget: 50 }));
  sampler.observe(1, [group(0, 6, 6), group(1, 0, 2)]);
  near(target(sampler), 50 + 50 * Math.tanh(2 * (0.75 - 0.5)));
});

Deno.test("adaRft() is scored once, before training; by levels it is never scored", () => {
  const sampler = create(adaRft()), byLevel = create(adaRft({ difficulty: "level" }));
  equal(sampler.scoringRollouts, 8);
  equal(byLevel.scoringRollouts, 0);
  for (let step = 0; step < 30; step++) {
    for (const phase of ["beforeDraw", "afterUpdate"] as const) {
      const isTime = step === 0 && phase === "beforeDraw";
      equal(sampler.promptsToScore(step, phase, stream(step)).length, isTime ? 40 : 0);
      equal(byLevel.promptsToScore(step, phase, stream(step)).length, 0);
    }
  }
});

Deno.test("adaRft() draws the prompts nearest to the target", () => {
  const passRates = [1, 0.75, 0.5, 0.25, 0, 0.5, 0.375, 0.9]; // difficulties 0 25 50 75 100 50 62.5 10
  for (const repeats of ["avoid", "allow"] as const) {
    const drawn = (initialTarget: number, count: number) =>
      sorted(scored(adaRft({ initialTarget, repeats }), passRates).draw(1, stream(1), count));
    deepEqual(drawn(0, 2), [0, 7]);
    deepEqual(drawn(52, 3), [2, 5, 6]);
    deepEqual(drawn(100, 2), [3, 4]);
    deepEqual(drawn(100, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
  }
});

Deno.test("adaRft() spreads levels over 0 to 100", () => {
  const sampler = create(adaRft({ difficulty: "level" }), { prompts: 6 }); // levels 1 2 3 1 2 3
  sampler.draw(1, stream(1), 2);
  deepEqual([...sampler.state().arrays.difficulty!], [0, 50, 100, 0, 50, 100]);
  const single = create(adaRft({ difficulty: "level" }), {
    prompts: 2,
    levels: () => Int32Array.of(1, 1),
  });
  deepEqual(sorted(single.draw(1, stream(1), 2)), [0, 1]);
});

Deno.test("adaRft() as released repeats its prompts while the target stands still", () => {
  const sampler = scored(adaRft({ repeats: "allow" }), Array(12).fill(1));
  const batches = [1, 2, 3].map((step) => sorted(sampler.draw(step, stream(step), 4)));
  deepEqual(batches, Array(3).fill([0, 1, 2, 3]));
});

Deno.test("adaRft() takes equally near prompts in turn: none twice before all came", () => {
  const passRates = [...Array(9).fill(1), ...Array(20).fill(0)];
  const sampler = scored(adaRft(), passRates);
  const passes = [1, 2].map((pass) =>
    sorted([0, 1, 2].flatMap((third) => [...sampler.draw(pass, stream(pass, third), 3)]))
  );
  deepEqual(passes, Array(2).fill([0, 1, 2, 3, 4, 5, 6, 7, 8]));
});

Deno.test("adaRft() brings in new prompts first where the target moves among used ones", () => {
  // Difficulties: three of 0, three of 25. At T = 12 both are near to a batch of four.
  const sampler = scored(adaRft({ initialTarget: 0 }), [1, 1, 1, 0.75, 0.75, 0.75]);
  deepEqual(sorted(sampler.draw(1, stream(1), 3)), [0, 1, 2]);
  const fresh = sampler.draw(2, stream(2), 4); // reaches to difficulty 25: those were not used
  deepEqual(sorted(fresh).filter((prompt) => prompt >= 3), [3, 4, 5]);
});
