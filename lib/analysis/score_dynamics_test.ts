import { deepEqual, equal, ok } from "node:assert/strict";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { poolPassRates } from "./pass_rates.ts";
import { highestScore, scoreDynamics } from "./score_dynamics.ts";

const results = syntheticResults({ seeds: 2, steps: 30 });

Deno.test("scoreDynamics() pairs each refresh with the next, and with its control", async () => {
  const dynamics = (await scoreDynamics(results.arms[2]!, { bins: 20 }))!;
  deepEqual(dynamics.histograms.map(({ step }) => step), [0, 14, 28]);
  deepEqual(
    dynamics.transitions.map(({ fromStep, toStep, control }) => [fromStep, toStep, control]),
    [[0, 14, false], [0, 0, true], [14, 28, false], [14, 14, true], [28, 28, true]],
  );
  for (const { counts, diagonal } of dynamics.transitions) {
    equal(counts.flat().reduce((a, b) => a + b, 0), 2 * 256); // both seeds
    equal(diagonal.length, 2);
  }
  for (const { counts, control } of dynamics.histograms) {
    equal(counts.reduce((a, b) => a + b, 0), 256); // mean over seeds
    equal(control!.reduce((a, b) => a + b, 0), 256);
  }
});

Deno.test("scoreDynamics() uses levels for outcome variance alone", async () => {
  const outcome = syntheticResults({ seeds: 1, steps: 15, tds: 0 });
  const { binning } = (await scoreDynamics(outcome.arms[1]!, { bins: 20 }))!;
  equal(binning.kind, "levels");
  deepEqual(binning.bins.map(({ low }) => Number(low.toFixed(3))), [0, 0.109, 0.188, 0.234, 0.25]);
});

Deno.test("scoreDynamics() is null for an arm that keeps no scores", async () => {
  equal(await scoreDynamics(results.arms[0]!, { bins: 20 }), null);
});

Deno.test("highestScore() is α/4 + β", () => {
  equal(highestScore({ ovs: 0.8, tds: 0.2 }), 0.4);
});

Deno.test("poolPassRates() puts all step-0 scorings together, controls too", async () => {
  const { passRates, rollouts, scorings } = (await poolPassRates(results))!;
  equal(scorings, 2 * 2 * 2); // scoring arms × seeds × (scoring, control)
  equal(rollouts, 8 * 8);
  equal(passRates.length, 256);
  ok(passRates.every((rate) => Number.isInteger(Math.round(rate * 64 * 1e6) / 1e6)));
  equal(await poolPassRates({ ...results, arms: [results.arms[0]!] }), null);
});
