import { deepEqual, equal, notDeepEqual } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { sequential, shuffle } from "./epochs.ts";
import { createSampler } from "./sampler.ts";

const pool = (prompts: number, seed = 0) => ({
  prompts,
  batchSize: 4,
  steps: 10,
  seed,
  levels: () => new Int32Array(prompts),
});
const draws = (
  config: Parameters<typeof createSampler>[0],
  counts: readonly number[],
  seed = 0,
) => {
  const sampler = createSampler(config, pool(10, seed));
  return counts.flatMap((count, i) => [...sampler.draw(i + 1, randomSource(0), count)]);
};

Deno.test("sequential() walks the pool in its order, on and on", () => {
  deepEqual(draws(sequential(), [4, 4, 4]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
});

Deno.test("shuffle() has every prompt once in each pass, whatever the batches", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1 }), (counts) => {
      const all = draws(shuffle(), counts);
      for (let pass = 0; (pass + 1) * 10 <= all.length; pass++) {
        equal(new Set(all.slice(pass * 10, pass * 10 + 10)).size, 10);
      }
      deepEqual(
        all,
        draws(shuffle(), [all.length]),
        "how draws are cut into batches does not matter",
      );
    }),
    { seed: 1, numRuns: 50 },
  );
});

Deno.test("shuffle() orders each pass and each seed anew", () => {
  const two = draws(shuffle(), [20]);
  notDeepEqual(two.slice(0, 10), two.slice(10));
  notDeepEqual(two.slice(0, 10), draws(shuffle(), [10], 1));
});

Deno.test("shuffle() restored goes on where it was", () => {
  const one = createSampler(shuffle(), pool(10));
  one.draw(1, randomSource(0), 13);
  const other = createSampler(shuffle(), pool(10));
  other.restore(one.state());
  deepEqual(other.draw(2, randomSource(0), 9), one.draw(2, randomSource(0), 9));
});
