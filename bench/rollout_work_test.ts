import { match, throws } from "node:assert/strict";
import type { Rollouts } from "../lib/engine/rollouts.ts";
import { compareSamples } from "./rollout_work.ts";

const OURS: Rollouts = {
  count: 2,
  groupSize: 2,
  tokens: Int32Array.of(3, 4, 5, 6, 7, 8),
  logProbs: Float32Array.of(-1, -1, -1, -2, -2, -2),
  lengths: Int32Array.of(3, 3),
  ended: [false, false],
};
const TOLERANCE = { differing: 0.25, logProb: 0.01 };
const sample = (tokens: number[], logProbs: number[] = [...OURS.logProbs]) => ({
  tokens: Float32Array.from(tokens),
  logProbs: Float32Array.from(logProbs),
});

Deno.test("compareSamples() counts what follows the same tokens, and nothing behind the first difference", () => {
  // Four tokens in all follow the same ones in the first row and up to the second's first difference.
  const seen = compareSamples(OURS, sample([3, 4, 5, 9, 1, 1], [-1, -1, -1, 0, 0, 0]), TOLERANCE);
  match(seen, /1 of 2 rows the same tokens, 2.5e-1 of the tokens/);
  throws(
    () => compareSamples(OURS, sample([3, 4, 9, 9, 1, 1]), TOLERANCE),
    /expected at most 0.25 and 0.01, got: 0 of 2 rows/,
  );
});

Deno.test("compareSamples() refuses log-probabilities that are off, or no numbers", () => {
  for (const value of [-1.02, NaN]) {
    throws(() =>
      compareSamples(OURS, sample([...OURS.tokens], [value, -1, -1, -2, -2, -2]), TOLERANCE)
    );
  }
});
