import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { grpo } from "./grpo.ts";
import {
  aggregate,
  clippedLoss,
  type ClipSide,
  grpoLoss,
  importanceRatio,
  k3,
  type ScoredRollout,
} from "./objective.ts";

fc.configureGlobal({ seed: 1 });

const near = (got: number, expected: number, tolerance = 1e-6) =>
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected}, got ${got}`);

Deno.test("clippedLoss() has EasyR1's values and names the bound that decides", () => {
  const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.3, dualClip: 3 };
  const reference: readonly (readonly [a: number, r: number, loss: number, clip: ClipSide])[] = [
    [1, 1.5, -1.3, "high"],
    [1, 0.5, -0.5, "none"],
    [-1, 1.5, 1.5, "none"],
    [-1, 0.5, 0.8, "low"],
    [-1, 5, 3, "dual"],
    [1, 1, -1, "none"],
    [0, 5, 0, "none"],
  ];
  for (const [advantage, ratio, loss, clip] of reference) {
    const got = clippedLoss(advantage, ratio, settings);
    near(got.loss, loss, 1e-12);
    equal(got.clip, clip, `A = ${advantage}, r = ${ratio}`);
  }
});

Deno.test("clippedLoss() without a dual bound lets bad tokens cost what they cost", () => {
  const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.2, dualClip: null };
  deepEqual(clippedLoss(-1, 50, settings), { loss: 50, clip: "none" });
});

Deno.test("clippedLoss() counts no token at a bound, only beyond it", () => {
  const settings = { clipRangeLow: 0.25, clipRangeHigh: 0.25, dualClip: 2 };
  for (const [advantage, ratio] of [[1, 1.25], [-1, 0.75], [-1, 2]] as const) {
    equal(clippedLoss(advantage, ratio, settings).clip, "none");
  }
});

Deno.test("importanceRatio() is exp of the difference, bounded", () => {
  equal(importanceRatio(-1, -1), 1);
  near(importanceRatio(-1, -1.5), Math.exp(0.5), 1e-12);
  equal(importanceRatio(0, -1000), Math.exp(20));
  equal(importanceRatio(-1000, 0), Math.exp(-20));
});

Deno.test("k3() has the reference values, is 0 for equal policies, and is bounded", () => {
  near(k3(-1, -1.5), 0.106531);
  near(k3(-1.5, -1), 0.148721);
  equal(k3(-2, -2), 0);
  equal(k3(-1000, 0), 10);
  equal(k3(0, -1000), 10); // e^-20 + 20 − 1, cut to 10
});

Deno.test("k3() is never negative", () => {
  const logProb = fc.double({ min: -50, max: 0, noNaN: true });
  fc.assert(fc.property(logProb, logProb, (a, b) => k3(a, b) >= 0 && k3(a, b) <= 10));
});

Deno.test("aggregate() weighs tokens or rollouts equally", () => {
  const rollouts = [[1, 1, 1, 1], [5]];
  equal(aggregate(rollouts, "token-mean"), 9 / 5);
  equal(aggregate(rollouts, "sequence-mean"), 3);
  equal(aggregate([[4], []], "sequence-mean"), 2);
  equal(aggregate([[], []], "token-mean"), 0);
  equal(aggregate([], "sequence-mean"), 0);
});

Deno.test("aggregate() by token and by sequence agree where all lengths are equal", () => {
  const rollouts = fc.integer({ min: 1, max: 6 }).chain((length) =>
    fc.array(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
        minLength: length,
        maxLength: length,
      }),
      { minLength: 1, maxLength: 6 },
    )
  );
  fc.assert(
    fc.property(
      rollouts,
      (values) => near(aggregate(values, "token-mean"), aggregate(values, "sequence-mean"), 1e-12),
    ),
  );
});

Deno.test("aggregate() by token and by sequence differ as soon as one length does", () => {
  ok(aggregate([[1, 1], [0]], "token-mean") > aggregate([[1, 1], [0]], "sequence-mean"));
});

/** A rollout with these ratios to the policy that generated, which is also the reference. */
function rolloutOf(advantage: number, ratios: readonly number[]): ScoredRollout {
  const oldLogProbs = ratios.map((_, t) => -1 - t);
  const logProbs = oldLogProbs.map((logProb, t) => logProb + Math.log(ratios[t]!));
  return { advantage, logProbs, oldLogProbs, referenceLogProbs: oldLogProbs };
}

Deno.test("grpoLoss() of the policy that generated: ratio 1, nothing clipped, no KL", () => {
  const rollouts = [rolloutOf(1.5, [1, 1, 1]), rolloutOf(-0.5, [1])];
  const loss = grpoLoss(rollouts, grpo());
  near(loss.loss, (-1.5 * 3 + 0.5) / 4, 1e-12);
  const { clipFractionHigh, clipFractionLow, dualClipFraction, klOld, klReference, ratioMean } =
    loss;
  deepEqual([clipFractionHigh, clipFractionLow, dualClipFraction, klOld, klReference], [
    0,
    0,
    0,
    0,
    0,
  ]);
  equal(ratioMean, 1);
});

Deno.test("grpoLoss() counts each clipped token on its side and weighs losses as it is told", () => {
  const rollouts = [rolloutOf(1, [1.5, 0.5, 1]), rolloutOf(-1, [0.5, 5])];
  const config = grpo({ clipRangeHigh: 0.3, klCoefficient: 0 });
  const sums = grpoLoss(rollouts, config);
  near(sums.policyLoss, (-1.3 - 0.5 - 1 + 0.8 + 3) / 5, 1e-12);
  deepEqual([sums.clipFractionHigh, sums.clipFractionLow, sums.dualClipFraction], [0.2, 0.2, 0.2]);
  near(sums.ratioMean, 8.5 / 5, 1e-12);
  near(sums.ratioSquareMean, (2.25 + 0.25 + 1 + 0.25 + 25) / 5, 1e-12);
  near(sums.klOld, -Math.log(1.5 * 0.5 * 0.5 * 5) / 5, 1e-12);
  const bySequence = grpoLoss(rollouts, { ...config, aggregation: "sequence-mean" });
  near(bySequence.policyLoss, (-2.8 / 3 + 3.8 / 2) / 2, 1e-12);
  equal(bySequence.clipFractionHigh, 0.2); // what is reported stays a mean over tokens
});

Deno.test("grpoLoss() adds β times k3, aggregated like the loss", () => {
  const rollouts = [rolloutOf(0, [2, 1]), rolloutOf(0, [1])];
  const k = k3(Math.log(2), 0);
  near(grpoLoss(rollouts, grpo({ klCoefficient: 0.1 })).loss, 0.1 * k / 3, 1e-12);
  const bySequence = grpo({ klCoefficient: 0.1, aggregation: "sequence-mean" });
  near(grpoLoss(rollouts, bySequence).loss, 0.1 * k / 4, 1e-12);
});
