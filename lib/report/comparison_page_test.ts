import { deepEqual, equal, match, ok } from "node:assert/strict";
import { compareExperiments } from "../analysis/experiment_comparison.ts";
import { renderComparison } from "./comparison_page.ts";
import { comparisonSentence, outcomeTexts } from "./comparison_text.ts";
import { syntheticResults } from "./testdata/synthetic_results.ts";

const a = syntheticResults({ seeds: 3, steps: 20 });
const b = { ...a, arms: syntheticResults({ seeds: 2, steps: 20, tds: 0 }).arms };
const side = (name: string, results: typeof a) => ({ name, store: name, results });
const comparison = compareExperiments(side("sweep", a), side("sweep+tds=0", b));

Deno.test("renderComparison() has every section, and a curve chart per arm, metric and axis", async () => {
  const html = await renderComparison(comparison);
  const headings = [...html.matchAll(/<h2 [^>]*>([^<]*)/g)].map(([, title]) => title);
  deepEqual(headings, ["Answer", "What differs", "Outcomes", "Curves", "Runs"]);
  equal(html.match(/<svg role="img"/g)!.length, 3 * 3 * 2);
  ok(html.includes("<code>sampler.weights.tds</code>"));
  ok(!/NaN|undefined|\[object/.test(html.replace(/base64,[^"]*/g, "").replace(/<script>.*/s, "")));
});

Deno.test("renderComparison() draws no curves of runs that are the same, and says that they are", async () => {
  const html = await renderComparison(
    compareExperiments(side("x", a), { ...side("x", a), name: "y" }),
  );
  ok(!html.includes('id="curves"'));
  ok(html.includes("seeds 0, 1, 2 are the same runs"));
  ok(html.includes("Nothing: the settings are the same."));
});

Deno.test("comparisonSentence() has the main outcomes with intervals and n", () => {
  match(
    comparisonSentence(comparison)!,
    /^With sweep\+tds=0 instead of sweep, the share of groups that carry a gradient was .*n = 2\); validation accuracy/,
  );
});

Deno.test("outcomeTexts() says n beside a mean only where the difference has another one", () => {
  const [row] = comparison.outcomes;
  const { a, b, n } = outcomeTexts(row!);
  match(a, /^\d\d\.\d % \[\d\d\.\d, \d\d\.\d\] \(n = 3\)$/);
  match(b, /^\d\d\.\d % \[.*\]$/);
  equal(n, "2 pairs");
});
