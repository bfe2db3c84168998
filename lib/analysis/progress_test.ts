import { deepEqual, equal, ok } from "node:assert/strict";
import { recipe } from "../schema/recipe.ts";
import { predictors, TDS_SHARES } from "./predictors.ts";
import { gainMeasure, type ProbedPrompt, type ProbeSet } from "./probes.ts";
import { gradientProgress, meanCorrelation, varianceBin } from "./progress.ts";
import { progressGains } from "./progress_gains.ts";
import { varianceDecomposition } from "./variance_decomposition.ts";

const near = (a: number, b: number, tolerance = 1e-9) =>
  ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

/** 48 prompts with pass rates from 0 to 1, measured without noise, on two seeds. */
function probeSet(
  make: (variance: number, i: number) => Partial<ProbedPrompt>,
  stepSizes: readonly number[] = [],
): ProbeSet {
  const rows = [0, 1].flatMap((seed) =>
    Array.from({ length: 48 }, (_, prompt): ProbedPrompt => {
      const passRate = prompt / 47, variance = passRate * (1 - passRate);
      return {
        prompt,
        seed,
        passRate,
        freshPassRate: passRate,
        variance,
        freshVariance: variance,
        squaredGradNorm: variance,
        squaredGradNormError: 0,
        groupSquaredNorm: variance,
        groupSquaredNormStandardized: variance,
        withinPaths: variance / 4,
        betweenPaths: 3 * variance / 4,
        pathGap: 0,
        pathGapError: 0,
        closedReasoning: 1,
        rightOtherwise: 0,
        ovs: variance,
        tdsInverseSelfBleu: prompt % 7,
        tdsDistinct3: -variance,
        tdsEditDistance: prompt % 5,
        gains: [],
        ...make(variance, prompt),
      };
    })
  );
  return {
    arm: "random",
    step: 0,
    seeds: [0, 1],
    prompts: 48,
    rollouts: 128,
    stepSizes,
    config: recipe("mmr1_micro"),
    rows,
  };
}

const gainOf = (value: number, error: number, effectiveShare = 1) => ({
  gain: value,
  gainError: error,
  weightedGain: 2 * value, // told apart from the other measure
  weightedGainError: error,
  effectiveShare,
});

Deno.test("varianceBin() has upper edges in the bin below, and no bin for no variance", () => {
  deepEqual([0, 0.01, 0.02, 0.021, 0.25, 0.252].map(varianceBin), [null, 0, 0, 1, 5, 5]);
});

Deno.test("gradientProgress() finds the constant and the power 1 of a gradient in proportion", () => {
  const { exponent, constant, quantile, bins, still, correlation } = gradientProgress(
    probeSet((variance) => ({ squaredGradNorm: 3 * variance })),
  );
  for (const estimate of [constant, quantile]) {
    near(estimate.value, 3);
    near(estimate.low, 3);
    near(estimate.high, 3);
  }
  near(exponent.value, 1);
  ok(bins.length >= 4 && bins.every(({ ratio }) => Math.abs(ratio.value - 3) < 1e-9));
  deepEqual(still, { count: 4, squaredNorm: 0 });
  near(correlation.value, 1, 1e-3); // p and 1 − p tie but for rounding
});

Deno.test("gradientProgress() finds the power 2, and takes c from the lowest bin above the floor", () => {
  const { exponent, constant, bins } = gradientProgress(
    probeSet((variance) => ({ squaredGradNorm: 40 * variance ** 2 })),
  );
  ok(exponent.low > 1.9 && exponent.high < 2.1);
  const lowest = bins.find(({ low }) => low >= 0.02)!;
  equal(constant.value, lowest.ratio.value);
  ok(bins.every(({ ratio }, i) => i === 0 || ratio.value > bins[i - 1]!.ratio.value));
});

Deno.test("gradientProgress() sorts by the fresh rollouts and counts from the first ones", () => {
  // The first rollouts of every prompt show one and the same variance: the ratio is that of all alike.
  const { bins } = gradientProgress(probeSet(() => ({ variance: 0.1, squaredGradNorm: 1 })));
  ok(bins.length >= 4);
  for (const { variance, ratio } of bins) {
    deepEqual([variance, ratio.value].map((x) => x.toFixed(9)), ["0.100000000", "10.000000000"]);
  }
});

Deno.test("meanCorrelation() averages after Fisher's transform", () => {
  const estimate = (value: number) => ({ value, low: value, high: value, n: 9 });
  near(meanCorrelation([estimate(0.5), estimate(-0.5)]).value, 0);
  near(meanCorrelation([estimate(0.3), estimate(NaN)]).value, 0.3);
  equal(meanCorrelation([estimate(0.3)]).n, 9);
});

Deno.test("progressGains() tells a bound that holds from one that fails, step by step", () => {
  // ‖∇J‖² = 4·Var[R]; c = 4, so the bound is η·Var[R].
  const set = probeSet((variance) => ({
    squaredGradNorm: 4 * variance,
    gains: [gainOf(0.01 * 4 * variance, 0.001, 0.5), gainOf(-variance, 0.001, 0.1)],
  }), [0.01, 1]);
  const [small, large] = progressGains(set, 4);
  deepEqual([small!.measure, large!.measure], ["direct", "direct"]);
  near(small!.efficiency.value, 1);
  ok(small!.bins.every(({ verdict }) => verdict === "holds"));
  for (const { bound, variance } of small!.bins) near(bound, 0.01 * variance);
  deepEqual([small!.holds.value, small!.contradicted], [1, 0]);
  ok(large!.bins.every(({ verdict }) => verdict === "fails"));
  deepEqual([large!.holds.value, large!.contradicted, large!.shown], [0, 1, 0]);
  ok(large!.harmed > 0.9); // all but those whose loss is within their noise
  near(small!.correlation.value, 1, 1e-3);
  near(large!.correlation.value, -1, 1e-3);
  equal(small!.bins.reduce((sum, { count }) => sum + count, 0), 92); // without the two still prompts
});

Deno.test("gainMeasure() uses importance weights while they are nearly even", () => {
  const set = probeSet(() => ({ gains: [gainOf(1, 0, 0.95), gainOf(1, 0, 0.5)] }), [0.1, 1]);
  deepEqual([gainMeasure(set, 0), gainMeasure(set, 1)], ["weighted", "direct"]);
  near(progressGains(set, 1)[0]!.gain.value, 2);
  near(progressGains(set, 1)[1]!.gain.value, 1);
  // One prompt in eight with uneven weights is too many.
  const uneven = probeSet((_, i) => ({ gains: [gainOf(1, 0, i % 8 === 1 ? 0.5 : 1)] }), [0.1]);
  equal(gainMeasure(uneven, 0), "direct");
});

Deno.test("varianceDecomposition() adds up, and shows which part goes with what", () => {
  const found = varianceDecomposition(
    probeSet((variance, i) => ({
      pathGap: 0.01,
      betweenPaths: 3 * variance / 4 + (i % 3) / 100,
      squaredGradNorm: 3 * variance / 4 + (i % 3) / 100,
    })),
  );
  near(found.gap.value, 0.01);
  const { within, between } = found;
  near(found.betweenShare.value, between.value / (within.value + between.value));
  near(found.variance.value, 4 * within.value);
  ok(found.bins.length === 10);
  ok(found.gradient.betweenAlone.low > 0.99); // the gradient is the part between paths
  near(found.correlations[0]!.within.value, 1, 1e-6); // OVS is the variance here
});

Deno.test("predictors() tells what diversity adds to outcome variance", () => {
  // The target is a little variance and much of one diversity; the other two know nothing of it.
  const set = probeSet((variance, i) => {
    const target = variance + (i * 11 % 13);
    return {
      groupSquaredNormStandardized: target,
      groupSquaredNorm: target,
      squaredGradNorm: variance,
      tdsInverseSelfBleu: i * 11 % 13,
      tdsEditDistance: i * 5 % 17,
      gains: [gainOf(variance, 0), gainOf(variance, 0, 0.2)],
    };
  }, [0.1, 1]);
  const { targets: [group, norm, gain], stepSize } = predictors(set);
  equal(stepSize, 0.1);
  deepEqual([group!.target, norm!.target, gain!.target], [
    "groupGradient",
    "squaredGradNorm",
    "gain",
  ]);
  ok(group!.givenOvs.tdsInverseSelfBleu.low > 0.9);
  ok(group!.improvement.tdsInverseSelfBleu.low > 0);
  ok(Math.abs(group!.givenOvs.tdsEditDistance.value) < 0.3);
  near(norm!.ovs.value, 1, 1e-6);
  ok(norm!.improvement.tdsInverseSelfBleu.high < 0);
  near(group!.vps.tdsEditDistance[0]!.value, group!.ovs.value);
  near(group!.vps.tdsEditDistance.at(-1)!.value, group!.tds.tdsEditDistance.value);
  equal(group!.vps.tdsEditDistance.length, TDS_SHARES.length);
  near(gain!.variance.value, 1, 1e-6);
});
