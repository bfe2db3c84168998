/** Arms side by side at one budget of generated tokens: what each reached, how fast, and what it spent. */
import type { Comparison } from "../../analysis/comparison.ts";
import type { Outcome } from "../../analysis/outcome.ts";
import {
  compareAtEqualTokens,
  type EqualTokens,
  type EqualTokensRow,
  type Generated,
} from "../../analysis/equal_tokens.ts";
import { createTable } from "../../analysis/table.ts";
import type { Estimate } from "../../core/statistics.ts";
import type { Section } from "../define_report.ts";
import { formatCount, formatFixed, formatP, formatShare } from "../format.ts";
import { csvLink, dataTable, valueCell } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { describeOutcome } from "./answer.ts";
import { percentText, pointsText } from "./estimates.ts";
import { differenceFigure, profileFigure, tokenCurveFigure } from "./equal_tokens_figures.ts";

/** Settings of the section. */
export interface EqualTokensOptions {
  /** Validation accuracy to reach, a share; by default the baseline's mean at the common budget. */
  readonly threshold?: number;
}

const OUTCOME: Outcome = {
  key: "accuracyAtEqualTokens",
  label: "Validation accuracy at equal tokens",
  method: "at the common budget of generated tokens",
  unit: "share",
  role: "main",
  valueOf: () => null,
};

/** The differences at the budget in the form that sentences are made from. */
function comparisonsOf({ rows }: EqualTokens): readonly Comparison[] {
  return rows.flatMap(({ arm, baseline, accuracy, difference, verdict }) => {
    if (baseline === null || difference === null || accuracy === null || verdict === null) {
      return [];
    }
    const { mean, ...rest } = difference;
    return [{
      outcome: OUTCOME,
      arm,
      baseline,
      armMean: accuracy.mean,
      baselineMean: accuracy.mean - mean,
      difference: mean,
      verdict,
      ...rest,
    }];
  });
}

/** `0.52 [0.41, 0.63]`; without an interval for single runs. */
function bootstrapText(estimate: Estimate | null, scale: number, digits: number): string {
  if (estimate === null) return "–";
  const number = (value: number) => formatFixed(scale * value, digits);
  const { value, low, high } = estimate;
  return Number.isNaN(low) ? number(value) : `${number(value)} [${number(low)}, ${number(high)}]`;
}

/** As a share of pairs; where no run of one side is within the other, resampling cannot say how sure that is. */
function improvementText(estimate: Estimate | null): string {
  const apart = estimate !== null && (estimate.value === 0 || estimate.value === 1);
  return apart ? `${formatFixed(estimate.value, 2)}, no overlap` : bootstrapText(estimate, 1, 2);
}

function baselineName(rows: readonly EqualTokensRow[]): string {
  const names = new Set(rows.flatMap(({ baseline }) => baseline ?? []));
  return names.size === 1 ? [...names].join("") : "its baseline";
}

function budgetTable({ rows }: EqualTokens): Html {
  const other = baselineName(rows), hasIqm = rows.some(({ interquartile }) => interquartile);
  return dataTable({
    label: "Accuracy at the common budget",
    head: [
      "Arm",
      "n",
      "Accuracy, % ± half a 95 % interval",
      `Less ${other}, points [95 %]`,
      "p (Holm)",
      `P(above ${other}) [95 %]`,
      ...(hasIqm ? ["Interquartile mean, % [95 %]"] : []),
    ],
    rows: rows.map((row) => {
      const { arm, n, accuracy, standing, difference, improvement, interquartile } = row;
      const half = accuracy === null || accuracy.low === null || accuracy.high === null
        ? null
        : 50 * (accuracy.high - accuracy.low);
      return [
        arm,
        n,
        accuracy === null
          ? "–"
          : valueCell({ value: 100 * accuracy.mean, half, digits: 1, mark: standing }),
        pointsText(difference),
        formatP(difference?.p ?? null),
        improvementText(improvement),
        ...(hasIqm ? [bootstrapText(interquartile, 100, 1)] : []),
      ];
    }),
  });
}

function wayTable({ rows, threshold }: EqualTokens): Html {
  const other = baselineName(rows);
  return dataTable({
    label: "On the way to the common budget",
    head: [
      "Arm",
      "Area under the curve, % [95 %]",
      `Less ${other}, points [95 %]`,
      `Mean tokens to ${formatShare(threshold)} [95 %]`,
      "Runs that reach it",
      "Censored",
    ],
    rows: rows.map(({ arm, area, areaDifference, reach }) => {
      if (reach === null) {
        return [arm, percentText(area), pointsText(areaDifference), "–", "–", "–"];
      }
      const { value, low, high, reached, censored, n } = reach;
      const tokens = reached === 0
        ? `not within ${formatCount(value)}`
        : Number.isNaN(low)
        ? formatCount(value)
        : `${formatCount(value)} [${formatCount(low)}, ${formatCount(high)}]`;
      return [
        arm,
        percentText(area),
        pointsText(areaDifference),
        tokens,
        `${reached} of ${n}`,
        censored,
      ];
    }),
  });
}

function spendingTable({ rows }: EqualTokens): Html {
  const counts = ({ training, scoring, discarded }: Generated) =>
    [training, scoring, discarded].map(formatCount);
  return dataTable({
    label: "What was generated within the common budget",
    head: [
      "Arm (mean per run)",
      "Rollouts trained on",
      "scoring",
      "discarded",
      "Tokens trained on",
      "scoring",
      "discarded",
      "Share trained on",
    ],
    rows: rows.map(({ arm, rollouts, tokens, trainedShare }) => [
      arm,
      ...counts(rollouts),
      ...counts(tokens),
      formatShare(trainedShare),
    ]),
  });
}

function data({ rows, budget, threshold }: EqualTokens) {
  const finite = (value: number | null | undefined) =>
    value == null || Number.isNaN(value) ? null : value;
  const flat = rows.map((row) => ({
    arm: row.arm,
    baseline: row.baseline,
    n: row.n,
    budgetTokens: budget,
    accuracy: row.accuracy?.mean,
    accuracyLow: row.accuracy?.low,
    accuracyHigh: row.accuracy?.high,
    difference: row.difference?.mean,
    differenceLow: row.difference?.low,
    differenceHigh: row.difference?.high,
    pHolm: row.difference?.p,
    verdict: row.verdict,
    interquartileMean: row.interquartile?.value,
    interquartileLow: finite(row.interquartile?.low),
    interquartileHigh: finite(row.interquartile?.high),
    improvement: row.improvement?.value,
    improvementLow: finite(row.improvement?.low),
    improvementHigh: finite(row.improvement?.high),
    area: row.area?.mean,
    areaLow: row.area?.low,
    areaHigh: row.area?.high,
    areaDifference: row.areaDifference?.mean,
    areaDifferenceLow: row.areaDifference?.low,
    areaDifferenceHigh: row.areaDifference?.high,
    threshold,
    meanTokensToThreshold: row.reach?.value,
    tokensLow: finite(row.reach?.low),
    tokensHigh: finite(row.reach?.high),
    reached: row.reach?.reached,
    censored: row.reach?.censored,
    rolloutsTraining: row.rollouts.training,
    rolloutsScoring: row.rollouts.scoring,
    rolloutsDiscarded: row.rollouts.discarded,
    tokensTraining: row.tokens.training,
    tokensScoring: row.tokens.scoring,
    tokensDiscarded: row.tokens.discarded,
  }));
  return createTable<typeof flat[number]>(
    Object.keys(flat[0]!) as (keyof typeof flat[number])[],
    flat,
  );
}

function thresholdText({ threshold, thresholdFrom }: EqualTokens): string {
  return thresholdFrom === null
    ? `The threshold of ${formatShare(threshold)} was set in the report file.`
    : `The threshold of ${
      formatShare(threshold)
    } is the mean accuracy of “${thresholdFrom}” at the budget: it comes from the same runs.`;
}

/**
 * Every arm at the number of tokens, scoring and discarded groups included, that all runs generated: accuracy with
 * differences to the baseline, area under the curve, tokens to a threshold, probability of improvement, spending,
 * and a performance profile over problem families.
 */
export function equalTokens({ threshold }: EqualTokensOptions = {}): Section {
  return {
    id: "equal-tokens",
    title: "Arms at one budget of tokens",
    write: async (context) => {
      const { results, baselines, seedMeaning } = context;
      const found = compareAtEqualTokens(
        results,
        baselines,
        threshold === undefined ? {} : { threshold },
      );
      if (found === null) return null;
      const comparisons = comparisonsOf(found), tokens = formatCount(found.budget);
      const answer = comparisons.length === 0
        ? "no arm shares a finished seed with its baseline yet"
        : `validation accuracy was ${describeOutcome(comparisons)}`;
      return markup`<p><strong>At ${tokens} generated tokens, against ${
        baselineName(found.rows)
      }: ${answer}.</strong> The budget is what the run that spent least had generated at its last evaluation; tokens for training, for scoring prompts and for groups that a filter left out all count, tokens for measuring do not.</p>
${budgetTable(found)}
<p><small>Accuracy: linear between evaluations; ± half a 95 % Student-t interval over seeds. Bold: the highest; †: not shown to be below it (the interval of the difference, paired by seed, includes 0; uncorrected). Differences are paired by seed, with 95 % Student-t intervals of single comparisons; p-values are corrected across arms (Holm). P(above …): the share of all pairs of a run of the arm and one of the other in which the first is higher, ties half (Mann–Whitney), with a percentile bootstrap interval, not paired; runs without overlap have none. Interquartile mean: without the highest and the lowest quarter of the runs, from four runs on. Bootstrap intervals of so few runs are too narrow: of nominal 95 %, about 75 % at three runs, 83 % at five and 90 % at ten cover the truth; judge by the t intervals. ${seedMeaning}</small> ${
        csvLink("equal_tokens", await data(found))
      }</p>
${await differenceFigure(found, context)}
${await tokenCurveFigure(found, context)}
<h3>On the way</h3>
${wayTable(found)}
<p><small>Area: the mean height of the accuracy curve over tokens from none to the budget. Tokens to the threshold: at the first evaluation at or above it, so that the noise of single evaluations counts; runs that do not get there within the budget are censored and count with the budget, none is dropped (restricted mean of the Kaplan–Meier curve; interval by Greenwood's variance and Student's t). ${
        thresholdText(found)
      } Exploratory: not corrected.</small></p>
<h3>What the tokens went into</h3>
${spendingTable(found)}
<p><small>When the budget was spent, linear between records; mean over seeds. Discarded: generated for training and left out by a filter or by screening.</small></p>
${await profileFigure(found, context)}`;
    },
  };
}
