/** The spread of pass rates that reinforcement learning starts from. */
import { equalBins, histogram } from "../../analysis/binning.ts";
import {
  type PoolPassRates,
  poolPassRates,
  spreadOf,
  summarizeRates,
} from "../../analysis/pass_rates.ts";
import { doneRuns, type ExperimentResults } from "../../analysis/results.ts";
import { createTable } from "../../analysis/table.ts";
import { createMicroMath } from "../../dataset/micro_math.ts";
import type { Prompt } from "../../dataset/prompt.ts";
import { coldStartId } from "../../schema/identity.ts";
import { heatChart } from "../charts/heat_chart.ts";
import { histogramChart } from "../charts/histogram_chart.ts";
import type { ReportContext } from "../define_report.ts";
import { formatShare } from "../format.ts";
import { csvLink, dataTable, figure, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { familyName } from "./family_name.ts";

const RATE_BINS = 20, CELL_BINS = 10;

/** One matrix per level: rows are families, columns are ten bins of the pass rate. */
async function spreadByCell(
  { passRates }: PoolPassRates,
  pool: readonly Prompt[],
  { svg }: ReportContext,
): Promise<Html> {
  const binning = equalBins(CELL_BINS, 0, 1);
  const labels = binning.bins.map(({ low }) => low.toFixed(1));
  const byLevel = Map.groupBy(
    pool.map((prompt, i) => ({ prompt, i })),
    ({ prompt }) => prompt.level,
  );
  const families = [...new Set(pool.map(({ family }) => family))].sort();
  const drawn = [];
  for (const [level, members] of [...byLevel].sort(([a], [b]) => a - b)) {
    const rows = families.map((family) => {
      const rates = members.filter(({ prompt }) => prompt.family === family)
        .map(({ i }) => passRates[i]!);
      return histogram(rates, binning).map((count) => count / Math.max(1, rates.length));
    });
    const chart = heatChart({
      rows,
      rowLabels: families.map(familyName),
      columnLabels: labels,
      labelEvery: 2,
      allRows: true,
      xTitle: "pass rate, from",
      yTitle: null,
      most: 0.8,
      width: 354,
      height: 30 + 19 * families.length,
    });
    const svg1 = await svg(chart, `Pass rates by family, level ${level}`);
    drawn.push(panel(`Level ${level} (${members.length} prompts)`, svg1));
  }
  return panels(drawn);
}

/** Whether prompts with a wrong key carry no signal: measured, not taken for granted. */
function bySolvability(passRates: readonly number[], pool: readonly Prompt[]): Html {
  const part = (name: string, solvable: boolean) => {
    const rates = passRates.filter((_, i) => pool[i]!.solvable === solvable);
    if (rates.length === 0) return [name, 0, "–", "–", "–", "–"];
    const { prompts, mean, never, always } = summarizeRates(rates);
    const percent = (share: number) => formatShare(share, 2);
    return [name, prompts, ...[mean, never, 1 - never - always, always].map(percent)];
  };
  return markup`<h3>By answer key</h3>
<p>A prompt whose key is wrong on purpose should be passed by accident only. What was measured before the first step:</p>
${
    dataTable({
      label: "Pass rates by answer key",
      head: ["Answer key", "Prompts", "Mean pass rate", "Never passed", "Sometimes", "Always"],
      rows: [part("right", true), part("wrong on purpose", false)],
    })
  }
<p><small>These are pass rates of the accuracy reward. Groups on prompts with a wrong key can still differ in the format reward: as far as they do, they are informative groups too.</small></p>`;
}

/** Only the runs that begin with the policy of the first one: pass rates of several policies are no pass rates. */
function fromOneColdStart(
  results: ExperimentResults,
): { readonly results: ExperimentResults; readonly of: number } {
  const runs = results.arms.flatMap(doneRuns).map(({ config }) => coldStartId(config));
  const arms = results.arms.map((arm) => ({
    ...arm,
    runs: doneRuns(arm).filter(({ config }) => coldStartId(config) === runs[0]),
  }));
  return { results: { ...results, arms }, of: new Set(runs).size };
}

async function spreadFigure(
  rates: PoolPassRates,
  coldStarts: number,
  context: ReportContext,
): Promise<Html> {
  const { passRates, rollouts, scorings } = rates;
  const config = context.baselines.first.config;
  const { dataset } = config;
  const pool = dataset.kind === "microMath" ? createMicroMath(dataset).train : [];
  const binning = equalBins(RATE_BINS, 0, 1);
  const counts = histogram(passRates, binning);
  const { low, high, between } = spreadOf(passRates);
  const chart = histogramChart({
    ...binning,
    counts,
    control: null,
    most: Math.max(...counts),
    xTitle: "pass rate",
    width: 350,
    height: 210,
  });
  const table = await createTable<
    { prompt: number; family: string; level: number; passRate: number }
  >(
    ["prompt", "family", "level", "passRate"],
    passRates.map((passRate, prompt) => ({
      prompt,
      family: pool[prompt]?.family ?? "",
      level: pool[prompt]?.level ?? 0,
      passRate,
    })),
  );
  const mark = (met: boolean) =>
    markup`<span class="${met ? "up" : "down"}">${met ? "yes" : "no"}</span>`;
  const criteria = dataTable({
    label: "Spread of pass rates",
    head: ["Pass rate", "Prompts", "Wanted", "Met"],
    rows: [
      ["below 0.1", formatShare(low), "≥ 10 %", mark(low >= 0.1)],
      ["above 0.9", formatShare(high), "≥ 10 %", mark(high >= 0.1)],
      ["0.2 to 0.8", formatShare(between), "≥ 40 %", mark(between >= 0.4)],
    ],
  });
  const matching = pool.length === passRates.length;
  return figure({
    id: "figure-pass-rates",
    content: markup`<h3>Pass rates of the pool before the first step</h3>
<p>Without prompts between “always wrong” and “always right”, no sampler can matter.</p>
${
      panels([
        panel("Prompts by pass rate", await context.svg(chart, "Pass rates of the pool")),
        markup`<div class="panel"><h4>Criteria</h4>${criteria}</div>`,
      ])
    }${
      matching && dataset.kind === "microMath" && dataset.unsolvable > 0
        ? bySolvability(passRates, pool)
        : null
    }${
      matching
        ? markup`<h3>By family and level</h3>${await spreadByCell(rates, pool, context)}`
        : null
    }`,
    caption:
      markup`${passRates.length} prompts, ${rollouts} rollouts each at the training temperature: ${scorings} scorings before the first step put together, those repeated as a control too, from every run that scores${
        coldStarts === 1 ? "" : ` and begins with the first of ${coldStarts} cold starts`
      }. By family: each row is coloured by the share of its prompts in each tenth (full colour from 80 %).`,
    data: csvLink("pass_rates", table),
  });
}

/** Pass rates of the pool before the first step; null where no run scored. */
export async function passRateSpread(context: ReportContext): Promise<Html | null> {
  const { results, of } = fromOneColdStart(context.results);
  const rates = await poolPassRates(results);
  return rates === null ? null : await spreadFigure(rates, of, context);
}
