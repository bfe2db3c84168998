/** The answer in words and numbers, each claim with its interval; all sentences follow from the data. */
import { compareArms, type Comparison, type Verdict } from "../../analysis/comparison.ts";
import type { Outcome } from "../../analysis/outcome.ts";
import { createTable } from "../../analysis/table.ts";
import type { Section } from "../define_report.ts";
import { formatP, outcomeFormat } from "../format.ts";
import { csvLink, dataTable } from "../html/figure.ts";
import { type Html, type HtmlPart, markup } from "../html/html.ts";

/** `a`, `a and b`, `a, b and c`. */
function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

const format = ({ outcome, baselineMean }: Comparison) => outcomeFormat(outcome, baselineMean);

/** `+18.0 pp [16.1, 19.9]`. */
function measured(comparison: Comparison): string {
  const { difference, interval } = format(comparison);
  return `${difference(comparison.difference)} ${interval(comparison.low, comparison.high)}`;
}

/** Names of arms hold commas. */
const quoted = ({ arm }: Comparison) => `“${arm}”`;

const named = (comparisons: readonly Comparison[]) =>
  listed(comparisons.map((comparison) => `${quoted(comparison)} (${measured(comparison)})`));

const counts = (comparisons: readonly Comparison[]) =>
  listed([...new Set(comparisons.map(({ n }) => String(n)))]);

/** What a group of arms with the same verdict has in common, as a clause. */
const CLAUSES: Readonly<Record<Verdict, (arms: readonly Comparison[]) => string>> = {
  "higher": (arms) => `higher with ${named(arms)}`,
  "lower": (arms) => `lower with ${named(arms)}`,
  "not detectable": (arms) => `no detectable difference at n = ${counts(arms)} with ${named(arms)}`,
  "not after correction": (arms) =>
    `the interval excludes 0 with ${named(arms)}, but not after Holm's correction: no claim`,
  "too few": (arms) =>
    `too few seeds for an interval (n = ${counts(arms)}) with ${
      listed(arms.map((arm) => `${quoted(arm)} (${format(arm).difference(arm.difference)})`))
    }`,
};

/**
 * One outcome in words: arms with the same verdict share a clause.
 *
 * @param comparisons of one outcome, one per arm
 */
export function describeOutcome(comparisons: readonly Comparison[]): string {
  const groups = Map.groupBy(comparisons, ({ verdict }) => verdict);
  const order: readonly Verdict[] = [
    "higher",
    "lower",
    "not after correction",
    "not detectable",
    "too few",
  ];
  return order.filter((verdict) => groups.has(verdict))
    .map((verdict) => CLAUSES[verdict](groups.get(verdict)!)).join("; ");
}

/** “A” and “B”, or `none` where it is all of several. */
function arms(comparisons: readonly Comparison[], all: number, none: string): string {
  return comparisons.length === all && all > 1 ? none : listed(comparisons.map(quoted));
}

/** `higher in A; no detectable difference in B`, without numbers. */
function inShort(comparisons: readonly Comparison[]): string {
  const of = (...verdicts: readonly Verdict[]) =>
    comparisons.filter(({ verdict }) => verdicts.includes(verdict));
  const all = comparisons.length;
  const clauses: string[] = [];
  const higher = of("higher"), lower = of("lower");
  const open = of("not detectable", "not after correction"), few = of("too few");
  if (higher.length > 0) clauses.push(`higher with ${arms(higher, all, "every other sampler")}`);
  if (lower.length > 0) clauses.push(`lower with ${arms(lower, all, "every other sampler")}`);
  if (open.length > 0) {
    clauses.push(
      `not detectably different at n = ${counts(open)} with ${
        arms(open, all, "any other sampler")
      }`,
    );
  }
  if (few.length > 0) {
    clauses.push(`not known from n = ${counts(few)} with ${listed(few.map(quoted))}`);
  }
  return clauses.join(", ");
}

/** The sentence a reader in a hurry takes away. */
export function summarize(comparisons: readonly Comparison[], baseline: string): string {
  const of = (key: string) => comparisons.filter(({ outcome }) => outcome.key === key);
  const parts = [
    ["informativeGroups", "the share of groups that carry a gradient was"],
    ["areaUnderAccuracy", "validation accuracy per step was"],
    ["accuracyAtEqualRollouts", "at equal rollouts, scoring included, it was"],
  ].flatMap(([key, subject]) => {
    const found = of(key!);
    return found.length === 0 ? [] : [`${subject} ${inShort(found)}`];
  });
  return parts.length === 0 ? "" : `Against ${baseline}, ${parts.join("; ")}.`;
}

const VERDICTS: Readonly<Record<Verdict, HtmlPart>> = {
  "higher": markup`<span class="up">▲ higher</span>`,
  "lower": markup`<span class="down">▼ lower</span>`,
  "not detectable": markup`<span class="quiet">not detectable</span>`,
  "not after correction": markup`<span class="quiet">not after correction</span>`,
  "too few": markup`<span class="quiet">too few seeds</span>`,
};

function comparisonTable(comparisons: readonly Comparison[], baseline: string): Html {
  return dataTable({
    label: "Differences to the baseline",
    head: ["Outcome", "Arm", "Its mean", baseline, "Difference [95 %]", "n", "p", "Verdict"],
    wordColumns: 2,
    rows: comparisons.map((comparison, i) => {
      const { outcome, arm, n, armMean, baselineMean, p, verdict } = comparison;
      const { value } = format(comparison);
      const repeated = comparisons[i - 1]?.outcome === outcome;
      return [
        repeated ? "" : outcome.label,
        arm,
        value(armMean),
        value(baselineMean),
        measured(comparison),
        n,
        formatP(p),
        VERDICTS[verdict],
      ];
    }),
  });
}

function outcomeList(outcomes: readonly Outcome[], comparisons: readonly Comparison[]): Html {
  const items = outcomes.map((outcome) =>
    markup`<li><strong>${outcome.label}:</strong> ${
      describeOutcome(comparisons.filter((comparison) => comparison.outcome === outcome))
    }. <small>(${outcome.method})</small></li>`
  );
  return markup`<ul class="answer">${items}</ul>`;
}

/** Every outcome of every arm against the baseline, paired by seed. */
export function answer(): Section {
  return {
    id: "answer",
    title: "Answer",
    write: async ({ results, baseline, seedMeaning }) => {
      const comparisons = compareArms(results, baseline);
      if (comparisons.length === 0) {
        return markup`<p>No finished run can be compared yet: a difference needs the same seed finished in ${baseline.name} and in another arm.</p>`;
      }
      const outcomes = [...new Set(comparisons.map(({ outcome }) => outcome))];
      const role = (wanted: Outcome["role"]) => outcomes.filter(({ role }) => role === wanted);
      const columns = [
        "outcome",
        "role",
        "arm",
        "baseline",
        "n",
        "armMean",
        "baselineMean",
        "difference",
        "low",
        "high",
        "p",
        "verdict",
      ] as const;
      const table = await createTable<Record<typeof columns[number], unknown>>(
        columns,
        comparisons.map(({ outcome, ...rest }) => ({
          ...rest,
          outcome: outcome.key,
          role: outcome.role,
          baseline: baseline.name,
        })),
      );
      return markup`<p><strong>${summarize(comparisons, baseline.name)}</strong></p>
<h3>Main outcomes</h3>
<p>Differences to ${baseline.name}, with 95 % intervals; p-values of these outcomes are corrected across arms (Holm).</p>
${outcomeList(role("main"), comparisons)}
<h3>Exploratory outcomes</h3>
<p>Not corrected for their number: read them as hints.</p>
${outcomeList(role("exploratory"), comparisons)}
<h3>All differences</h3>
${comparisonTable(comparisons, baseline.name)}
<p><small>Paired by seed: the interval is Student's t over the differences of runs with the same seed (pp: percentage points). “Not detectable” means that the interval includes 0; it does not mean that there is no difference. ${seedMeaning}</small> ${
        csvLink("answer", table)
      }</p>`;
    },
  };
}
