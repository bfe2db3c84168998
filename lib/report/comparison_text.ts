/** Two experiments side by side, in words: for the page, the index and the terminal. */
import type { Comparison } from "../analysis/comparison.ts";
import type { ExperimentComparison, PairedOutcome } from "../analysis/experiment_comparison.ts";
import { outcomeFormat } from "./format.ts";
import { answerSentence, describeOutcome } from "./sections/answer.ts";

const differences = (rows: readonly PairedOutcome[]): readonly Comparison[] =>
  rows.flatMap(({ comparison }) => comparison ?? []);

/** One outcome in words, over all arms; null where no arm has a difference. */
export function describeComparison(rows: readonly PairedOutcome[]): string | null {
  const found = differences(rows);
  return found.length === 0 ? null : describeOutcome(found);
}

/** The answer in one sentence; null where no arm has a difference. */
export function comparisonSentence({ a, b, outcomes }: ExperimentComparison): string | null {
  return answerSentence(differences(outcomes), `With ${b.name} instead of ${a.name}`);
}

/** The cells of an outcome's row. */
export interface OutcomeTexts {
  readonly a: string;
  readonly b: string;
  readonly difference: string;
  readonly n: string;
  readonly verdict: string;
}

/** Means with their intervals, with n where the column `n` does not say it, and the difference with its own. */
export function outcomeTexts({ outcome, a, b, method, comparison }: PairedOutcome): OutcomeTexts {
  const { value, difference, interval } = outcomeFormat(outcome, a?.mean ?? b?.mean ?? 0);
  const side = (mean: PairedOutcome["a"]) => {
    if (mean === null) return "–";
    const [low, high] = [mean.low, mean.high].map((end) => value(end).replace(" %", ""));
    const range = mean.n < 2 ? "" : ` [${low}, ${high}]`;
    const isSaid = comparison !== null && (method === "Welch" || mean.n === comparison.n);
    return `${value(mean.mean)}${range}${isSaid ? "" : ` (n = ${mean.n})`}`;
  };
  const sides = { a: side(a), b: side(b) };
  if (comparison === null) {
    const verdict = method === "same runs" ? "the same runs" : "–";
    return { ...sides, difference: "–", n: "–", verdict };
  }
  const { low, high, n, verdict } = comparison;
  return {
    ...sides,
    difference: `${difference(comparison.difference)} ${interval(low, high)}`,
    n: method === "paired" ? `${n} ${n === 1 ? "pair" : "pairs"}` : `${a!.n} and ${b!.n}`,
    verdict: verdict === "too few" ? "too few seeds" : verdict,
  };
}
