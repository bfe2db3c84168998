import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { probeResults } from "../report/testdata/synthetic_designs.ts";
import { probeOutcomes } from "./probe_outcomes.ts";
import { scoreNoise } from "./score_noise.ts";

/** Prompts of one pass rate, with `rollouts` rollouts each. */
function outcomesAt(passRate: number, prompts: number, rollouts: number): readonly Uint8Array[] {
  const random = randomSource(3, "outcomes", passRate);
  return Array.from(
    { length: prompts },
    () => Uint8Array.from({ length: rollouts }, () => random.next() < passRate ? 1 : 0),
  );
}

Deno.test("scoreNoise() is exact where every rollout is alike", () => {
  const outcomes = [new Uint8Array(40), new Uint8Array(40).fill(1)];
  for (const { bias, deviation } of scoreNoise({ outcomes }, { rollouts: [8], draws: 3 }).rows) {
    deepEqual([bias, deviation], [0, 0]);
  }
});

Deno.test("scoreNoise() finds the plug-in estimate low by P(1 − P)/N, and the unbiased one right", () => {
  const passRate = 0.3, prompts = 300, draws = 10;
  const { rows } = scoreNoise({ outcomes: outcomesAt(passRate, prompts, 256) }, { draws });
  deepEqual(rows.map(({ rollouts, estimator }) => [rollouts, estimator]), [
    [8, "plugIn"],
    [8, "unbiased"],
    [16, "plugIn"],
    [16, "unbiased"],
    [32, "plugIn"],
    [32, "unbiased"],
  ]);
  for (const { rollouts, estimator, bias, deviation } of rows) {
    const expected = estimator === "plugIn" ? -passRate * (1 - passRate) / rollouts : 0;
    const error = deviation / Math.sqrt(prompts); // draws of one prompt are not independent
    ok(Math.abs(bias - expected) < 4 * error, `${rollouts} ${estimator}: ${bias} ± ${error}`);
  }
  const noise = rows.filter(({ estimator }) => estimator === "plugIn").map((row) => row.deviation);
  ok(noise[0]! > noise[1]! && noise[1]! > noise[2]!);
});

Deno.test("scoreNoise() ranks prompts alike with both estimates, better with more rollouts", () => {
  const outcomes = [0.05, 0.1, 0.2, 0.3, 0.5].flatMap((rate) => outcomesAt(rate, 40, 128));
  const { rows } = scoreNoise({ outcomes }, { draws: 5 });
  const at = (rollouts: number, estimator: string) =>
    rows.find((row) => row.rollouts === rollouts && row.estimator === estimator)!.rankCorrelation;
  for (const rollouts of [8, 16, 32]) equal(at(rollouts, "plugIn"), at(rollouts, "unbiased"));
  ok(at(8, "plugIn") < at(32, "plugIn"));
  ok(at(32, "plugIn") < 1);
});

Deno.test("scoreNoise() is the same for the same input, and its bins hold every prompt", () => {
  const outcomes = outcomesAt(0.4, 30, 64);
  deepEqual(scoreNoise({ outcomes }), scoreNoise({ outcomes }));
  for (const { bins } of scoreNoise({ outcomes }).rows) {
    ok(Math.abs(bins.reduce((sum, { prompts }) => sum + prompts, 0) - 30) < 1e-9);
    ok(bins.every(({ low, mean, high }) => low <= mean && mean <= high));
  }
});

Deno.test("scoreNoise() refuses prompts without rollouts to spare", () => {
  throws(() => scoreNoise({ outcomes: [] }), /expected prompts/);
  throws(
    () => scoreNoise({ outcomes: [new Uint8Array(4), new Uint8Array(5)] }),
    /expected prompts/,
  );
  throws(
    () => scoreNoise({ outcomes: [new Uint8Array(16)] }, { rollouts: [16] }),
    /expected numbers in \[2, 14\], got 16/,
  );
});

Deno.test("probeOutcomes() puts the rollouts of all seeds together, prompt by prompt", async () => {
  const probe = (await probeOutcomes(probeResults({ seeds: 2, prompts: 40, rollouts: 64 })))!;
  deepEqual(probe.seeds, [0, 1]);
  equal(probe.outcomes.length, 40);
  ok(probe.outcomes.every(({ length }) => length === 128));
  deepEqual([probe.outcomes[0]!.includes(1), probe.outcomes[39]!.includes(0)], [false, false]);
  const { arms: [arm] } = probeResults();
  const without = { ...arm!, runs: arm!.runs.map((run) => ({ ...run, records: [] })) };
  equal(await probeOutcomes({ ...probeResults(), arms: [without] }), null);
});
