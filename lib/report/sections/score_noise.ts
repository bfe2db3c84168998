/** How noisy p̂(1 − p̂) is at the numbers of rollouts that scoring can afford. */
import { type ProbeOutcomes, probeOutcomes } from "../../analysis/probe_outcomes.ts";
import {
  type NoiseRow,
  type ScoreNoise,
  scoreNoise as noiseOf,
} from "../../analysis/score_noise.ts";
import { createTable } from "../../analysis/table.ts";
import { noiseChart } from "../charts/noise_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatFixed, formatSigned } from "../format.ts";
import { csvLink, dataTable, figure, keyLegend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { HEAT, INK, MARK } from "../render/theme.ts";

const NAMES = { plugIn: "p̂(1 − p̂)", unbiased: "p̂(1 − p̂)·N/(N − 1)" } as const;

function noiseTable({ rows }: ScoreNoise): Html {
  return dataTable({
    label: "Noise of the outcome variance score",
    head: [
      "Rollouts and estimate",
      "Bias",
      "Standard deviation",
      "Rank correlation with the truth",
    ],
    rows: rows.map(({ rollouts, estimator, bias, deviation, rankCorrelation }) => [
      `N = ${rollouts}, ${NAMES[estimator]}`,
      formatSigned(bias, 4),
      formatFixed(deviation, 4),
      formatFixed(rankCorrelation, 3),
    ]),
  });
}

async function chart(
  { rows, prompts, rolloutsPerPrompt, draws }: ScoreNoise,
  { seeds }: ProbeOutcomes,
  context: ReportContext,
): Promise<Html> {
  const most = Math.max(0.3, ...rows.flatMap(({ bins }) => bins.map(({ high }) => high))) * 1.02;
  const drawn = [];
  for (const [rollouts, own] of Map.groupBy(rows, ({ rollouts }) => rollouts)) {
    const bins = (wanted: NoiseRow["estimator"]) =>
      own.find(({ estimator }) => estimator === wanted)?.bins ?? [];
    const spec = noiseChart({ points: bins("plugIn"), other: bins("unbiased"), most });
    const label = `Estimates of outcome variance from ${rollouts} rollouts against true pass rate`;
    drawn.push(panel(`N = ${rollouts}`, await context.svg(spec, label)));
  }
  type Row = NoiseRow["bins"][number] & { rollouts: number; estimator: string };
  const table = await createTable<Row>(
    ["rollouts", "estimator", "passRate", "prompts", "mean", "low", "high"],
    rows.flatMap(({ rollouts, estimator, bins }) =>
      bins.map((bin) => ({ rollouts, estimator, ...bin }))
    ),
  );
  return figure({
    id: "figure-score-noise",
    legend: keyLegend([
      { label: `${NAMES.plugIn}, mean`, colour: HEAT, mark: "line", dash: [1, 0] },
      { label: "its 5 to 95 % range", colour: MARK, mark: "bar", dash: [1, 0] },
      { label: `${NAMES.unbiased}, mean`, colour: HEAT, mark: "line", dash: [6, 3] },
      { label: "P(1 − P)", colour: INK, mark: "line", dash: [2, 2] },
    ]),
    content: panels(drawn),
    caption:
      markup`${prompts} prompts, ${rolloutsPerPrompt} rollouts of each by the policy that training starts from (seeds ${
        seeds.join(", ")
      } put together). ${draws} times N of them are drawn without replacement as a scoring would; the pass rate of those left over is taken as the truth. Points: means over prompts in twentieths of the true pass rate.`,
    data: csvLink("score_noise", table),
  });
}

/** What it comes to, in words. */
function summary({ rows }: ScoreNoise): Html {
  const plugIn = rows.filter(({ estimator }) => estimator === "plugIn");
  const list = plugIn.map(({ rollouts, deviation, rankCorrelation }) =>
    `${formatFixed(deviation, 3)} at N = ${rollouts} (rank correlation ${
      formatFixed(rankCorrelation, 2)
    })`
  );
  return markup`<p>A score of ${NAMES.plugIn} is off by ${
    list.join(", ")
  }, against a largest possible score of 0.25. The unbiased estimate is the same number times N/(N − 1): it ranks prompts alike and, where scores are outcome variance alone, gives them the same shares of sampling weight. The factor matters only beside another term, such as diversity.</p>`;
}

/** The noise of scores from N rollouts against the true pass rate, from subsampled real rollouts. */
export function scoreNoise(
  { rollouts = [8, 16, 32] }: { readonly rollouts?: readonly number[] } = {},
): Section {
  return {
    id: "score-noise",
    title: "Noise of a score",
    write: async (context) => {
      const probe = await probeOutcomes(context.results);
      if (probe === null) return null;
      // The truth takes at least half of the rollouts.
      const possible = rollouts.filter((count) => 2 * count <= probe.outcomes[0]!.length);
      if (possible.length === 0) return null;
      const noise = noiseOf(probe, { rollouts: possible });
      return markup`${summary(noise)}
${await chart(noise, probe, context)}
${noiseTable(noise)}
<p><small>Bias and standard deviation of estimate less truth, over prompts and draws; the truth is itself an estimate from the rollouts left over, whose noise is in the standard deviation. The prompts are the design's own: other pools have other shares of prompts at 0 and 1, where every estimate is exact.</small></p>`;
    },
  };
}
