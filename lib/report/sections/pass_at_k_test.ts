import { deepEqual, equal, match, ok } from "node:assert/strict";
import { sliceOutcomes } from "../../analysis/benchmark.ts";
import { doneRuns, type ExperimentResults } from "../../analysis/results.ts";
import { sampledRows } from "../../analysis/sampled.ts";
import { tInterval } from "../../core/statistics.ts";
import type { GalleryRecord } from "../../schema/run_record.ts";
import type { Section } from "../define_report.ts";
import { generationLines } from "../export/generation_rows.ts";
import { syntheticResults } from "../testdata/synthetic_results.ts";
import { renderReport } from "../write_report.ts";
import { benchmarks, gallery, passAtK } from "./mod.ts";

const results = syntheticResults({ steps: 10, seeds: 3, samples: 8 });
const plain = syntheticResults({ steps: 10, seeds: 2 });

/** The page without its embedded files, so that words are found in what a reader sees. */
async function pageOf(section: Section, shown: ExperimentResults): Promise<string> {
  const html = (await renderReport({ sections: [section] }, shown))
    .replace(/base64,[^"]*/g, "").replaceAll("\u00a0", " ");
  ok(!/NaN|undefined|\[object|Infinity/.test(html.replace(/<script>[\s\S]*?<\/script>/g, "")));
  return html;
}

/** Rows of the table with this label, as texts of cells. */
function tableRows(html: string, label: string): readonly (readonly string[])[] {
  const start = html.indexOf(`aria-label="${label}"`);
  ok(start >= 0, label);
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(html.slice(start))![1]!;
  return [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) =>
      cell!.replace(/<[^>]*>/g, "").trim()
    )
  );
}

Deno.test("sampledRows() has every value of k before and after training, of runs whose k agree", () => {
  const [arm] = results.arms, rows = sampledRows(arm!);
  deepEqual([...new Set(rows.map(({ k }) => k))], [1, 2, 4, 8]);
  equal(rows.length, 3 * 3 * 4); // seeds, metrics, draws
  const run = doneRuns(arm!)[1]!;
  const evaluations = run.records.filter((record) => record.kind === "evaluation");
  const own = rows.filter(({ seed, metric }) => seed === run.seed && metric === "passAtK");
  const near = (value: number, expected: number) => ok(Math.abs(value - expected) < 1e-12);
  near(own[0]!.first, evaluations[0]!.splits.validation!.accuracy);
  near(own[0]!.last, evaluations.at(-1)!.splits.validation!.accuracy);
  deepEqual(sampledRows(plain.arms[0]!), []);
  // A run whose evaluations before training gave one response each has nothing to compare.
  const single = plain.arms[0]!.runs[0]!.records.find(({ kind }) => kind === "evaluation")!;
  const records = run.records.map((record) => record === evaluations[0] ? single : record);
  const runs = arm!.runs.map((other) => other === run ? { ...run, records } : other);
  deepEqual([...new Set(sampledRows({ ...arm!, runs }).map(({ seed }) => seed))], [0, 2]);
});

Deno.test("passAtK() tabulates means over seeds with their intervals, and is left out for single responses", async () => {
  const html = await pageOf(passAtK(), results);
  const rows = tableRows(html, "Accuracy by number of responses");
  deepEqual(rows.map(([arm, k]) => [arm, k]).slice(0, 5), [
    ["random", "1"],
    ["", "2"],
    ["", "4"],
    ["", "8"],
    ["mixed, λ = 0.5", "1"],
  ]);
  const values = sampledRows(results.arms[1]!)
    .filter(({ k, metric }) => k === 4 && metric === "worstAtK").map(({ last }) => 100 * last);
  const { mean, high } = tInterval(values);
  equal(rows[6]!.at(-1), `${mean.toFixed(1)} ± ${(high - mean).toFixed(1)}`);
  equal((html.match(/<h4>(pass|majority|worst)@k<\/h4>/g) ?? []).length, 3);
  ok(!(await pageOf(passAtK(), plain)).includes("Accuracy by number of responses"));
});

Deno.test("benchmarks() tells text from images, and sources only where there are several", async () => {
  const html = await pageOf(benchmarks(), results);
  const rows = tableRows(html, "Accuracy by modality");
  deepEqual(rows.map(([slice]) => slice!.replace(/ \(\d+\)/, "")), [
    "image",
    "",
    "",
    "text",
    "",
    "",
  ]);
  const [image] = sliceOutcomes(results.arms[0]!, "modalities");
  equal(rows[0]![2], (100 * tInterval(image!.first).mean).toFixed(1));
  ok(!html.includes('aria-label="Accuracy by source"'));
  deepEqual(sliceOutcomes(results.arms[0]!, "sources"), []);
});

/** The results with validation responses of the first run of the last arm: as of its training, without advantages. */
function withGenerations(): ExperimentResults {
  const arms = plain.arms.map((arm, i) => ({
    ...arm,
    runs: arm.runs.map((run, seed) => {
      if (i !== plain.arms.length - 1 || seed > 0) return run;
      const galleries = run.records.filter((record): record is GalleryRecord =>
        record.kind === "gallery"
      );
      const generations = galleries.map((record): GalleryRecord => ({
        ...record,
        split: "validation",
        rollouts: record.rollouts.map((rollout) => ({ ...rollout, advantage: null })),
      }));
      return { ...run, records: [...run.records, ...generations] };
    }),
  }));
  return { ...plain, arms };
}

Deno.test("gallery() shows the terms of each reward, and responses to validation prompts without an advantage", async () => {
  const train = await pageOf(gallery(), plain);
  deepEqual(train.match(/<h3>[^<]*<\/h3>/g), ["<h3>Step 1</h3>", "<h3>Step 10</h3>"]);
  ok(train.includes("<small>accuracy 1, format 1</small>"));
  equal(train.match(/advantage [+−]/g)!.length, 2 * 4 * 3);
  const both = await pageOf(gallery({ prompts: 2 }), withGenerations());
  deepEqual(both.match(/<h3>[^<]*<\/h3>/g)!.slice(2), [
    "<h3>Validation, step 1</h3>",
    "<h3>Validation, step 10</h3>",
  ]);
  equal(both.match(/advantage [+−]/g)!.length, 2 * 2 * 3);
  equal(both.match(/class="verdict"/g)!.length, 2 * 2 * 2 * 3);
});

Deno.test("generationLines() has the fields of verl's dumps, then where each response comes from", () => {
  const shown = withGenerations();
  const lines = generationLines(shown).trimEnd().split("\n").map((line) => JSON.parse(line));
  const arm = shown.arms.at(-1)!, run = arm.runs[0]!;
  const own = lines.filter((line) => line.run === run.id);
  equal(own.length, 4 * 4 * 3);
  deepEqual(Object.keys(own[0]!).slice(0, 5), ["input", "output", "gts", "score", "step"]);
  const records = run.records.filter((record) => record.kind === "gallery");
  const [rollout] = records.at(-1)!.rollouts;
  deepEqual(own.at(-12), {
    input: rollout!.question,
    output: rollout!.response,
    gts: rollout!.answer,
    score: rollout!.reward,
    step: 10,
    run: run.id,
    arm: arm.name,
    seed: 0,
    split: "validation",
    prompt: rollout!.promptId,
    accuracy: rollout!.accuracyReward,
    format: rollout!.formatReward,
    components: rollout!.components,
    advantage: null,
  });
  match(generationLines(plain), /"split":"train"/);
  equal(generationLines({ ...plain, arms: [] }), "");
});
