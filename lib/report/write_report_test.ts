import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import lambdaSweep from "../../reports/vas_lambda_sweep.ts";
import stress from "../../reports/vas_stress.ts";
import { StoreError } from "../core/errors.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { DEFAULT_REPORT, loadReport } from "./load_report.ts";
import { coldStart } from "./sections/mod.ts";
import { POOL, syntheticResults } from "./testdata/synthetic_results.ts";
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

Deno.test("renderReport() needs no network, has one inline script, and stays under 3 MB", async () => {
  const html = await written;
  ok(html.length < 3e6, `${html.length}`);
  equal(html.match(/<script/g)!.length, 1);
  const [before, rest] = html.replace(/base64,[^"]*/g, "").split("<script>");
  const [script, after] = rest!.split("</script>");
  equal(after, "</body></html>\n"); // everything there is to read stands before it
  ok(!/<link|@import|https?:|url\((?!#)/i.test(before!));
  ok(!/NaN|undefined|\[object/.test(before!));
  // Names of XML vocabularies look like addresses, and are not fetched.
  ok(!/https?:|fetch\(|import/.test(script!.replace(/http:\/\/www\.w3\.org\/[\w/]+/g, "")));
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
  ok(html.includes("not known for lack of seeds"));
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

Deno.test("renderReport() goes on with the default where no arm has the baseline's name, and says so", async () => {
  const html = await renderReport({ ...lambdaSweep, baseline: "randon" }, results);
  ok(html.includes("“randon” as the baseline, which is no arm"));
  ok(html.includes("Against random:"));
});

Deno.test("renderReport() compares within the level of a crossed axis, whatever the arms are called", async () => {
  const arms = results.arms.flatMap((arm) =>
    [10, 20].map((steps) => ({
      ...arm,
      name: `${arm.name}, steps = ${steps}`,
      config: { ...arm.config, training: { ...arm.config.training, steps } },
    }))
  );
  const html = await renderReport(lambdaSweep, { ...results, arms });
  ok(html.includes("Against uniform sampling with the same other settings:"));
  ok(html.includes("(random, steps = 20)"));
});

Deno.test("renderReport() lists runs with updates left out, and steps without any leave no hole", async () => {
  const [first, ...rest] = results.arms;
  const runs = first!.runs.map((run) => ({
    ...run,
    records: run.records.map((record) =>
      record.kind === "step" && record.step === 7
        ? {
          ...record,
          gradNorm: null,
          clipFraction: null,
          entropy: null,
          klReference: null,
          skippedUpdates: 4,
        }
        : record
    ),
  }));
  const html = await renderReport(lambdaSweep, {
    ...results,
    arms: [{ ...first!, runs }, ...rest],
  });
  ok(html.includes("4 of 120"));
  ok(!/NaN/.test(html.replace(/base64,[^"]*/g, "")));
  ok(!(await written).includes("updates left out"));
});

Deno.test("the cold start's caption and charts say where demonstrations become mixed, and how", async () => {
  const html = await written;
  ok(html.includes("mixed quality from here"));
  ok(/last 10 % of the steps, demonstrations are of mixed quality on purpose/.test(html));
});

Deno.test("the data of the training curves name the metrics as EasyR1 and verl do", async () => {
  const [, data] = /download="training_curves.csv" href="[^,]*,([^"]*)"/.exec(await written)!;
  const [head, ...rows] = atob(data!).split("\n");
  equal(head, "metric,easyr1,verl,arm,x,mean,low,high,n");
  ok(rows.some((row) => row.startsWith("gradNorm,actor/grad_norm,actor/grad_norm,random,")));
});

Deno.test("entropy is labelled with the temperature it is measured at", async () => {
  ok((await written).includes("Entropy (nats per token at temperature 0.6)"));
});

Deno.test("a pool with wrong keys has its pass rates measured by answer key", async () => {
  ok(!(await written).includes("wrong on purpose"));
  const dataset = microMath({
    prompts: POOL,
    validationPrompts: 96,
    benchmarkPrompts: 32,
    unsolvable: 0.5,
  });
  const { train } = createMicroMath(dataset);
  const arms = results.arms.map((arm) => {
    const config = { ...arm.config, dataset };
    const runs = arm.runs.map((run) => ({
      ...run,
      config,
      scores: async (file: string) => {
        const scores = await run.scores(file);
        const passRate = scores.passRate.map((_, i) => train[i]!.solvable ? 0.5 : 0);
        return { ...scores, passRate };
      },
    }));
    return { ...arm, config, runs };
  });
  const html = await renderReport({ ...stress, sections: [coldStart()] }, { ...results, arms });
  const row = /wrong on purpose<\/th>.*/.exec(html)![0];
  const [, prompts, mean, never] = row.split(/<[^>]+>+/).filter((cell) => cell !== "");
  deepEqual([prompts, mean, never], ["128", "0.00 %", "100.00 %"]);
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

Deno.test("writeReport() is one StoreError where the folder cannot be written", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(root, "reports"), "a file where the folder should be");
    await rejects(
      writeReport({ sections: [] }, results, join(root, "reports", "html", "page.html")),
      (error: Error) =>
        error instanceof StoreError && /cannot create the folder/.test(error.message),
    );
    await Deno.mkdir(join(root, "page.html", "full"), { recursive: true });
    await rejects(writeReport({ sections: [] }, results, join(root, "page.html")), StoreError);
    deepEqual([...Deno.readDirSync(root)].map(({ name }) => name).sort(), ["page.html", "reports"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("writeReport() may write one file several times at once", async () => {
  const root = await Deno.makeTempDir();
  try {
    const file = join(root, "page.html");
    await Promise.all([1, 2, 3].map(() => writeReport({ sections: [] }, results, file)));
    deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["page.html"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
