import { deepEqual, equal, ok } from "node:assert/strict";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import type { CriticUpdate } from "./critic.ts";
import { informativeShare, stepRecord } from "./step_record.ts";

const COUNT = { training: 4, discarded: 0, scoring: 0, validation: 0 };
const SECONDS = { draw: 0, rollout: 0, reward: 0, reference: 0, update: 0, total: 0 };

const [first] = createMicroMath(
  microMath({ prompts: 1, validationPrompts: 1, benchmarkPrompts: 1 }),
).train;
const prompt = (source: string) => ({ ...first!, source });

/** The record of a step with two groups of two rollouts and these updates. */
const record = (
  updates: Parameters<typeof stepRecord>[0]["updates"],
  criticUpdates: readonly CriticUpdate[] = [],
) =>
  stepRecord({
    step: 1,
    indices: [5, 5],
    prompts: [prompt("a"), prompt("b")],
    rollouts: {
      count: 4,
      groupSize: 2,
      tokens: new Int32Array(8),
      logProbs: new Float32Array(8),
      lengths: Int32Array.of(1, 2, 2, 1),
      ended: [true, true, false, true],
    },
    rewards: {
      accuracy: Float32Array.of(1, 0, 0, 0),
      format: Float32Array.of(1, 1, 1, 1),
      reward: Float32Array.of(2, 1, 1, 1),
      components: {
        accuracy: Float32Array.of(1, 0, 0, 0),
        format: Float32Array.of(1, 1, 1, 1),
      },
      texts: ["", "", "", ""],
    },
    weights: { groupWeightMean: 1, importanceWeightMean: null },
    generatedGroups: 2,
    klCoefficient: 0.01,
    updates,
    criticUpdates,
    totals: { rollouts: COUNT, tokens: COUNT },
    seconds: SECONDS,
  });

const update = (gradNorm: number, applied: boolean) => ({
  gradNorm,
  applied,
  largestRatio: 1.5,
  learningRate: 1e-3,
  sums: {
    policyLoss: 0.5,
    clipFractionHigh: 0.1,
    clipFractionLow: 0.2,
    dualClipFraction: 0,
    klReference: 0.01,
    klOld: 0,
    entropy: 1,
    ratioMean: 1,
    ratioSquareMean: 1.04,
  },
});

Deno.test("stepRecord() takes means over the updates that were applied", () => {
  const got = record([update(1, true), update(3, true), update(NaN, false)]);
  equal(got.gradNorm, 2);
  equal(got.gradNormMax, 3);
  ok(Math.abs(got.clipFraction! - 0.3) < 1e-12);
  ok(Math.abs(got.ratioStd! - 0.2) < 1e-12);
  equal(got.updates, 2);
  equal(got.skippedUpdates, 1);
});

Deno.test("stepRecord() has null, not 0, where every update was left out", () => {
  const got = record([update(NaN, false)]);
  equal(got.gradNorm, null);
  equal(got.entropy, null);
  equal(got.skippedUpdates, 1);
});

Deno.test("stepRecord() counts repeated prompts, cut responses and groups with a gradient", () => {
  const got = record([update(1, true)]);
  equal(got.duplicatePrompts, 1);
  equal(got.truncatedFraction, 0.25);
  equal(got.informativeGroups, 0.5);
  equal(got.responseLengthMean, 1.5);
});

Deno.test("informativeShare() is 0 when each group's rewards are equal", () => {
  equal(informativeShare(Float32Array.of(1, 1, 0, 0), 2), 0);
});

Deno.test("stepRecord() tells sources and the reward's terms apart", () => {
  const { sources, rewardComponents } = record([update(1, true)]);
  deepEqual(sources, { a: { prompts: 1, accuracy: 0.5 }, b: { prompts: 1, accuracy: 0 } });
  deepEqual(rewardComponents, { accuracy: 0.25, format: 1 });
});

Deno.test("stepRecord() takes means over the critic's updates that were applied", () => {
  const one = {
    valueLoss: 1,
    explainedVariance: null,
    valueClipFraction: 0,
    gradNorm: 2,
    applied: true,
  };
  const other = { ...one, valueLoss: 3, explainedVariance: 0.5 };
  deepEqual(record([], [one, other, { ...one, gradNorm: NaN, applied: false }]).critic, {
    valueLoss: 2,
    explainedVariance: 0.5,
    valueClipFraction: 0,
    gradNorm: 2,
  });
  equal(record([]).critic, null);
});

Deno.test("stepRecord() has no KL where no reference is evaluated", () => {
  const { klReference: _, ...sums } = update(1, true).sums;
  equal(record([{ ...update(1, true), sums }]).klReference, null);
  ok(record([update(1, true)]).klReference! > 0);
});
