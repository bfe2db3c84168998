import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import report from "../../../reports/variance_progress.ts";
import type { ExperimentResults } from "../../analysis/results.ts";
import { loadExperiment } from "../../plan/load_experiment.ts";
import { expand } from "../../plan/plan.ts";
import type { Report } from "../define_report.ts";
import { costResults } from "../testdata/synthetic_designs.ts";
import { syntheticExperiment } from "../testdata/synthetic_experiment.ts";
import { renderReport } from "../write_report.ts";
import { plainNumber, rangeText, thinned } from "./probe_text.ts";
import { varianceProgress } from "./variance_progress.ts";

const FILE = fileURLToPath(new URL("../../../experiments/variance_progress.ts", import.meta.url));
const plan = expand(await loadExperiment(FILE));
const resultsOf = (seeds: number) => syntheticExperiment(plan, { steps: 5, seeds });

const measured: Report = {
  ...report,
  sections: report.sections.filter(({ id }) =>
    ["variance-progress", "variance-decomposition", "predictors"].includes(id)
  ),
};

async function pageOf(results: ExperimentResults): Promise<string> {
  const html = (await renderReport(measured, results)).replace(/base64,[^"]*/g, "");
  ok(!/NaN|undefined|\[object|Infinity/.test(html.replace(/<script>[\s\S]*?<\/script>/g, "")));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  equal(new Set(ids).size, ids.length);
  return html;
}

const headings = (html: string) =>
  [...html.matchAll(/<h3>([^<]*)<\/h3>/g)].map(([, heading]) => heading);

Deno.test("varianceProgress(), varianceDecomposition() and predictors() write up every probed policy", async () => {
  const html = await pageOf(resultsOf(2));
  deepEqual(headings(html), Array(3).fill(["After the cold start", "After 5 steps"]).flat());
  // A panel for the norm, its ratio, each of five step sizes, the paths, and three targets.
  equal(html.match(/<div class="panel">/g)!.length, 2 * (2 + 5 + 1 + 3));
  for (const label of ["Squared gradient norm by", "One-step gains", "Scores against", "Rank"]) {
    equal(html.match(new RegExp(`aria-label="${label}`, "g"))!.length >= 2, true, label);
  }
  ok(html.includes("As the theorem has it, more reward variance goes with a larger gradient"));
  ok(
    /holds in all bins of Var\[R\] above 0\.02 up to η = 0\.01, fails in \d of \d at η = 0\.1/.test(
      html,
    ),
  );
  ok(html.includes("Does TDS add anything to OVS?"));
  ok(/Between paths lies <strong>60\.0/.test(html)); // as the synthetic probe has it
});

Deno.test("varianceProgress() with one seed has its intervals, for they are over prompts", async () => {
  const html = await pageOf(resultsOf(1));
  ok(/rank correlation 0\.\d\d \[0\.\d\d, 0\.\d\d\] \(n = 64 prompts × 1 policy\)/.test(html));
});

Deno.test("varianceProgress() answers in a sentence, and says nothing without probes", async () => {
  const { sentence } = varianceProgress();
  const context = (results: ExperimentResults) => ({
    results,
    baselines: { first: results.arms[0]!, of: () => null },
  });
  const text = await sentence!(context(resultsOf(2)));
  ok(
    /^After the cold start, .* rank correlation of 0\.\d\d \[.*n = 64 prompts × 2 policies/.test(
      text!,
    ),
  );
  ok(/After 5 steps, .*the bound η\(c\/4\)·Var\[R\] with c = [\d.]+: .*at η = 0\.1\.$/.test(text!));
  equal(await sentence!(context(costResults())), null);
  const html = (await renderReport(measured, costResults())).replace(/base64,[^"]*/g, "");
  ok(!html.includes("Variance and progress"));
});

Deno.test("plainNumber() and rangeText() keep three digits, and leave out what is not known", () => {
  deepEqual([0, 812.4, 0.0387, 4.1e-5, -2.5e-7, 3e6].map(plainNumber), [
    "0.00",
    "812",
    "0.0387",
    "4.1e−5",
    "−2.5e−7",
    "3.0e6",
  ]);
  equal(rangeText({ value: 0.5, low: NaN, high: NaN, n: 1 }, { digits: 2 }), "0.50");
  equal(
    rangeText({ value: 0.5, low: -0.1, high: 1, n: 9 }, { digits: 1, signed: true }),
    "+0.5 [−0.1, +1.0]",
  );
  deepEqual(thinned([1, 2, 3, 4, 5, 6], 3), [1, 3, 5]);
});
