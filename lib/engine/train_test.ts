import { deepEqual, equal, ok } from "node:assert/strict";
import { adamw } from "../algorithm/adamw.ts";
import { grpo } from "../algorithm/algorithm.ts";
import { dynamicSampling, noFilter } from "../algorithm/group_filter.ts";
import { ONE_THREAD } from "../backend/target.ts";
import { rewards } from "../reward/reward_config.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { coldStartIdentity } from "../schema/identity.ts";
import {
  type EvaluationRecord,
  type RefreshRecord,
  spent,
  type StepRecord,
} from "../schema/run_record.ts";
import { coldStartEngine } from "./cold_start.ts";
import type { EngineStep } from "./engine_step.ts";
import { coldStart, TINY as CONFIG, train } from "./testdata/tiny_run.ts";
import { collect, recordsOf, timeless } from "./testdata/units.ts";

const whole = await train(CONFIG);

Deno.test("coldStartEngine() lowers the loss and gives the same bits when resumed", async () => {
  const losses = recordsOf(coldStart, "supervised").map(({ loss }) => loss);
  equal(losses.length, 60);
  ok(losses.slice(40, 48).every((loss) => loss < losses[0]!), "the loss fell");
  const resumed = await collect(
    coldStartEngine(coldStartIdentity(CONFIG), {
      resume: await coldStart[0]!.snapshot(),
      compute: ONE_THREAD,
    }),
  );
  deepEqual(timeless(resumed), timeless(coldStart.slice(1)));
  deepEqual(await resumed.at(-1)!.snapshot(), await coldStart.at(-1)!.snapshot());
});

Deno.test("trainEngine() resumed after any step writes the records of an uninterrupted run", async () => {
  for (const at of [0, 2, 3]) {
    const resumed = await train(CONFIG, { resume: await whole[at]!.snapshot() });
    deepEqual(timeless(resumed), timeless(whole.slice(at + 1)));
    deepEqual(await resumed.at(-1)!.snapshot(), await whole.at(-1)!.snapshot());
    const files = (units: readonly EngineStep[]) => units.flatMap((unit) => unit.files);
    deepEqual(files(resumed), files(whole.slice(at + 1)));
  }
});

Deno.test("trainEngine() gives other records for another seed", async () => {
  const other = await train(CONFIG, { seed: 1 });
  const rewards = (units: readonly EngineStep[]) =>
    recordsOf(units, "step").map((r) => r.rewardMean);
  ok(JSON.stringify(rewards(other)) !== JSON.stringify(rewards(whole)));
});

Deno.test("trainEngine() counts every rollout by what it was generated for", () => {
  const last = recordsOf(whole, "step").at(-1)!,
    evaluation = recordsOf(whole, "evaluation").at(-1)!;
  const refreshes = recordsOf(whole, "refresh");
  equal(last.rollouts.training, 5 * 6 * 4);
  deepEqual(refreshes.map(({ step, control }) => [step, control]), [
    [0, false],
    [0, true],
    [2, false],
    [2, true],
    [4, false],
    [4, true],
  ]);
  equal(last.rollouts.scoring, 3 * 24 * 4);
  // Four evaluations of 16, two of them with five benchmarks of 4, and three control scorings.
  equal(evaluation.rollouts.validation, 4 * 16 + 2 * 5 * 4 + 3 * 24 * 4);
  ok(
    last.tokens.training >= last.rollouts.training &&
      last.tokens.training <= 16 * last.rollouts.training,
  );
});

Deno.test("trainEngine() evaluates before training, every interval, and at the end", () => {
  const evaluations: readonly EvaluationRecord[] = recordsOf(whole, "evaluation");
  deepEqual(evaluations.map(({ step, splits }) => [step, Object.keys(splits).length]), [
    [0, 6],
    [2, 1],
    [4, 1],
    [5, 6],
  ]);
});

Deno.test("trainEngine() with λ = 0 writes what uniform sampling writes", async () => {
  const uniform = await train({ ...CONFIG, sampler: random() });
  const zero = await train({ ...CONFIG, sampler: vas({ mixtureRatio: 0 }) });
  deepEqual(timeless(zero), timeless(uniform));
  equal(recordsOf(uniform, "refresh").length, 0);
});

Deno.test("trainEngine() with one update per batch clips nothing: the ratio is 1", async () => {
  const units = await train({ ...CONFIG, algorithm: grpo({ groupSize: 4, miniBatches: 1 }) });
  for (const record of recordsOf(units, "step") as readonly StepRecord[]) {
    equal(record.clipFraction, 0);
    ok(Math.abs(record.klOld!) < 1e-5 && Math.abs(record.ratioMean! - 1) < 1e-5);
    equal(record.updates, 1);
  }
});

Deno.test("trainEngine() leaves a policy alone whose groups all earn the same", async () => {
  const still = {
    ...CONFIG,
    reward: rewards({
      accuracy: { weight: 0, verifier: "exact" },
      format: { weight: 0, rule: "boxed" },
    }),
    algorithm: grpo({ groupSize: 4, miniBatches: 2, kl: null }),
    optimizer: adamw({ weightDecay: 0 }),
  };
  const steps = recordsOf(await train(still), "step");
  ok(steps.every((step) => step.informativeGroups === 0 && step.gradNorm === 0));
});

Deno.test("trainEngine() scores every prompt: OVS = p(1 − p), and VPS is its weighted sum with TDS", () => {
  const refresh: RefreshRecord = recordsOf(whole, "refresh")[0]!;
  const { columns } = whole.flatMap((unit) => unit.files).find(({ file }) =>
    file === refresh.file
  )!;
  equal(columns.passRate!.length, 24);
  columns.passRate!.forEach((p, i) => {
    ok(Math.abs(columns.ovs![i]! - p * (1 - p)) < 1e-6);
    ok(Math.abs(columns.vps![i]! - (0.8 * columns.ovs![i]! + 0.2 * columns.tds![i]!)) < 1e-6);
    equal(Math.round(p * 4), p * 4);
  });
});

Deno.test("trainEngine() ends after the step that uses its token budget up, and says so", async () => {
  const steps = recordsOf(whole, "step");
  const budget = spent(steps[2]!.tokens); // reached exactly by the third of five
  const config = { ...CONFIG, training: { ...CONFIG.training, tokenBudget: budget } };
  const units = await train(config);
  deepEqual(units.map(({ step }) => step), [0, 1, 2, 3]);
  deepEqual(units.map(({ step, steps }) => step === steps), [false, false, false, true]);
  deepEqual(
    recordsOf(units, "step").map(({ rewardMean }) => rewardMean),
    steps.slice(0, 3)
      .map(({ rewardMean }) => rewardMean),
  );
  const last = recordsOf(units, "evaluation").at(-1)!;
  deepEqual([last.step, Object.keys(last.splits).length], [3, 6]);
  deepEqual(
    timeless(await train(config, { resume: await units[1]!.snapshot() })),
    timeless(units.slice(2)),
  );
});

Deno.test("trainEngine() with dynamic sampling trains on informative groups, and counts the others", async () => {
  const config = { ...CONFIG, sampler: random(), filter: dynamicSampling({ maxRounds: 3 }) };
  const units = await train(config);
  const plain = recordsOf(await train({ ...config, filter: noFilter() }), "step");
  recordsOf(units, "step").forEach((step, i) => {
    ok(step.generatedGroups >= 6 && step.generatedGroups <= 18);
    equal(step.rollouts.training, 24 * (i + 1));
    ok(i > 0 || step.informativeGroups >= plain[i]!.informativeGroups);
  });
  const { rollouts } = recordsOf(units, "step").at(-1)!;
  equal(
    rollouts.discarded,
    4 * recordsOf(units, "step").reduce((sum, step) => sum + step.generatedGroups - 6, 0),
  );
  ok(rollouts.discarded > 0);
});

Deno.test("trainEngine() resumed gives the same records when scores come from training and are shared out", async () => {
  const config = {
    ...CONFIG,
    sampler: vas({
      scoresFrom: "both",
      refreshInterval: 2,
      refreshShare: 0.3,
      refreshOrder: "oldest",
    }),
  };
  const units = await train(config);
  deepEqual(
    recordsOf(units, "refresh").filter(({ control }) => !control).map(({ prompts }) => prompts),
    [
      24,
      8,
      8,
    ],
  );
  const resumed = await train(config, { resume: await units[2]!.snapshot() });
  deepEqual(timeless(resumed), timeless(units.slice(3)));
});

Deno.test("coldStartEngine() measures the policy before any training on every split", () => {
  const [first] = recordsOf(coldStart, "evaluation");
  deepEqual([first!.step, Object.keys(first!.splits).length], [0, 6]);
});
