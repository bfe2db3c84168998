/** How wrong a score is some steps after it was taken: how often should one refresh? */
import type { BandPoint } from "../../analysis/curve.ts";
import {
  expiryOf,
  type Staleness,
  staleness as stalenessOf,
  type StalenessPoint,
} from "../../analysis/staleness.ts";
import type { ExperimentResults } from "../../analysis/results.ts";
import { createTable } from "../../analysis/table.ts";
import { curveChart } from "../charts/curve_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatFixed } from "../format.ts";
import { csvLink, dataTable, figure, legend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { extentOf } from "./curves.ts";
import { countText, estimateText, percentText, pointsText } from "./estimates.ts";

type Metric = "rankCorrelation" | "corrected" | "ovsError" | "misplaced";

const PANELS: readonly {
  readonly metric: Metric;
  readonly title: string;
  readonly format: string;
}[] = [
  { metric: "rankCorrelation", title: "Rank correlation of scores", format: ".2f" },
  { metric: "corrected", title: "The same, scoring noise taken out", format: ".2f" },
  { metric: "misplaced", title: "Sampling weight misplaced", format: ".0%" },
  { metric: "ovsError", title: "Mean absolute error of OVS", format: "~g" },
];

function bandsOf(all: readonly Staleness[], metric: Metric): readonly BandPoint[] {
  return all.flatMap(({ arm, points }) =>
    points.flatMap((point) => {
      const estimate = point[metric];
      return estimate === null ? [] : [{ arm, x: point.lag, ...estimate }];
    })
  );
}

async function charts(all: readonly Staleness[], context: ReportContext): Promise<Html> {
  const styles = context.styles.filter(({ name }) => all.some(({ arm }) => arm === name));
  const drawn = [];
  for (const { metric, title, format } of PANELS) {
    const bands = bandsOf(all, metric);
    if (bands.length === 0) continue;
    const spec = curveChart({
      bands,
      seeds: [],
      styles,
      xTitle: "age of the score (steps)",
      yFormat: format,
      yDomain: extentOf([{ bands, seeds: [] }]),
    });
    drawn.push(panel(title, await context.svg(spec, `${title} against the age of the score`)));
  }
  const metrics = [
    "rankCorrelation",
    "corrected",
    "ovsError",
    "vpsError",
    "misplaced",
    "excess",
  ] as const;
  const table = await createTable<Record<string, unknown>>(
    ["arm", "lag", "pairs", "metric", "mean", "low", "high", "n"],
    all.flatMap(({ arm, points }) =>
      points.flatMap((point) =>
        metrics.flatMap((metric) => {
          const estimate = point[metric];
          const { lag, pairs } = point;
          return estimate === null ? [] : [{ arm, lag, pairs, metric, ...estimate }];
        })
      )
    ),
  );
  return figure({
    id: "figure-staleness",
    legend: legend(styles),
    content: panels(drawn),
    caption:
      markup`Every pair of refreshes of a run, by the steps between them; age 0 is the control, the same policy scored twice. First the mean over the pairs of a run, then over seeds, ${
        countText(all.map(({ seeds }) => seeds.length))
      }; band: 95 % Student-t interval over seeds. Long ages come from few pairs, all of which begin early in training, when the policy changes fastest. ${context.seedMeaning}`,
    data: csvLink("staleness", table),
  });
}

function ageTable({ arm, points }: Staleness): Html {
  const row = (point: StalenessPoint) => [
    point.lag === 0 ? "0 (control)" : String(point.lag),
    point.pairs,
    estimateText(point.rankCorrelation, 2),
    estimateText(point.corrected, 2),
    estimateText(point.ovsError, 3),
    estimateText(point.vpsError, 3),
    `${percentText(point.misplaced)}`,
    pointsText(point.excess),
  ];
  return dataTable({
    label: `Scores by their age, ${arm}`,
    head: [
      "Age (steps)",
      "Pairs per run",
      "Rank correlation [95 %]",
      "Without scoring noise [95 %]",
      "Error of OVS [95 %]",
      "Error of VPS [95 %]",
      "Weight misplaced, % [95 %]",
      "More than noise, pp [95 %]",
    ],
    rows: points.map(row),
  });
}

/** When an arm's scores are out of date; null where no control was scored. */
function verdictOf(staleness: Staleness, level: number): string | null {
  const { points, seeds } = staleness;
  const expiry = expiryOf(staleness, level), bar = formatFixed(level, 2);
  if (expiry === null) return null;
  const { lag, certain, longest } = expiry;
  const corrected = (age: number) =>
    estimateText(points.find((point) => point.lag === age)!.corrected, 3);
  const n = `n = ${seeds.length}`;
  return lag === null
    ? `stays at or above ${bar} for all ${longest} steps that could be measured (${
      corrected(longest)
    } at ${longest}, ${n})`
    : `is first under ${bar} after ${lag} steps (${corrected(lag)}, ${n})${
      certain ? "" : "; the interval reaches above it or is not known"
    }`;
}

/** What an arm's scores say about how often to refresh. */
function words(staleness: Staleness, level: number): Html {
  const { arm, points } = staleness;
  const expiry = expiryOf(staleness, level), bar = formatFixed(level, 2);
  const at = (lag: number) => points.find((point) => point.lag === lag)!;
  if (expiry === null) {
    return markup`<li>“${arm}”: no control was scored, so that noise and age cannot be told apart.</li>`;
  }
  const { goodUntil, longest } = expiry;
  const held = goodUntil === null
    ? ""
    : ` Up to ${goodUntil} steps its whole interval lies at or above ${bar}.`;
  const noise = points.find((point) => point.lag === 0)?.misplaced ?? null;
  const shortest = points.find((point) => point.lag > 0)!;
  const weight = noise === null
    ? ""
    : ` Scoring the same policy again already misplaces ${
      percentText(noise)
    } % of the sampling weight; ${shortest.lag} steps add ${
      pointsText(shortest.excess)
    } points, ${longest} steps ${
      pointsText(at(longest).excess)
    }. Refreshing more often can only remove what age adds.`;
  return markup`<li>“${arm}”: the rank correlation of the scores, scoring noise taken out, <strong>${
    verdictOf(staleness, level)
  }</strong>.${held}${weight}</li>`;
}

/** Settings of the section. */
export interface StalenessOptions {
  /** Corrected rank correlation under which a score counts as out of date. */
  readonly level?: number;
}

/** Of every arm that scores its whole pool several times. */
async function everyStaleness({ arms }: ExperimentResults): Promise<readonly Staleness[]> {
  const all: Staleness[] = [];
  for (const arm of arms) {
    const found = await stalenessOf(arm);
    if (found !== null) all.push(found);
  }
  return all;
}

/** Age of scores against what is left of them, for every arm that scores its whole pool several times. */
export function staleness({ level = 0.8 }: StalenessOptions = {}): Section {
  return {
    id: "staleness",
    title: "Staleness: how often should one refresh?",
    sentence: async ({ results }) => {
      const said = (await everyStaleness(results)).flatMap((found) => {
        const verdict = verdictOf(found, level);
        return verdict === null ? [] : [`with “${found.arm}” it ${verdict}`];
      });
      return said.length === 0
        ? null
        : `The rank correlation of scores with later ones, scoring noise taken out: ${
          said.join("; ")
        }.`;
    },
    write: async (context) => {
      const all = await everyStaleness(context.results);
      if (all.length === 0) return null;
      const selected = all.filter(({ compared, refreshes }) => compared < refreshes);
      return markup`<p>A score is out of date, for this section, where its rank correlation with a new one is under ${
        formatFixed(level, 2)
      } once scoring noise is taken out: the correlation of two scorings k steps apart, over the geometric mean of what each of the two has with its own repetition (Spearman's correction for attenuation, which for ranks is an approximation).</p>
<ul class="answer">${all.map((found) => words(found, level))}</ul>
${await charts(all, context)}
${all.map((found) => markup`<h3>${found.arm}</h3>${ageTable(found)}`)}
<p><small>Errors: mean absolute difference between the old score and a new one, noise of both included. Weight misplaced: half the sum of absolute differences between the normalised sampling weights (total variation distance), both scorings noisy; “more than noise” is that less the mean of the controls at both ends.${
        selected.map(({ arm, compared, refreshes }) =>
          ` ${arm}: ${compared} of ${refreshes} refreshes, evenly spaced.`
        ).join("")
      }</small></p>`;
    },
  };
}
