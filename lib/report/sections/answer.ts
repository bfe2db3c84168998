/** The answer in words and numbers, each claim with its interval; all sentences follow from the data. */
import { compareArms, type Comparison, type Verdict } from "../../analysis/comparison.ts";
import { measuredUnlike } from "../../analysis/measurement.ts";
import type { Outcome } from "../../analysis/outcome.ts";
import type { ExperimentResults } from "../../analysis/results.ts";
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
  const range = interval(comparison.low, comparison.high);
  return `${difference(comparison.difference)}${comparison.low === null ? "," : ""} ${range}`;
}

/** `“VAS, λ = 1” (+18.0 pp [16.1, 19.9], n = 3)`: quoted, because names of arms hold commas. */
const named = (comparisons: readonly Comparison[]) =>
  listed(
    comparisons.map((comparison) =>
      `“${comparison.arm}” (${measured(comparison)}, n = ${comparison.n})`
    ),
  );

/** Up to this many arms are all named; of more, only the first few of a clause, and the rest is counted. */
const FEW = 4;
const NAMED = 3;

/** Arms of a clause whose sign is claimed, the largest differences first. */
function claimed(word: string, arms: readonly Comparison[], total: number): string {
  const sorted = arms.toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  if (total <= FEW || arms.length <= NAMED) return `${word} with ${named(sorted)}`;
  return `${word} with ${arms.length} of ${total} arms, the most with ${
    named(sorted.slice(0, NAMED))
  }`;
}

/** Arms of a clause that claims nothing: where there are many, the range of their differences. */
function unclaimed(word: string, arms: readonly Comparison[], total: number): string {
  if (total <= FEW || arms.length < FEW) return `${word} with ${named(arms)}`;
  const { difference } = format(arms[0]!);
  const differences = arms.map(({ difference }) => difference);
  const halves = arms.flatMap(({ low, high }) => low === null ? [] : [(high! - low) / 2]);
  const width = halves.length === 0
    ? "no interval"
    : `intervals up to ±${difference(Math.max(...halves)).replace("+", "")}`;
  return `${word} with ${arms.length} of ${total} arms (from ${
    difference(Math.min(...differences))
  } to ${difference(Math.max(...differences))}, ${width}, ${seedCount(arms)})`;
}

/** `n = 3`, or `n = 2 to 3` where arms differ in it. */
function seedCount(comparisons: readonly Comparison[]): string {
  const counts = comparisons.map(({ n }) => n);
  const low = Math.min(...counts), high = Math.max(...counts);
  return low === high ? `n = ${low}` : `n = ${low} to ${high}`;
}

/** What a group of arms with the same verdict has in common, as a clause; `total` counts the arms of all groups. */
const CLAUSES: Readonly<Record<Verdict, (arms: readonly Comparison[], total: number) => string>> = {
  "higher": (arms, total) => claimed("higher", arms, total),
  "lower": (arms, total) => claimed("lower", arms, total),
  "not detectable": (arms, total) => unclaimed("not detectably different", arms, total),
  "not after correction": (arms, total) =>
    unclaimed("not different enough to claim it", arms, total) +
    ": the interval excludes 0, but Holm's correction takes it back",
  "too few": (arms, total) => unclaimed("not known for lack of seeds", arms, total),
};

/** In the order in which a reader wants to hear them. */
const VERDICT_ORDER: readonly Verdict[] = [
  "higher",
  "lower",
  "not after correction",
  "not detectable",
  "too few",
];

/**
 * One outcome in words: arms with the same verdict share a clause. Of more than a handful of arms, the largest
 * differences are named, and the others counted.
 *
 * @param comparisons of one outcome, one per arm
 */
export function describeOutcome(comparisons: readonly Comparison[], separator = "; "): string {
  const groups = Map.groupBy(comparisons, ({ verdict }) => verdict);
  return VERDICT_ORDER.filter((verdict) => groups.has(verdict))
    .map((verdict) => CLAUSES[verdict](groups.get(verdict)!, comparisons.length)).join(separator);
}

/** What the headline is about: the main outcomes of the question, and one exploratory one, marked as such. */
const HEADLINE = [
  ["informativeGroups", "The share of groups that carry a gradient was"],
  [
    "accuracyAtEqualTokens",
    "At equal tokens, everything generated counted, validation accuracy was",
  ],
  ["finalAccuracy", "Validation accuracy at the end was"],
  [
    "accuracyAtEqualRollouts",
    "Exploratory, not corrected: at equal rollouts, scoring included, validation accuracy was",
  ],
] as const;

/** “Against random” with one baseline for all arms. */
function reference(comparisons: readonly Comparison[]): string {
  const names = new Set(comparisons.map(({ baseline }) => baseline));
  return names.size === 1 ? [...names].join("") : "uniform sampling with the same other settings";
}

/**
 * The answer in one sentence, with intervals and n: the main outcomes of the headline, or all main outcomes where
 * the headline has none of them. Null without comparisons.
 *
 * @param opening what is compared with what
 */
export function answerSentence(
  comparisons: readonly Comparison[],
  opening = `Against ${reference(comparisons)}`,
): string | null {
  const main = comparisons.filter(({ outcome }) => outcome.role === "main");
  if (main.length === 0) return null;
  const outcomes = new Map(main.map(({ outcome }) => [outcome.key, `${outcome.label} was`]));
  const headline = HEADLINE.filter(([key]) => outcomes.has(key));
  const clauses = (headline.length > 0 ? headline : [...outcomes]).map(([key, subject]) => {
    const found = main.filter(({ outcome }) => outcome.key === key);
    const lowered = subject.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()); // not "KL"
    return `${lowered} ${describeOutcome(found, ", ")}`;
  });
  return `${opening}, ${clauses.join("; ")}.`;
}

/** The sentences a reader in a hurry takes away, each with its intervals and n. */
export function summarize(comparisons: readonly Comparison[]): readonly string[] {
  return HEADLINE.flatMap(([key, subject]) => {
    const found = comparisons.filter(({ outcome }) =>
      outcome.key === key && (outcome.role === "main" || subject.startsWith("Exploratory"))
    );
    return found.length === 0 ? [] : [`${subject} ${describeOutcome(found)}.`];
  });
}

const VERDICTS: Readonly<Record<Verdict, HtmlPart>> = {
  "higher": markup`<span class="up">▲ higher</span>`,
  "lower": markup`<span class="down">▼ lower</span>`,
  "not detectable": markup`<span class="quiet">not detectable</span>`,
  "not after correction": markup`<span class="quiet">not after correction</span>`,
  "too few": markup`<span class="quiet">too few seeds</span>`,
};

function comparisonTable(comparisons: readonly Comparison[]): Html {
  const baselines = new Set(comparisons.map(({ baseline }) => baseline));
  return dataTable({
    label: "Differences to the baseline",
    head: [
      "Outcome",
      "Arm",
      "Its mean",
      baselines.size === 1 ? [...baselines].join("") : "Its baseline",
      "Difference [95 %]",
      "n",
      "p",
      "Verdict",
    ],
    wordColumns: 2,
    rows: comparisons.map((comparison, i) => {
      const { outcome, arm, baseline, n, armMean, baselineMean, p, verdict } = comparison;
      const { value } = format(comparison);
      const repeated = comparisons[i - 1]?.outcome === outcome;
      return [
        repeated ? "" : outcome.label,
        arm,
        value(armMean),
        baselines.size === 1 ? value(baselineMean) : `${value(baselineMean)} (${baseline})`,
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

/** A warning where the arms' accuracies are different quantities; null where they are one. */
function unlikeText({ arms }: ExperimentResults): string | null {
  const unlike = measuredUnlike(arms);
  return unlike.length === 0
    ? null
    : `Differences in accuracy say nothing here: the arms do not share ${
      unlike.join(", ")
    } by which it is measured.`;
}

/** Every outcome of every arm against the baseline, paired by seed. */
export function answer(): Section {
  return {
    id: "answer",
    title: "Answer",
    sentence: ({ results, baselines }) => {
      const sentence = answerSentence(compareArms(results, baselines));
      const warning = unlikeText(results);
      return warning === null || sentence === null ? sentence : `${sentence} ${warning}`;
    },
    write: async ({ results, baselines, baselineNote, seedMeaning }) => {
      const comparisons = compareArms(results, baselines);
      const notices = [baselineNote, unlikeText(results)].filter((notice) => notice !== null);
      const note = notices.map((notice) => markup`<p class="notice">${notice}</p>`);
      if (comparisons.length === 0) {
        return markup`${note}<p>No finished run can be compared yet: a difference needs the same seed finished in an arm and in its baseline (${baselines.first.name}).</p>`;
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
        })),
      );
      return markup`${note}<p><strong>Against ${reference(comparisons)}:</strong></p>
<ul class="answer">${
        summarize(comparisons).map((sentence) => markup`<li><strong>${sentence}</strong></li>`)
      }</ul>
<h3>Main outcomes</h3>
<p>Differences to ${
        reference(comparisons)
      }, with 95 % intervals; p-values of these outcomes are corrected across arms (Holm).</p>
${outcomeList(role("main"), comparisons)}
<h3>Exploratory outcomes</h3>
<p>Not corrected for their number: read them as hints.</p>
${outcomeList(role("exploratory"), comparisons)}
<h3>All differences</h3>
${comparisonTable(comparisons)}
<p><small>Paired by seed: the interval is Student's t over the differences of runs with the same seed (pp: percentage points). “Not detectable” means that the interval includes 0; it does not mean that there is no difference. Where uniform sampling was crossed with other settings, an arm is compared with uniform sampling under its own other settings, and without such a counterpart with “${baselines.first.name}”. ${seedMeaning}</small> ${
        csvLink("answer", table)
      }</p>`;
    },
  };
}
