import { deepEqual, equal, match, ok } from "node:assert/strict";
import shootout from "../../../reports/sampler_shootout.ts";
import type { Report } from "../define_report.ts";
import { syntheticResults } from "../testdata/synthetic_results.ts";
import { renderReport } from "../write_report.ts";
import { detectableEffects } from "./detectable_effects.ts";
import { equalTokens } from "./equal_tokens.ts";

const results = syntheticResults({ seeds: 4, steps: 30 });
const report = (...sections: Report["sections"][number][]): Report => ({ sections });
const page = renderReport(report(equalTokens()), results);

/** The page without its script and the files it carries. */
const visible = (html: string) =>
  html.replace(/<script>.*<\/script>/s, "").replace(/base64,[^"]*/g, "");

/** Rows of the table with this label: cells as text. */
function tableOf(html: string, label: string): string[][] {
  const start = html.indexOf(`aria-label="${label}"`);
  const table = html.slice(start, html.indexOf("</table>", start));
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) =>
      cell!.replace(/<[^>]+>/g, "").trim()
    )
  );
}

Deno.test("equalTokens() says the budget, and n and interval with every claim", async () => {
  const html = visible(await page);
  match(
    html,
    /At 69,120 generated tokens, against random: validation accuracy was [^<]*pp \[[^<]*n = 4\)\.</,
  );
  ok(!/NaN|undefined|\[object/.test(html));
  const [head, ...rows] = tableOf(html, "Accuracy at the common budget");
  deepEqual(rows.map(([arm, n]) => [arm, n]), results.arms.map(({ name }) => [name, "4"]));
  ok(head!.includes("p (Holm)") && head!.includes("P(above random) [95 %]"));
  equal(rows[0]![3], "–");
  match(rows[1]![3]!, /^[+−]\d+\.\d \[[+−]\d+\.\d, [+−]?\d+\.\d\]$/);
});

Deno.test("equalTokens() counts runs that reach the threshold, and censored ones", async () => {
  const html = await renderReport(report(equalTokens({ threshold: 0.99 })), results);
  const [, ...rows] = tableOf(html, "On the way to the common budget");
  deepEqual(rows.map((row) => row.slice(3)), rows.map(() => ["not within 69,120", "0 of 4", "4"]));
  ok(html.includes("The threshold of 99.0 % was set in the report file."));
  ok((await page).includes("is the mean accuracy of “random” at the budget"));
});

Deno.test("equalTokens() draws each arm beside its baseline", async () => {
  const html = await page;
  for (const id of ["figure-equal-tokens", "figure-token-curves", "figure-profiles"]) {
    const content = html.slice(html.indexOf(`id="${id}"`)).split("</figure>")[0]!;
    equal([...content.matchAll(/<div class="panel">/g)].length, 2, id);
  }
});

Deno.test("equalTokens() shows one seed without intervals, and nothing without runs", async () => {
  const single = await renderReport(
    report(equalTokens()),
    syntheticResults({ seeds: 1, steps: 10 }),
  );
  ok(visible(single).includes("not known for lack of seeds"));
  ok(!/NaN/.test(visible(single)));
  const none = {
    ...results,
    arms: results.arms.map((arm) => ({
      ...arm,
      runs: arm.runs.map((run) => ({ ...run, status: "to do" as const, records: [] })),
    })),
  };
  const page = await renderReport(report(equalTokens(), detectableEffects()), none);
  ok(!/<h2/.test(page));
});

Deno.test("detectableEffects() says what the design could see, and the seeds of smaller effects", async () => {
  const html = visible(await renderReport(report(detectableEffects({ effects: [0.01] })), results));
  match(html, /With n = 4 pairs of seeds this design finds a difference in final accuracy of \d/);
  const [head, ...rows] = tableOf(html, "Detectable effects by outcome");
  equal(head!.at(-1), "Seeds for 1 pp or 1 %");
  const accuracy = rows.find(([outcome]) => outcome === "Validation accuracy at the end")!;
  match(accuracy[2]!, /^\d+\.\d+ pp \[\d+\.\d+, \d+\.\d+\]$/);
  match(accuracy.at(-1)!, /^\d+ \[\d+, \d+\]$/);
});

Deno.test("detectableEffects() says so where seeds are too few", async () => {
  const single = syntheticResults({ seeds: 1, steps: 10 });
  const html = await renderReport(report(detectableEffects()), single);
  ok(html.includes("the noise between seeds needs two seeds finished"));
});

Deno.test("the shootout's report has sections for its question, and every anchor once", async () => {
  const html = await renderReport(shootout, syntheticResults({ seeds: 2, steps: 10 }));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  equal(new Set(ids).size, ids.length);
  ok(ids.includes("equal-tokens") && ids.includes("detectable"));
});
