import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import {
  leaveOneOutWeights,
  measured,
  squaredNormOfMean,
  twoLevelVariance,
  weightedGain,
} from "./probe_estimates.ts";

const near = (a: number, b: number, tolerance = 1e-12) =>
  ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);
const block = (groups: number, ...sum: number[]) => ({ sum: Float32Array.from(sum), groups });

Deno.test("measured() gives the mean and s/√n", () => {
  deepEqual(measured([1, 3]), { value: 2, error: 1 });
  ok(Number.isNaN(measured([1]).error));
});

Deno.test("leaveOneOutWeights() subtracts the mean of the others: on average the covariance with a score", () => {
  // One parameter, P(y = 1) = p, R = y, score ∂ log π = y − p: the gradient of E[R] in the logit is p(1 − p).
  const p = 0.3;
  let expected = 0;
  for (let bits = 0; bits < 8; bits++) {
    const y = [bits & 1, bits >> 1 & 1, bits >> 2 & 1];
    const chance = y.reduce((product, one) => product * (one === 1 ? p : 1 - p), 1);
    expected += chance * leaveOneOutWeights(y).reduce((sum, w, i) => sum + w * (y[i]! - p), 0);
  }
  near(expected, p * (1 - p));
});

Deno.test("squaredNormOfMean() is the mean product of pairs in different blocks", () => {
  equal(squaredNormOfMean([block(1, 3, 1), block(1, -1, 2)]).value, -1);
  // Groups (1, 0), (2, 0) | (4, 0): pairs across are 1·4 and 2·4.
  equal(squaredNormOfMean([block(2, 3, 0), block(1, 4, 0)]).value, 6);
  ok(Number.isNaN(squaredNormOfMean([block(1, 1), block(1, 1)]).error));
  throws(() => squaredNormOfMean([block(1, 1)]), /expected at least two, got 1/);
});

Deno.test("squaredNormOfMean() has the jackknife's error: 0 without noise, else of the leave-one-out values", () => {
  const still = squaredNormOfMean([block(1, 2), block(1, 2), block(1, 2)]);
  deepEqual(still, { value: 4, error: 0 });
  // Values 1, 2, 6 in one dimension: without one of them the products are 12, 6, 2.
  const { value, error } = squaredNormOfMean([block(1, 1), block(1, 2), block(1, 6)]);
  near(value, (2 + 6 + 12) / 3, 1e-6);
  const center = 20 / 3;
  near(error ** 2, 2 / 3 * [12, 6, 2].reduce((sum, one) => sum + (one - center) ** 2, 0), 1e-5);
});

Deno.test("squaredNormOfMean() has no bias where the squared norm of a mean does", () => {
  const random = randomSource(0, "norm"), repetitions = 4000;
  const truth = 0.25 + 1; // of the mean (½, 1)
  let unbiased = 0, plain = 0, squares = 0;
  for (let k = 0; k < repetitions; k++) {
    const blocks = Array.from(
      { length: 4 },
      () => block(1, 0.5 + random.normal(), 1 + random.normal()),
    );
    const { value } = squaredNormOfMean(blocks);
    unbiased += value / repetitions;
    squares += value ** 2 / repetitions;
    const total = [0, 1].map((i) => blocks.reduce((sum, { sum: own }) => sum + own[i]!, 0) / 4);
    plain += (total[0]! ** 2 + total[1]! ** 2) / repetitions;
  }
  const error = Math.sqrt((squares - unbiased ** 2) / repetitions);
  near(unbiased, truth, 4 * error);
  ok(plain > truth + 0.4); // by 2/4, the variance of the mean
});

Deno.test("weightedGain() of a whole distribution is the difference of expectations, whatever the constant", () => {
  // P(right) goes from ½ to 0.6.
  for (const center of [0, 0.5]) {
    near(weightedGain([Math.log(1.2), Math.log(0.8)], [1, 0], center).value, 0.1);
  }
  const { effectiveShare, error } = weightedGain([0, 0, 0], [1, 0, 1], 0.5);
  deepEqual([effectiveShare, error], [1, 0]);
  near(weightedGain([Math.log(3), -Infinity], [1, 0], 0).effectiveShare, 0.5);
});

Deno.test("twoLevelVariance() adds up to the variance of the verdicts", () => {
  const paths = [0.1, 0.9, 0.5, 0.5];
  const { within, between } = twoLevelVariance(paths);
  near(within, (0.09 + 0.09 + 0.25 + 0.25) / 4);
  near(between, 0.32 / 3);
  // With Var_Z over n instead of n − 1: p̄(1 − p̄).
  near(within + between * 3 / 4, 0.25);
});
