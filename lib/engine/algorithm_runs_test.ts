import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";
import { type AlgorithmOptions, grpo } from "../algorithm/algorithm.ts";
import { gaeAdvantage } from "../algorithm/advantage/gae.ts";
import { remaxAdvantage } from "../algorithm/advantage/remax.ts";
import { adora } from "../algorithm/group_weight.ts";
import { kl } from "../algorithm/kl.ts";
import * as published from "../algorithm/presets.ts";
import { overlong } from "../reward/overlong.ts";
import { rewards } from "../reward/reward_config.ts";
import { shuffle } from "../sampler/epochs.ts";
import { random } from "../sampler/random.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { spent, type StepRecord } from "../schema/run_record.ts";
import { policyOf } from "./cold_start.ts";
import type { EngineStep } from "./engine_step.ts";
import { policy, TINY, train } from "./testdata/tiny_run.ts";
import { recordsOf, timeless } from "./testdata/units.ts";

const BASE = refine(TINY, {
  sampler: random(),
  training: { steps: 3 },
  evaluation: { interval: 3, scoringControl: false },
});
const SIZES = { groupSize: 4, miniBatches: 2 };
const run = (options: AlgorithmOptions) =>
  train(refine(BASE, { algorithm: grpo({ ...SIZES, ...options }) }));
const isFiniteOrNull = (value: number | null) => value === null || Number.isFinite(value);

for (const [name, make] of Object.entries(published)) {
  Deno.test(`trainEngine() runs ${name}() and learns from it`, async () => {
    const units = await train(refine(BASE, { algorithm: make(SIZES) }));
    const steps: readonly StepRecord[] = recordsOf(units, "step");
    equal(steps.length, 3);
    for (const step of steps) {
      equal(step.skippedUpdates, 0);
      ok(step.gradNorm! > 0, `gradient norm ${step.gradNorm}`);
      for (const value of [step.policyLoss, step.entropy, step.klOld, step.klReference]) {
        ok(isFiniteOrNull(value), `${value}`);
      }
    }
    // The first batch is drawn and judged alike, whatever the algorithm.
    equal(steps[0]!.rewardMean, first.rewardMean);
    equal(steps[0]!.accuracyReward, first.accuracyReward);
  });
}

const [first] = recordsOf(await run({}), "step") as [StepRecord];

Deno.test("trainEngine() without KL evaluates no reference and learns the same as with β = 0", async () => {
  const [none, zero] = [await run({ kl: null }), await run({ kl: kl({ coefficient: 0 }) })];
  const of = (units: typeof none) => recordsOf(units, "step").map(({ gradNorm }) => gradNorm);
  deepEqual(of(none), of(zero));
  deepEqual(recordsOf(none, "step").map(({ klReference }) => klReference), [null, null, null]);
  deepEqual(recordsOf(none, "step").map(({ klCoefficient }) => klCoefficient), [null, null, null]);
});

Deno.test("trainEngine() puts every estimator of KL in the loss or in the reward", async () => {
  for (const estimator of ["k1", "k2", "k3", "abs", "full"] as const) {
    for (const place of ["loss", "reward"] as const) {
      const penalty = kl({ estimator, place, coefficient: 0.5 });
      const config = refine(BASE, {
        algorithm: grpo({ ...SIZES, kl: penalty }),
        training: { steps: 1 }, // of two updates: the second has a policy that has moved
      });
      const steps = recordsOf(await train(config), "step");
      ok(steps.every(({ gradNorm, klReference }) => gradNorm! > 0 && Number.isFinite(klReference)));
      if (estimator === "full" || estimator === "k2") ok(steps.at(-1)!.klReference! > 0);
      ok(steps.every(({ klCoefficient }) => klCoefficient === 0.5));
    }
  }
});

Deno.test("trainEngine() moves β towards its target, and goes on from it when resumed", async () => {
  const options = kl({ controller: { kind: "adaptive", target: 1e-9, horizon: 100 } });
  const config = refine(BASE, { algorithm: grpo({ ...SIZES, kl: options }) });
  const units = await train(config);
  const weights = recordsOf(units, "step").map(({ klCoefficient }) => klCoefficient!);
  // KL is above the target: β grows by 0.2·24/100 after each step that has any.
  equal(weights[0], 0.01);
  ok(Math.abs(weights[2]! / weights[1]! - 1.048) < 1e-6, `${weights}`);
  deepEqual(
    timeless(await train(config, { resume: await units[2]!.snapshot() })),
    timeless(units.slice(3)),
  );
});

Deno.test("trainEngine() trains a critic beside the policy, alone while it warms up", async () => {
  const advantage = gaeAdvantage({
    critic: { learningRate: 2e-2, warmupSteps: 6, valueClip: 0.5 },
  });
  const config = refine(BASE, {
    reward: { overlong: overlong({ buffer: 16, factor: 2 }) }, // a return that can be foreseen
    algorithm: published.ppo({ ...SIZES, advantage }),
    training: { steps: 8 },
  });
  const units = await train(config);
  const steps = recordsOf(units, "step");
  deepEqual(steps.map(({ updates }) => updates), [0, 0, 0, 0, 0, 0, 2, 2]);
  equal(steps[0]!.gradNorm, null);
  ok(steps.every(({ critic }) => critic !== null && critic.gradNorm > 0));
  const losses = steps.map(({ critic }) => critic!.valueLoss);
  ok(losses[5]! < losses[0]! / 2, `the critic learns: ${losses}`);
  const resumed = await train(config, { resume: await units[6]!.snapshot() });
  deepEqual(timeless(resumed), timeless(units.slice(7)));
});

Deno.test("trainEngine() counts ReMax's greedy responses as generated and not trained on", async () => {
  const last = recordsOf(await run({ advantage: remaxAdvantage() }), "step").at(-1)!;
  equal(last.rollouts.discarded, 3 * 6);
  equal(last.rollouts.training, 3 * 24);
});

Deno.test("trainEngine() recomputes old log-probabilities: the correction is all but 1", async () => {
  const old = { kind: "recomputed", cap: 2 } as const;
  const steps = recordsOf(await run({ oldLogProbs: old }), "step");
  for (const { importanceWeightMean } of steps) {
    ok(Math.abs(importanceWeightMean! - 1) < 1e-4, `${importanceWeightMean}`);
  }
  equal(first.importanceWeightMean, null);
});

Deno.test("trainEngine() weighs groups by ADORA", async () => {
  const damped = recordsOf(await run({ groupWeight: adora({ damping: 0 }) }), "step");
  ok(damped[0]!.groupWeightMean < 1, `${damped[0]!.groupWeightMean}`);
  ok(damped[0]!.gradNorm! < first.gradNorm!);
  equal(first.groupWeightMean, 1);
});

Deno.test("trainEngine() records every term of the reward, and they add up", async () => {
  const reward = rewards({ overlong: overlong({ buffer: 12, factor: 0.5 }) });
  const units = await train({ ...BASE, reward });
  for (const { rewardComponents, rewardMean } of recordsOf(units, "step")) {
    deepEqual(Object.keys(rewardComponents), ["accuracy", "format", "overlong"]);
    const sum = Object.values(rewardComponents).reduce((a, b) => a + b);
    ok(Math.abs(sum - rewardMean) < 1e-5);
    ok(rewardComponents.overlong! < 0);
  }
  const [gallery] = recordsOf(units, "gallery");
  for (const { components, reward } of gallery!.rollouts) {
    ok(Math.abs(Object.values(components).reduce((a, b) => a + b) - reward) < 1e-5);
  }
});

Deno.test("trainEngine() starts a second stage from the first and goes on counting its tokens", async () => {
  const stage = await train(BASE);
  const before = recordsOf(stage, "evaluation").at(-1)!;
  const from = policyOf(await stage.at(-1)!.snapshot());
  const budget = spent(before.tokens) + 1;
  const next = { ...BASE, previous: BASE, training: { ...BASE.training, tokenBudget: budget } };
  const units = await train(next, { from });
  const [start] = recordsOf(units, "evaluation");
  equal(start!.splits.validation!.correct, before.splits.validation!.correct);
  equal(start!.rollouts.training, before.rollouts.training);
  equal(recordsOf(units, "step").length, 1, "the budget is that of both stages");
  equal(recordsOf(units, "step")[0]!.rollouts.training, before.rollouts.training + 24);
  const asked = (of: typeof units) => recordsOf(of, "gallery")[0]!.rollouts.map((r) => r.promptId);
  notDeepEqual(asked(units), asked(stage), "prompts are drawn anew");
  ok(from.length > policy.length, "the policy's file says what was spent on it");
});

Deno.test("trainEngine() shuffles anew in a second stage, and evaluates with the same numbers", async () => {
  const first: RunConfig = refine(BASE, { sampler: shuffle(), training: { steps: 1 } });
  const units = await train(first), from = policyOf(await units.at(-1)!.snapshot());
  const second = await train({ ...first, previous: first }, { from });
  const asked = (units: readonly EngineStep[]) =>
    recordsOf(units, "gallery")[0]!.rollouts.map(({ promptId }) => promptId);
  notDeepEqual(asked(second), asked(units));
  deepEqual(
    recordsOf(second, "evaluation")[0]!.splits.validation,
    recordsOf(units, "evaluation").at(-1)!.splits.validation,
  );
});
