import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { chooseBinning, equalBins, histogram } from "./binning.ts";
import { scoreCorrelation, shareWithin, sumMatrices, transitionMatrix } from "./transition.ts";

Deno.test("equalBins() puts inner edges into the upper bin and outer values into the ends", () => {
  const { indexOf } = equalBins(4, 0, 0.4);
  deepEqual([-1, 0, 0.1, 0.19, 0.2, 0.3, 0.4, 9].map(indexOf), [0, 0, 1, 1, 2, 3, 3, 3]);
});

Deno.test("chooseBinning() uses levels when 8 rollouts leave five outcome variances", () => {
  const ovs = Float32Array.from({ length: 9 }, (_, right) => right / 8 * (1 - right / 8));
  const binning = chooseBinning([ovs], { count: 20, low: 0, high: 0.25 });
  equal(binning.kind, "levels");
  deepEqual(histogram(ovs, binning), [2, 2, 2, 2, 1]);
  const spread = Float32Array.from({ length: 100 }, (_, i) => i / 400);
  equal(chooseBinning([spread], { count: 20, low: 0, high: 0.25 }).kind, "bins");
});

Deno.test("transitionMatrix() has the histogram before as row sums and the one after as column sums", () => {
  const scores = fc.array(
    fc.tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.float({ min: 0, max: 1, noNaN: true })),
    { maxLength: 60 },
  );
  fc.assert(fc.property(scores, (pairs) => {
    const binning = equalBins(7, 0, 1);
    const before = pairs.map(([a]) => a), after = pairs.map(([, b]) => b);
    const counts = transitionMatrix(before, after, binning);
    deepEqual(counts.map((row) => row.reduce((a, b) => a + b, 0)), histogram(before, binning));
    const columns = counts[0]!.map((_, j) => counts.reduce((sum, row) => sum + row[j]!, 0));
    deepEqual(columns, histogram(after, binning));
  }));
});

Deno.test("transitionMatrix() refuses scorings of different pools", () => {
  throws(() => transitionMatrix([0.1], [0.1, 0.2], equalBins(2, 0, 1)), /expected 1 prompts/);
});

Deno.test("shareWithin() of unchanged scores is 1, and sumMatrices() adds cells", () => {
  const binning = equalBins(5, 0, 1), scores = [0.1, 0.5, 0.9, 0.95];
  const same = transitionMatrix(scores, scores, binning);
  equal(shareWithin(same, 0), 1);
  const moved = transitionMatrix([0.1, 0.5], [0.3, 0.1], binning);
  equal(shareWithin(moved, 0), 0);
  equal(shareWithin(moved, 1), 0.5);
  equal(shareWithin(sumMatrices([same, moved]), 0), 4 / 6);
});

Deno.test("scoreCorrelation() is 1 for a line, −1 for its mirror, null without spread", () => {
  ok(Math.abs(scoreCorrelation([1, 2, 4], [3, 5, 9])! - 1) < 1e-12);
  ok(Math.abs(scoreCorrelation([1, 2, 4], [-1, -2, -4])! + 1) < 1e-12);
  equal(scoreCorrelation([1, 1], [1, 2]), null);
});
