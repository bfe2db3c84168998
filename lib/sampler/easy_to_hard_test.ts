import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { easyToHard, levelShares } from "./easy_to_hard.ts";
import { BATCH, create, PROMPTS, shares, stream } from "./testdata/harness.ts";

fc.configureGlobal({ seed: 1 });

const SCHEDULES = ["classic", "balanced", "cosine", "gaussian"] as const;
const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(4)));

Deno.test("levelShares() by cosine goes from (3, 2, 1)/6 over thirds to (1, 2, 3)/6", () => {
  const at = (progress: number) => rounded(levelShares(easyToHard(), 3, progress));
  deepEqual(at(0), [0.5, 0.3333, 0.1667]);
  deepEqual(at(0.25), [0.4512, 0.3333, 0.2155]);
  deepEqual(at(0.5), [0.3333, 0.3333, 0.3333]);
  deepEqual(at(1), [0.1667, 0.3333, 0.5]);
});

Deno.test("levelShares() classic is one level after the other, balanced all alike", () => {
  const classic = easyToHard({ schedule: "classic" });
  const levels = [0, 0.33, 0.34, 0.66, 0.67, 1].map((t) => levelShares(classic, 3, t).indexOf(1));
  deepEqual(levels, [0, 0, 1, 1, 2, 2]);
  deepEqual(levelShares(easyToHard({ schedule: "balanced" }), 4, 0.9), Array(4).fill(0.25));
});

Deno.test("levelShares() by gaussian is a normal curve around μ over a floor", () => {
  const config = easyToHard({ schedule: "gaussian" });
  // K = 3: m = 1/6. At t = 0, μ = 0: q ∝ 1, e⁻², e⁻⁸. At t/T = ¼, μ = ½·2 = 1: q ∝ e⁻², 1, e⁻².
  const e = Math.exp, early = 1 + e(-2) + e(-8), middle = 1 + 2 * e(-2);
  const expected = (heights: number[], total: number) =>
    rounded(heights.map((height) => 1 / 6 + height / total / 2));
  deepEqual(rounded(levelShares(config, 3, 0)), expected([1, e(-2), e(-8)], early));
  deepEqual(rounded(levelShares(config, 3, 0.25)), expected([e(-2), 1, e(-2)], middle));
  deepEqual(rounded(levelShares(config, 3, 1)), expected([e(-8), e(-2), 1], early));
});

Deno.test("levelShares() are shares: none negative, all together 1, none below the floor where there is one", () => {
  fc.assert(fc.property(
    fc.constantFrom(...SCHEDULES),
    fc.integer({ min: 1, max: 9 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0.05, max: 5, noNaN: true }),
    (schedule, levels, progress, sigma) => {
      const shares = levelShares(easyToHard({ schedule, sigma }), levels, progress);
      equal(shares.length, levels);
      const least = schedule === "cosine" || schedule === "gaussian"
        ? 2 / (levels * (levels + 1))
        : 0;
      ok(shares.every((share) => share >= least - 1e-12));
      ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
    },
  ));
});

Deno.test("easyToHard() draws levels by the schedule: of a balanced one, all levels alike", () => {
  const steps = 2000,
    sampler = create(easyToHard({ schedule: "balanced" }), {
      levels: () => Int32Array.from({ length: PROMPTS }, (_, i) => i < 30 ? 1 : i < 39 ? 2 : 5),
    });
  const share = shares(PROMPTS, steps, (step) => sampler.draw(step, stream(step), BATCH));
  const bound = 4 * Math.sqrt(2 / 9 / (steps * BATCH));
  for (const [from, to] of [[0, 30], [30, 39], [39, 40]] as const) {
    const own = share.slice(from, to).reduce((a, b) => a + b);
    ok(Math.abs(own - 1 / 3) < bound, `${from}: ${own}`);
  }
});

Deno.test("easyToHard() classic goes through the levels in a run: the first third of it the first", () => {
  const sampler = create(easyToHard({ schedule: "classic" }), { steps: 6 });
  const levels = [1, 2, 3, 4, 5, 6].map((step) => [
    ...new Set(sampler.draw(step, stream(step), BATCH).map((index) => 1 + index % 3)),
  ]);
  deepEqual(levels, [[1], [1], [2], [2], [3], [3]]);
});

Deno.test("easyToHard() takes the prompts of a level in turn: none twice before all came", () => {
  const sampler = create(easyToHard({ schedule: "classic" }), { prompts: 21, steps: 100 });
  const first = [...sampler.draw(1, stream(1), 4), ...sampler.draw(1, stream(1, 1), 3)];
  deepEqual(first.toSorted((a, b) => a - b), [0, 3, 6, 9, 12, 15, 18]);
  deepEqual([...sampler.draw(2, stream(2), 7)], first);
});
