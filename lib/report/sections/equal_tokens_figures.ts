/** The figures of the comparison at equal tokens: differences, curves over tokens, performance profiles. */
import { familyProfile } from "../../analysis/family_profile.ts";
import type { EqualTokens } from "../../analysis/equal_tokens.ts";
import { curveChart, type CurveChartOptions } from "../charts/curve_chart.ts";
import { intervalChart, type IntervalRow } from "../charts/interval_chart.ts";
import type { ReportContext } from "../define_report.ts";
import { formatCount } from "../format.ts";
import { csvLink, figure, legend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { bandTable, drawnCurves, extentOf } from "./curves.ts";
import { countText } from "./estimates.ts";

const percent = (value: number | null | undefined) => value == null ? null : 100 * value;

/** Accuracy at the budget and its difference to the baseline, one row per arm. */
export async function differenceFigure(
  { rows, budget }: EqualTokens,
  { svg, styles, seedMeaning }: ReportContext,
): Promise<Html> {
  const colourOf = (arm: string) => styles.find(({ name }) => name === arm)!.colour;
  const accuracy = rows.map(({ arm, accuracy }): IntervalRow => ({
    label: arm,
    mean: percent(accuracy?.mean),
    low: percent(accuracy?.low),
    high: percent(accuracy?.high),
    colour: colourOf(arm),
  }));
  const difference = rows.filter((row) => row.difference !== null)
    .map(({ arm, difference }): IntervalRow => ({
      label: arm,
      mean: percent(difference!.mean),
      low: percent(difference!.low),
      high: percent(difference!.high),
      colour: colourOf(arm),
    }));
  const drawn = [
    panel(
      "Accuracy at the budget",
      await svg(
        intervalChart({ rows: accuracy, xTitle: "accuracy, %", xFormat: "~g", width: 420 }),
        "Validation accuracy at the common budget by arm, with 95 % intervals",
      ),
    ),
  ];
  if (difference.length > 0) {
    drawn.push(panel(
      "Difference to the baseline",
      await svg(
        intervalChart({
          rows: difference,
          xTitle: "points",
          xFormat: "~g",
          reference: 0,
          width: 420,
        }),
        "Difference of validation accuracy at the common budget to the baseline, with 95 % intervals",
      ),
    ));
  }
  return figure({
    id: "figure-equal-tokens",
    content: panels(drawn),
    caption: markup`At ${
      formatCount(budget)
    } generated tokens, training, scoring and discarded groups together. Dots: means over seeds, ${
      countText(rows.map(({ n }) => n))
    }; lines: 95 % Student-t intervals, of the differences over runs with the same seed, uncorrected. ${seedMeaning}`,
  });
}

/** A panel per arm that has a baseline, in which both are drawn. */
async function againstBaseline(
  { rows }: EqualTokens,
  { svg, styles }: ReportContext,
  spoken: string,
  chart: Omit<CurveChartOptions, "styles">,
): Promise<readonly Html[]> {
  const drawn: Html[] = [];
  for (const { arm, baseline } of rows) {
    if (baseline === null) continue;
    const pair = [baseline, arm];
    const bands = chart.bands.filter((band) => pair.includes(band.arm));
    const seeds = chart.seeds.filter((seed) => pair.includes(seed.arm));
    const spec = curveChart({ ...chart, bands, seeds, styles });
    drawn.push(panel(arm, await svg(spec, `${spoken}: ${arm} and ${baseline}`)));
  }
  return drawn;
}

/** Accuracy against tokens, each arm with its baseline. */
export async function tokenCurveFigure(
  found: EqualTokens,
  context: ReportContext,
): Promise<Html | null> {
  const { accuracy, styles, seedMeaning } = context;
  const curves = drawnCurves(accuracy, { x: "tokens", y: "accuracy" });
  const drawn = await againstBaseline(found, context, "Validation accuracy against tokens", {
    ...curves,
    xTitle: "tokens generated",
    xFormat: "~s",
    yFormat: ".2f",
    yDomain: extentOf([curves]),
    marks: [{ x: found.budget, label: "budget" }],
    height: 200,
  });
  if (drawn.length === 0) return null;
  return figure({
    id: "figure-token-curves",
    legend: legend(styles),
    content: panels(drawn),
    caption:
      markup`Validation accuracy against tokens generated for training, scoring and discarded groups; each arm with what it is compared with. Bold: mean over seeds; band: 95 % Student-t interval for it, ${
        countText(found.rows.map(({ n }) => n))
      }; thin: single seeds. Upright line: the common budget. While prompts are scored, cost rises and the policy stays as it is: the flat stretches. ${seedMeaning}`,
    data: csvLink("token_curves", await bandTable({ accuracy: curves.bands })),
  });
}

/** Accuracies that profiles are drawn over. */
const THRESHOLDS = Array.from({ length: 41 }, (_, i) => i / 40);

/** Share of runs × families above each accuracy, each arm with its baseline. */
export async function profileFigure(
  found: EqualTokens,
  context: ReportContext,
): Promise<Html | null> {
  const bands = context.results.arms.flatMap((arm) =>
    familyProfile(arm, found.budget, THRESHOLDS).map(({ threshold, value, low, high, n }) => ({
      arm: arm.name,
      x: threshold,
      mean: value,
      low: Number.isNaN(low) ? null : low,
      high: Number.isNaN(high) ? null : high,
      n,
    }))
  );
  const drawn = await againstBaseline(found, context, "Performance profile", {
    bands,
    seeds: [],
    xTitle: "accuracy τ",
    xFormat: "~%",
    yFormat: "~%",
    yDomain: [0, 1],
    height: 180,
  });
  if (drawn.length === 0 || bands.length === 0) return null;
  return figure({
    id: "figure-profiles",
    legend: legend(context.styles),
    content: panels(drawn),
    caption:
      markup`Performance profiles (Agarwal et al. 2021): share of runs × problem families of the validation split with an accuracy above τ, at each run's last evaluation within the budget; a curve further up and right is better. Bands: pointwise 95 % percentile intervals of the bootstrap that draws runs anew within a family, ${
        countText(found.rows.map(({ n }) => n))
      }; so few runs make them too narrow. A family has few prompts, so that its accuracy is coarse. ${context.seedMeaning}`,
    data: csvLink("profiles", await bandTable({ profile: bands })),
  });
}
