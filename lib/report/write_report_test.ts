import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import lambdaSweep from "../../reports/vas_lambda_sweep.ts";
import stress from "../../reports/vas_stress.ts";
import { DEFAULT_REPORT, loadReport } from "./load_report.ts";
import { syntheticResults } from "./testdata/synthetic_results.ts";
import { renderReport, writeReport } from "./write_report.ts";

const results = syntheticResults({ steps: 30 });

/** The sweep's page, written once for the tests that only read it. */
const written = renderReport(lambdaSweep, results);

/** Section headings, in order. */
const headings = (html: string) =>
  [...html.matchAll(/<h2 [^>]*>([^<]*)<\/h2>/g)].map(([, title]) => title);

Deno.test("renderReport() writes every section once, in the report's order", async () => {
  const html = await written;
  deepEqual(headings(html), lambdaSweep.sections.map(({ title }) => title));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  equal(new Set(ids).size, ids.length);
  for (const [, anchor] of html.matchAll(/href="#([^"]+)"/g)) ok(ids.includes(anchor!), anchor);
});

Deno.test("renderReport() needs no network and no script, and stays under 3 MB", async () => {
  const html = await written;
  ok(html.length < 3e6, `${html.length}`);
  ok(!/<script|<link|@import|https?:|url\((?!#)/i.test(html.replace(/base64,[^"]*/g, "")));
  ok(!/NaN|undefined|\[object/.test(html.replace(/base64,[^"]*/g, "")));
});

Deno.test("renderReport() gives the same page for the same results", async () => {
  equal(await renderReport(lambdaSweep, results), await written);
});

Deno.test("renderReport() lists runs that are not done, and keeps them out of the figures", async () => {
  const failed = syntheticResults({ steps: 15, lastStatus: "failed" });
  const html = await renderReport(lambdaSweep, failed);
  ok(html.includes("the disk is full"));
  ok(html.includes("8 of 9 runs finished"));
  ok(html.includes("n = 2 seeds in VAS, λ = 1"));
});

Deno.test("renderReport() works with one seed, and claims nothing from it", async () => {
  const html = await renderReport(lambdaSweep, syntheticResults({ seeds: 1, steps: 15 }));
  ok(html.includes("too few seeds for an interval (n = 1)"));
  ok(!/▲|▼/.test(html));
});

Deno.test("renderReport() says so when no run is finished", async () => {
  const arms = results.arms.map((arm) => ({
    ...arm,
    runs: arm.runs.map((run) => ({
      ...run,
      status: "to do" as const,
      records: [],
      provenance: [],
    })),
  }));
  const html = await renderReport(lambdaSweep, { ...results, arms, coldStarts: [] });
  deepEqual(headings(html), ["Answer", "Configuration"]);
  ok(html.includes("No finished run can be compared yet"));
  ok(html.includes("0 of 9 runs finished"));
});

Deno.test("renderReport() escapes what experiments and failures say", async () => {
  const [first, ...rest] = results.arms;
  const arms = [{ ...first!, name: "<b>random</b>" }, ...rest];
  const html = await renderReport(DEFAULT_REPORT, {
    ...results,
    arms,
    question: "a < b & <i>c</i>",
  });
  ok(!/<b>random|<i>c/.test(html));
});

Deno.test("renderReport() refuses a baseline that is no arm, with the nearest name", async () => {
  await rejects(
    renderReport({ ...lambdaSweep, baseline: "randon" }, results),
    /baseline: expected the name of an arm, got "randon"; did you mean "random"\?/,
  );
});

Deno.test("the stress report shares the sweep's sections and says what it is", async () => {
  equal(stress.sections, lambdaSweep.sections);
  const html = await renderReport({ ...stress, sections: [] }, results);
  ok(/class="notice">Stress case/.test(html));
});

Deno.test("loadReport() finds a report by name, falls back to the default, and refuses a file without one", async () => {
  const root = await Deno.makeTempDir();
  try {
    equal(await loadReport(root, "nothing"), DEFAULT_REPORT);
    await Deno.mkdir(join(root, "reports"));
    await Deno.writeTextFile(join(root, "reports", "own.ts"), "export default { sections: [] };");
    deepEqual((await loadReport(root, "own")).sections, []);
    await Deno.writeTextFile(join(root, "reports", "empty.ts"), "export const a = 1;");
    await rejects(loadReport(root, "empty"), /reports.empty\.ts: expected a default export/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("writeReport() makes the folder and leaves no temporary file", async () => {
  const root = await Deno.makeTempDir();
  try {
    const file = join(root, "reports", "html", "page.html");
    const { bytes } = await writeReport({ sections: [] }, results, file);
    equal((await Deno.stat(file)).size, bytes);
    deepEqual([...Deno.readDirSync(join(root, "reports", "html"))].map(({ name }) => name), [
      "page.html",
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
