import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../testdata/synthetic_results.ts";
import { trainingLog } from "./training_log.ts";

const run = syntheticResults({ seeds: 1, steps: 10 }).arms[0]!.runs[0]!;
const lines = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line));
const step = run.records.find((record) => record.kind === "step")!;
const evaluation = run.records.find((record) => record.kind === "evaluation")!;

Deno.test("trainingLog() in verl's form has flat keys below data, one line per step", () => {
  const log = lines(trainingLog(run, "verl"));
  deepEqual(log.map(({ step }) => step), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  equal(log[0].data["val-core/validation/acc/mean@1"], evaluation.splits.validation!.accuracy);
  equal(log[1].data["actor/grad_norm"], step.gradNorm);
  equal(log[1].data["actor/pg_clipfrac"], step.clipFraction);
  equal(log[1].data["critic/score/mean"], step.rewardMean);
  equal(log[1].data["timing_s/step"], step.seconds.total);
  ok(!("actor/pg_clipfrac_higher" in log[1].data));
});

Deno.test("trainingLog() in EasyR1's form nests keys at each slash", () => {
  const log = lines(trainingLog(run, "easyr1"));
  deepEqual(log[0], {
    step: 0,
    val: {
      accuracy_reward: evaluation.splits.validation!.accuracy,
      format_reward: evaluation.splits.validation!.format,
    },
  });
  equal(log[1].actor.pg_clipfrac_higher, step.clipFraction);
  equal(log[1].actor.kl_loss, step.klReference);
  equal(log[1].reward.accuracy, step.accuracyReward);
  equal(log[1].response_length.max, step.responseLengthMax);
});

Deno.test("trainingLog() leaves out what a run has none of, and has a critic's where there is one", () => {
  const records = run.records.map((record) =>
    record.kind !== "step" ? record : {
      ...record,
      klReference: null,
      critic: { valueLoss: 2, explainedVariance: null, valueClipFraction: 0.1, gradNorm: 3 },
    }
  );
  const [, first] = lines(trainingLog({ records }, "verl"));
  ok(!("actor/kl_loss" in first.data) && !("critic/vf_explained_var" in first.data));
  equal(first.data["critic/vf_loss"], 2);
});
