import { deepEqual, equal, ok } from "node:assert/strict";
import { mean, pairedInterval, tInterval } from "../core/statistics.ts";
import { syntheticResults } from "../report/testdata/synthetic_results.ts";
import { commonBudget } from "./accuracy_curve.ts";
import { findBaselines } from "./baseline.ts";
import { familyProfile } from "./family_profile.ts";
import { accuracyAt, improvementOver } from "./improvement.ts";
import { compareAtEqualTokens } from "./equal_tokens.ts";

const results = syntheticResults({ seeds: 4, steps: 30 });
const baselines = findBaselines(results)!;
const found = compareAtEqualTokens(results, baselines)!;
const accuracies = results.arms.map(({ runs }) =>
  runs.map((run) => accuracyAt(run, found.budget, "tokens")!)
);

function near(got: number | null | undefined, expected: number, tolerance = 1e-9): void {
  ok(got != null && Math.abs(got - expected) < tolerance, `expected ${expected}, got ${got}`);
}

Deno.test("compareAtEqualTokens() compares at the tokens that the cheapest run generated in all", () => {
  equal(found.budget, commonBudget(results, "tokens"));
  equal(found.budget, 30 * 256 * 9); // uniform sampling, seed 0
  deepEqual(found.rows.map(({ arm, baseline, n }) => [arm, baseline, n]), [
    ["random", null, 4],
    ["mixed, λ = 0.5", "random", 4],
    ["VAS, λ = 1", "random", 4],
  ]);
});

Deno.test("compareAtEqualTokens() has t intervals, and differences paired by seed", () => {
  const { accuracy, difference } = found.rows[2]!;
  const expected = tInterval(accuracies[2]!);
  near(accuracy!.mean, expected.mean);
  near(accuracy!.high, expected.high);
  const paired = pairedInterval(accuracies[2]!, accuracies[0]!);
  near(difference!.mean, paired.mean);
  near(difference!.low, paired.low);
});

Deno.test("compareAtEqualTokens() corrects p-values across arms (Holm)", () => {
  const ps = [1, 2].map((arm) => pairedInterval(accuracies[arm]!, accuracies[0]!).p);
  const [small, large] = ps.toSorted((a, b) => a - b);
  const adjusted = found.rows.slice(1).map(({ difference }) => difference!.p!);
  near(Math.min(...adjusted), Math.min(1, 2 * small!));
  near(Math.max(...adjusted), Math.min(1, Math.max(2 * small!, large!)));
});

Deno.test("compareAtEqualTokens() reaches the baseline's mean, or the threshold that is given", () => {
  near(found.threshold, mean(accuracies[0]!));
  equal(found.thresholdFrom, "random");
  const high = compareAtEqualTokens(results, baselines, { threshold: 0.99 })!;
  deepEqual([high.threshold, high.thresholdFrom], [0.99, null]);
  ok(high.rows.every(({ reach }) => reach!.censored === 4 && reach!.value === high.budget));
});

Deno.test("compareAtEqualTokens() separates what was trained on from scoring, within the budget", () => {
  const [uniform, , vas] = found.rows;
  equal(uniform!.rollouts.scoring, 0);
  equal(uniform!.trainedShare, 1);
  // Two refreshes and 14 steps are the budget, but for the few tokens that synthetic seeds differ by.
  near(vas!.rollouts.scoring, 2 * 256 * 8, 0.3);
  near(vas!.rollouts.training, 14 * 256, 0.3);
  near((vas!.tokens.training + vas!.tokens.scoring) / found.budget, 1);
  near(vas!.trainedShare, vas!.tokens.training / found.budget);
});

Deno.test("compareAtEqualTokens() marks the highest mean, and arms not shown to be below it", () => {
  const best = found.rows.filter(({ standing }) => standing === "best");
  equal(best.length, 1);
  const highest = Math.max(...found.rows.map(({ accuracy }) => accuracy!.mean));
  equal(best[0]!.accuracy!.mean, highest);
  const at = found.rows.indexOf(best[0]!);
  found.rows.forEach(({ standing }, i) => {
    if (i === at) return;
    const { high } = pairedInterval(accuracies[i]!, accuracies[at]!);
    equal(standing, high >= 0 ? "notWorse" : null);
  });
});

Deno.test("compareAtEqualTokens() has an interquartile mean from four runs on, without the extremes", () => {
  const middle = accuracies[1]!.toSorted((a, b) => a - b).slice(1, 3);
  near(found.rows[1]!.interquartile!.value, mean(middle));
  const three = syntheticResults({ seeds: 3, steps: 10 });
  const rows = compareAtEqualTokens(three, findBaselines(three)!)!.rows;
  ok(rows.every(({ interquartile }) => interquartile === null));
});

Deno.test("compareAtEqualTokens() claims nothing from one seed, and nothing at all without runs", () => {
  const single = syntheticResults({ seeds: 1, steps: 10 });
  const { rows } = compareAtEqualTokens(single, findBaselines(single)!)!;
  deepEqual(rows.map(({ verdict }) => verdict), [null, "too few", "too few"]);
  const none = {
    ...results,
    arms: results.arms.map((arm) => ({
      ...arm,
      runs: arm.runs.map((run) => ({ ...run, status: "to do" as const, records: [] })),
    })),
  };
  equal(compareAtEqualTokens(none, baselines), null);
});

Deno.test("compareAtEqualTokens() gives the same intervals for the same results", () => {
  deepEqual(compareAtEqualTokens(results, baselines), found);
});

Deno.test("improvementOver() is the share of all pairs in which the arm is higher", () => {
  const valueOf = ({ seed }: { seed: number }) => seed;
  const [uniform, mixed] = results.arms;
  near(improvementOver(mixed!, uniform!, valueOf)!.value, 0.5); // the same four values
  near(
    improvementOver(
      mixed!,
      uniform!,
      ({ seed, config }) => config.sampler.kind === "vas" ? seed + 1.5 : seed,
    )!.value,
    13 / 16,
  );
  equal(improvementOver(mixed!, uniform!, () => null), null);
});

Deno.test("familyProfile() falls from all runs × families to none, and knows nothing before an evaluation", () => {
  const thresholds = [-0.01, 0.25, 0.5, 0.75, 1];
  const profile = familyProfile(results.arms[0]!, found.budget, thresholds);
  const shares = profile.map(({ value }) => value);
  equal(shares[0], 1);
  equal(shares.at(-1), 0);
  deepEqual(shares, shares.toSorted((a, b) => b - a));
  ok(profile.every(({ low, value, high, n }) => low <= value && value <= high && n === 4));
  deepEqual(familyProfile(results.arms[0]!, -1, thresholds), []);
});
