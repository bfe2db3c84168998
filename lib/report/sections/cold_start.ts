/** Where reinforcement learning starts: the supervised stage, and the spread of pass rates that it leaves. */
import { equalBins, histogram } from "../../analysis/binning.ts";
import { blockMeans } from "../../analysis/curve.ts";
import { evaluations } from "../../analysis/evaluations.ts";
import {
  type PoolPassRates,
  poolPassRates,
  spreadOf,
  summarizeRates,
} from "../../analysis/pass_rates.ts";
import type { ColdStartResults } from "../../analysis/results.ts";
import { createTable } from "../../analysis/table.ts";
import { createMicroMath } from "../../dataset/micro_math.ts";
import type { Prompt } from "../../dataset/prompt.ts";
import type { SupervisedConfig } from "../../algorithm/supervised.ts";
import type { SplitResult } from "../../schema/run_record.ts";
import { curveChart } from "../charts/curve_chart.ts";
import { heatChart } from "../charts/heat_chart.ts";
import { histogramChart } from "../charts/histogram_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatShare } from "../format.ts";
import { csvLink, dataTable, figure, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { type ArmStyle, MARK } from "../render/theme.ts";
import { familyName } from "./family_name.ts";

const LOSS_POINTS = 150, RATE_BINS = 20, CELL_BINS = 10;
const STYLE: ArmStyle = { name: "cold start", colour: MARK, dash: [1, 0] };

/** Accuracy by family and level: a table shaded like the charts. */
function accuracyTable({ families, levels }: SplitResult): Html {
  const numbers = [...new Set(Object.keys(levels).map((key) => Number(key.split(":")[1])))].sort();
  const cell = (slice: { correct: number; prompts: number } | undefined) => {
    if (slice === undefined) return markup`<td>–</td>`;
    const share = slice.correct / slice.prompts;
    return markup`<td style="--share:${share.toFixed(2)}">${formatShare(share, 0)}</td>`;
  };
  const rows = Object.keys(families).sort().map((family) =>
    markup`<tr><th scope="row">${familyName(family)}</th>${
      numbers.map((level) => cell(levels[`${family}:${level}`]))
    }${cell(families[family])}</tr>`
  );
  return markup`
    <div class="scroll" tabindex="0" role="region" aria-label="Accuracy by family and level">
      <table class="heat">
        <thead>
          <tr><th scope="col">Family</th>${
    numbers.map((level) => markup`<th scope="col">level ${level}</th>`)
  }<th scope="col">all</th></tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>
  `;
}

/** What the last phase shows, and what for. */
function mixture(settings: SupervisedConfig): string {
  const { mixedPhase, shortcutRates, shortcutSpread, guessAccuracy, unboxedRate } = settings;
  const number = (share: number) => String(Number((100 * share).toFixed(1)));
  const rates = shortcutRates.map((rate, i) => `${number(rate)} % at level ${i + 1}`).join(", ");
  return ` Upright line: from here on, the last ${number(mixedPhase)} % of the steps, ` +
    "demonstrations are of mixed quality on purpose. Some skip the working and guess the answer: " +
    `${rates}, each family with an offset of its own within ±${number(shortcutSpread)} pp. ` +
    `Of these guesses ${number(guessAccuracy)} % are right, and ${
      number(unboxedRate)
    } % lack the ` +
    "box that the format reward asks for. A drop in validation accuracy there is deliberate: it " +
    "leaves the policy with two ways of answering, working the problem out and guessing, and " +
    "reinforcement learning with the choice between them. Training starts from the lowered accuracy.";
}

async function supervised(
  coldStart: ColdStartResults,
  { svg }: ReportContext,
): Promise<Html | null> {
  const steps = coldStart.records.filter((record) => record.kind === "supervised");
  const measured = evaluations(coldStart);
  const last = measured.at(-1)?.splits.validation;
  if (steps.length === 0 || last === undefined) return null;
  const block = Math.ceil(steps.length / LOSS_POINTS);
  const band = (points: readonly { readonly x: number; readonly y: number }[]) =>
    points.map(({ x, y }) => ({ arm: STYLE.name, x, mean: y, low: null, high: null, n: 1 }));
  const loss = band(blockMeans(steps.map(({ step, loss }) => ({ x: step, y: loss })), block));
  const accuracy = band(
    measured.flatMap(({ step, splits }) =>
      splits.validation === undefined ? [] : [{ x: step, y: splits.validation.accuracy }]
    ),
  );
  const mixedFrom = steps.find(({ shortcuts }) => shortcuts > 0)?.step;
  const marks = mixedFrom === undefined ? [] : [{ x: mixedFrom, label: "mixed quality from here" }];
  const chart = (bands: typeof loss, yFormat: string) =>
    curveChart({ bands, seeds: [], styles: [STYLE], xTitle: "supervised step", yFormat, marks });
  const table = await createTable<typeof loss[number] & { metric: string }>(
    ["metric", "x", "mean"],
    [
      ...loss.map((point) => ({ metric: "loss", ...point })),
      ...accuracy.map((point) => ({ metric: "accuracy", ...point })),
    ],
  );
  const { coldStart: settings } = coldStart.config;
  return figure({
    id: `figure-cold-start-${coldStart.id}`,
    content: markup`<h3>Supervised stage</h3>${
      panels([
        panel("Loss (nats per response token)", await svg(chart(loss, "~g"), "Cold-start loss")),
        panel(
          "Validation accuracy",
          await svg(chart(accuracy, ".2f"), "Validation accuracy during the cold start"),
        ),
      ])
    }<h3>Validation accuracy after it, by family and level</h3>${accuracyTable(last)}`,
    caption:
      markup`One run, shared by every arm and seed. Loss: means over ${block} successive steps. Accuracy on ${last.prompts} validation prompts after the supervised stage: ${
        formatShare(last.accuracy)
      }; ${formatShare(last.format)} of the responses have the required format.${
        mixedFrom === undefined ? null : mixture(settings)
      }`,
    data: csvLink("cold_start", table),
  });
}

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

async function spread(rates: PoolPassRates, context: ReportContext): Promise<Html> {
  const { passRates, rollouts, scorings } = rates;
  const config = context.baselines.first.config;
  const pool = createMicroMath(config.dataset).train;
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
    }${matching && config.dataset.unsolvable > 0 ? bySolvability(passRates, pool) : null}${
      matching
        ? markup`<h3>By family and level</h3>${await spreadByCell(rates, pool, context)}`
        : null
    }`,
    caption:
      markup`${passRates.length} prompts, ${rollouts} rollouts each at the training temperature: ${scorings} scorings before the first step put together, those repeated as a control too, from every run that scores. By family: each row is coloured by the share of its prompts in each tenth (full colour from 80 %).`,
    data: csvLink("pass_rates", table),
  });
}

/** The supervised stage, accuracy by family and level, and the pool's pass rates. */
export function coldStart(): Section {
  return {
    id: "cold-start",
    title: "Cold start",
    write: async (context) => {
      const stages = [];
      for (const stage of context.results.coldStarts) {
        const written = await supervised(stage, context);
        if (written !== null) stages.push(written);
      }
      const rates = await poolPassRates(context.results);
      if (stages.length === 0 && rates === null) return null;
      return markup`${stages}${rates === null ? null : await spread(rates, context)}`;
    },
  };
}
