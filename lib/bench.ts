/**
 * `deno task bench`: throughput from one process, as JSON lines on standard output and a table on standard error.
 *
 * Absolute times drift from machine to machine; shares and ratios are the point. Run it on an idle machine.
 */
import type { BenchResult } from "./core/bench.ts";
import { engineBenchCases } from "./engine/bench_cases.ts";
import { defineExperiment } from "./plan/experiment.ts";
import { grid } from "./plan/axes.ts";
import { describePlan } from "./plan/describe_plan.ts";
import { formatPlan } from "./plan/format_plan.ts";
import { expand } from "./plan/plan.ts";
import { reportBenchCases } from "./report/bench_cases.ts";
import { rewardBenchCases } from "./reward/bench_cases.ts";
import { samplerBenchCases } from "./sampler/bench_cases.ts";
import { vas } from "./sampler/vas.ts";
import { recipe } from "./schema/recipe.ts";

/** Seconds of planning a grid of 10,000 runs: expansion, checks, identities, table. */
function* planBenchCases(): Generator<BenchResult> {
  const steps = (count: number) => Array.from({ length: count }, (_, i) => (i + 1) / count);
  const experiment = defineExperiment({
    base: recipe("mmr1_micro", { sampler: vas() }),
    vary: grid({
      sampler: { mixtureRatio: steps(20), refreshInterval: [4, 7, 14, 28, 35] },
      algorithm: { kl: { coefficient: steps(20) } },
    }),
    seeds: 5,
  });
  const begin = performance.now();
  const text = formatPlan(describePlan(expand({ name: "bench", ...experiment }), new Map()));
  const seconds = (performance.now() - begin) / 1000;
  const runs = text.split("\n").length;
  yield { group: "plan", name: `10,000 runs, ${runs} lines`, value: seconds, unit: "s", target: 1 };
}

function print(result: BenchResult): void {
  console.log(JSON.stringify(result));
  const { group, name, value, unit, target } = result;
  const number = value >= 1000
    ? value.toLocaleString("en", { maximumFractionDigits: 0 })
    : value.toPrecision(3);
  const wanted = target === undefined ? "" : `  (target ${target})`;
  console.error(`${group.padEnd(16)} ${name.padEnd(72)} ${number.padStart(14)} ${unit}${wanted}`);
}

if (import.meta.main) {
  for (
    const cases of [
      engineBenchCases(),
      samplerBenchCases(),
      rewardBenchCases(),
      planBenchCases(),
      reportBenchCases(),
    ]
  ) {
    for await (const result of cases) print(result);
  }
}
