import { deepEqual, equal, ok } from "node:assert/strict";
import ablation from "../../../reports/table4_ablation.ts";
import cost from "../../../reports/cost_of_scoring.ts";
import dynamics from "../../../reports/vps_dynamics.ts";
import stages from "../../../reports/table3_stages.ts";
import type { ExperimentResults } from "../../analysis/results.ts";
import { pretrained } from "../../policy/pretrained.ts";
import { coldStartId } from "../../schema/identity.ts";
import { refine } from "../../schema/refine.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import type { Report } from "../define_report.ts";
import {
  ablationResults,
  costResults,
  probeResults,
  stageResults,
} from "../testdata/synthetic_designs.ts";
import { syntheticResults } from "../testdata/synthetic_results.ts";
import { renderReport } from "../write_report.ts";

/** The page without its embedded files, so that words are found in what a reader sees. */
async function pageOf(report: Report, results: ExperimentResults): Promise<string> {
  const html = (await renderReport(report, results)).replace(/base64,[^"]*/g, "");
  ok(!/NaN|undefined|\[object|Infinity/.test(html.replace(/<script>[\s\S]*?<\/script>/g, "")));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  equal(new Set(ids).size, ids.length);
  return html;
}

/** One section of a report. */
const only = (report: Report, ...ids: readonly string[]): Report => ({
  ...report,
  sections: report.sections.filter(({ id }) => ids.includes(id)),
});

/** Rows of the table with this label, as texts of cells. */
function tableRows(html: string, label: string): readonly (readonly string[])[] {
  const start = html.indexOf(`aria-label="${label}`);
  ok(start >= 0, label);
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(html.slice(start))![1]!;
  return [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) =>
      cell!.replace(/<[^>]*>/g, "").replaceAll("\u00a0", " ").trim()
    )
  );
}

Deno.test("ablationTable() shows 18 rows, the paper's beside them, and claims nothing from noise", async () => {
  const html = await pageOf(only(ablation, "ablation"), ablationResults());
  const rows = tableRows(html, "One factor at a time");
  equal(rows.length, 18);
  deepEqual(rows.filter(([name]) => name!.endsWith("(base)")).map(([name]) => name), [
    "λ = 0.5 (base)",
    "T = 28 (base)",
    "N = 8 (base)",
    "(α, β) = (0.5, 0.5) (base)",
  ]);
  deepEqual(rows.map((row) => row.at(-2)).slice(0, 4), ["51.5", "51.7", "52.0", "51.7"]);
  equal(rows.filter((row) => row.at(-1) === "base").length, 4);
  ok(html.includes("None of 14 settings differs detectably from the base"));
  ok(
    html.includes("What seed noise alone gives here") ||
      html.includes("is what seed noise alone gives"),
  );
  const scales = tableRows(html, "T_update here");
  deepEqual(scales.map((row) => row.at(-1)), ["0.6", "1.0", "2.0", "4.0", "5.0", "8.0"]);
  deepEqual(scales[2]!.slice(0, 5), ["14", "20 %", "5", "1.75", "14"]);
});

Deno.test("ablationTable() names a setting that differs, and says so where noise is small", async () => {
  const effect = ({ sampler }: RunConfig) =>
    sampler.kind === "vas" && sampler.mixtureRatio === 0.8 ? 0.02 : 0;
  const html = await pageOf(
    only(ablation, "ablation"),
    ablationResults({ deviation: 1e-4, effect }),
  );
  ok(/1 of 14 settings differ from the base: λ = 0\.8 \(\+2\.0 /.test(html));
  ok(html.includes("would rarely give a span like the paper&#39;s"));
});

Deno.test("ablationTable() of one seed has neither intervals nor a verdict", async () => {
  const html = await pageOf(only(ablation, "ablation"), ablationResults({ seeds: 1 }));
  ok(html.includes("No difference can be judged yet"));
  ok(!html.includes("How far would seed noise"));
});

Deno.test("stageTable() shows every stage beside the paper's and what each adds", async () => {
  const html = await pageOf(only(stages, "stages", "cold-start"), stageResults());
  deepEqual(tableRows(html, "Accuracy after each stage").map(([name]) => name), [
    "base (untrained)",
    "cold start",
    "+ GRPO",
    "+ VAS",
  ]);
  const gains = tableRows(html, "Differences between successive stages");
  deepEqual(gains.map((row) => row[4]), ["0.0", "+3.1", "+1.1"]);
  ok(html.includes("each of 4 seeds has a cold start of its own"));
  ok(html.includes("4 cold starts, one for each seed"));
  equal(html.match(/<h3>Supervised stage<\/h3>/g)!.length, 1);
});

Deno.test("stageTable() says where seeds share a cold start", async () => {
  const html = await pageOf(only(stages, "stages", "cold-start"), stageResults({ shared: true }));
  ok(html.includes("4 seeds share 1 cold start:"));
  ok(html.includes("too few seeds to judge"));
  ok(html.includes("One run, shared by every arm and seed"));
});

Deno.test("coldStart() says which arms begin with which of several", async () => {
  const results = stageResults({ shared: true });
  const [first, second] = results.arms, [shared] = results.coldStarts;
  const longer = (config: RunConfig) => refine(config, { coldStart: { steps: 99 } });
  const config = longer(shared!.config);
  const html = await pageOf(only(stages, "cold-start"), {
    ...results,
    arms: [first!, {
      ...second!,
      config: longer(second!.config),
      runs: second!.runs.map((run) => ({ ...run, config: longer(run.config) })),
    }],
    coldStarts: [shared!, { ...shared!, id: coldStartId(config), config }],
  });
  deepEqual([...html.matchAll(/<h3>(Supervised stage[^<]*)/g)].map(([, title]) => title), [
    "Supervised stage: + GRPO",
    "Supervised stage: + VAS",
  ]);
  ok(html.includes("One run, shared by every seed of these arms"));
  ok(!html.includes("every arm and seed"));
});

Deno.test("coldStart() has nothing to say about pretrained models, which begin without one", async () => {
  const results = stageResults({ shared: true });
  const arms = results.arms.map((arm) => {
    const config = refine(arm.config, { model: pretrained("a/model"), coldStart: null });
    return {
      ...arm,
      config,
      runs: arm.runs.map((run) => ({ ...run, config, status: "to do" as const })),
    };
  });
  const html = await pageOf(only(stages, "cold-start"), { ...results, arms, coldStarts: [] });
  ok(!html.includes("Supervised stage"));
});

Deno.test("staleness() and the flow stand in the dynamics' page, each beside its control", async () => {
  const results = syntheticResults({ seeds: 2, steps: 30 });
  const html = await pageOf(only(dynamics, "staleness", "scores"), results);
  const ages = tableRows(html, "Scores by their age, VAS, λ = 1");
  deepEqual(ages.map(([age, pairs]) => [age, pairs]), [["0 (control)", "3"], ["14", "2"], [
    "28",
    "1",
  ]]);
  const flow = tableRows(html, "Prompts moving up and down, VAS, λ = 1");
  deepEqual(flow.map(([label]) => label), ["0 → 14", "14 → 28", "28 (last)"]);
  ok(flow[0]!.slice(1).every((cell) => /\d/.test(cell)), String(flow[0]));
  ok(html.includes("“Rankings stabilise”: from 0 → 14 to 14 → 28"));
  ok(
    /rank correlation of the scores, scoring noise taken out, <strong>(is first under|stays at)/
      .test(html),
  );
});

Deno.test("scoreNoise() draws one panel per N, and is left out without probes", async () => {
  const html = await pageOf(only(dynamics, "score-noise"), probeResults({ rollouts: 64 }));
  equal(tableRows(html, "Noise of the outcome variance score").length, 6);
  equal(html.match(/Estimates of outcome variance from/g)!.length, 3);
  ok(html.includes("40 prompts, 128 rollouts of each"));
  const fewer = await pageOf(
    only(dynamics, "score-noise"),
    probeResults({ seeds: 1, rollouts: 16 }),
  );
  equal(tableRows(fewer, "Noise of the outcome variance score").length, 2);
  const none = await pageOf(only(dynamics, "score-noise"), costResults());
  ok(!none.includes("Noise of a score"));
});

Deno.test("scoringCost() judges at equal tokens, and shows each setting beside random and the base", async () => {
  const html = await pageOf(only(cost, "scoring-cost"), costResults());
  const rows = tableRows(html, "Accuracy at equal tokens");
  deepEqual(rows.map((row) => row.slice(0, 5)), [
    ["random", "1,000", "0", "0", "10"],
    ["T = 14, N = 8", "1,000", "400", "40", "6"],
    ["T = 28, N = 8", "1,000", "200", "20", "8"],
    ["T = 14, N = 4", "1,000", "200", "20", "8"],
  ]);
  ok(/At 1,000 generated tokens.*lower with “T = 14, N = 8” \(−2\.8 /.test(html));
  equal(html.match(/beside random and T = 14, N = 8/g)!.length, 2);
  const one = await pageOf(only(cost, "scoring-cost"), costResults({ seeds: 1 }));
  ok(one.includes("No arm can be compared with uniform sampling yet"));
});
