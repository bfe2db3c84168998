/** The page that puts two experiments, or two versions of one, side by side. */
import { loadVega } from "../../deps.ts";
import { accuracyTable } from "../analysis/accuracy_curve.ts";
import {
  type ComparedExperiment,
  type ExperimentComparison,
  isWhole,
  type PairedOutcome,
  type WholePair,
} from "../analysis/experiment_comparison.ts";
import { type ArmResults, doneRuns } from "../analysis/results.ts";
import { stepTable } from "../analysis/step_table.ts";
import { curveChart } from "./charts/curve_chart.ts";
import { describeComparison, outcomeTexts } from "./comparison_text.ts";
import { formatP } from "./format.ts";
import { dataTable, figure, legend, panel, panels, tabs } from "./html/figure.ts";
import { type Html, type HtmlPart, markup } from "./html/html.ts";
import { page } from "./html/page.ts";
import { renderSvg } from "./render/svg.ts";
import { armStyles } from "./render/theme.ts";
import { type DrawnCurves, drawnCurves, extentOf, measuredOnly } from "./sections/curves.ts";

const code = (value: string | null): HtmlPart =>
  value === null ? "–" : markup`<code>${value}</code>`;

function settings({ a, b, pairs, settings }: ExperimentComparison): Html {
  const whole = pairs.filter(isWhole).length;
  if (whole === 0) {
    return markup`<p>No arm of ${a.name} has the name or the settings of one of ${b.name}: there are no differences to show, only means.</p>`;
  }
  if (settings.length === 0) return markup`<p>Nothing: the settings are the same.</p>`;
  return dataTable({
    label: "Settings that differ",
    head: ["Setting", a.name, b.name, "In"],
    numeric: false,
    rows: settings.map(({ path, a, b, arms }) => [
      markup`<code>${path}</code>`,
      code(a),
      code(b),
      arms.length === whole ? (whole === 1 ? arms[0]! : "all arms") : arms.join("; "),
    ]),
  });
}

/** Distinct commits an experiment's finished runs come from. */
function versions(arms: readonly ArmResults[]): string {
  const all = arms.flatMap(doneRuns).flatMap(({ provenance }) => provenance).map((
    { commit, diffHash },
  ) =>
    `${commit?.slice(0, 12) ?? "no commit"}${
      diffHash === null ? "" : ` + changes ${diffHash.slice(0, 8)}`
    }`
  );
  return [...new Set(all)].join("; ") || "–";
}

function runs({ a, b, pairs }: ExperimentComparison): Html {
  const count = (arm: ArmResults | null) =>
    arm === null
      ? "no such arm"
      : `${doneRuns(arm).length} of ${arm.runs.length} (${
        doneRuns(arm).map(({ seed }) => seed).join(", ") || "none"
      })`;
  const side = ({ name, store, results: { arms } }: ComparedExperiment) =>
    markup`<dt>${name}</dt><dd>runs in ${store}; code ${versions(arms)}</dd>`;
  return markup`<dl>${side(a)}${side(b)}</dl>
${
    dataTable({
      label: "Finished runs",
      head: ["Arm", `${a.name}: finished (seeds)`, `${b.name}: finished (seeds)`, "Shared"],
      numeric: false,
      rows: pairs.map(({ name, a, b, sameRuns }) => [
        name,
        count(a),
        count(b),
        sameRuns.length === 0
          ? "–"
          : `seeds ${sameRuns.join(", ")} are the same runs, with the same settings`,
      ]),
    })
  }`;
}

function outcomeTable({ a, b, outcomes }: ExperimentComparison): Html {
  return dataTable({
    label: "Outcomes",
    head: ["Outcome", "Arm", a.name, b.name, "Difference [95 %]", "n", "p", "Verdict"],
    wordColumns: 2,
    rows: outcomes.map((row, i) => {
      const { a, b, difference, n, verdict } = outcomeTexts(row);
      const repeated = outcomes[i - 1]?.outcome === row.outcome;
      return [
        repeated ? "" : row.outcome.label,
        row.arm,
        a,
        b,
        difference,
        n,
        formatP(row.comparison?.p ?? null),
        verdict,
      ];
    }),
  });
}

const AXES = [
  { key: "step", label: "steps", title: "step" },
  { key: "tokens", label: "tokens generated", title: "tokens generated (training + scoring)" },
] as const;

const METRICS = [
  { key: "accuracy", title: "validation accuracy", format: ".2f" },
  { key: "informativeGroups", title: "informative groups", format: "~%" },
  { key: "gradNorm", title: "gradient norm", format: "~g" },
] as const;

/** Successive steps that a drawn point of a step's metric is the mean of. */
const STEPS_PER_POINT = 5;
/** With more pairs than this, single seeds are left out of the charts. */
const PAIRS_WITH_SEEDS = 6;

/** The curves of one pair, of all metrics, over one axis. */
async function pairCurves(
  { a, b }: WholePair,
  names: readonly [string, string],
  results: ExperimentComparison["a"]["results"],
  axis: typeof AXES[number]["key"],
): Promise<Record<typeof METRICS[number]["key"], DrawnCurves>> {
  const both = { ...results, arms: [{ ...a, name: names[0] }, { ...b, name: names[1] }] };
  const steps = await stepTable(both), accuracy = await accuracyTable(both);
  const metric = (y: "informativeGroups" | "gradNorm") =>
    drawnCurves(steps, { x: axis, y, block: STEPS_PER_POINT });
  return {
    accuracy: drawnCurves(axis === "step" ? measuredOnly(accuracy) : accuracy, {
      x: axis,
      y: "accuracy",
    }),
    informativeGroups: metric("informativeGroups"),
    gradNorm: metric("gradNorm"),
  };
}

async function curves({ a, b, pairs }: ExperimentComparison): Promise<Html | null> {
  const drawn = pairs.filter(isWhole).filter(({ a, b, sameRuns }) =>
    sameRuns.length === 0 && doneRuns(a).length > 0 && doneRuns(b).length > 0
  );
  if (drawn.length === 0) return null;
  const names = [a.name, b.name] as const, styles = armStyles(names);
  const options = [];
  for (const { key: axis, label, title } of AXES) {
    const all = await Promise.all(
      drawn.map((pair) => pairCurves(pair, names, a.results, axis)),
    );
    const charts: Html[] = [];
    for (const [i, { name }] of drawn.entries()) {
      for (const { key, title: metric, format } of METRICS) {
        const { bands, seeds } = all[i]![key];
        const spec = curveChart({
          bands,
          seeds: drawn.length > PAIRS_WITH_SEEDS ? [] : seeds,
          styles,
          xTitle: title,
          yFormat: format,
          yDomain: extentOf(all.map((curves) => curves[key])),
        });
        const spoken = `${name}: ${metric} against ${label}, ${names.join(" and ")}`;
        charts.push(panel(`${name}: ${metric}`, await renderSvg(spec, { label: spoken })));
      }
    }
    options.push({ label, content: panels(charts) });
  }
  return figure({
    id: "figure-curves",
    legend: legend(styles),
    content: tabs("compare-axis", options),
    caption:
      markup`Bold: mean over the finished seeds; band: 95 % Student-t interval for it; thin: single seeds${
        drawn.length > PAIRS_WITH_SEEDS && " (left out, for the number of arms)"
      }. Informative groups and gradient norm are means over ${STEPS_PER_POINT} successive steps or more. Tokens count training and scoring. The same vertical axis for all arms. Arms that are the same runs on both sides are not drawn.`,
  });
}

function answerList({ outcomes }: ExperimentComparison): Html {
  const groups = Map.groupBy(outcomes, ({ outcome }) => outcome);
  const items = [...groups].flatMap(([outcome, rows]: [unknown, readonly PairedOutcome[]]) => {
    const text = describeComparison(rows);
    const { label, method, role } = outcome as PairedOutcome["outcome"];
    return text === null ? [] : [
      markup`<li><strong>${label}${
        role === "main" ? "" : " (exploratory)"
      }:</strong> ${text}. <small>(${method})</small></li>`,
    ];
  });
  return items.length === 0
    ? markup`<p>No difference can be taken: see the runs below.</p>`
    : markup`<ul class="answer">${items}</ul>`;
}

/** The page as text. */
export async function renderComparison(comparison: ExperimentComparison): Promise<string> {
  const { a, b } = comparison;
  (await loadVega()).vega.resetSVGDefIds(); // the same results give the same page
  const drawn = await curves(comparison);
  const questions = [...new Set([a, b].map(({ results }) => results.question.split("\n\n")[0]!))];
  return page({
    title: `${b.name} against ${a.name}`,
    question: questions.join("\n\n"),
    notice: null,
    sections: [
      {
        id: "answer",
        title: "Answer",
        content: markup`<p>${b.name} less ${a.name}, arm by arm:</p>${answerList(comparison)}`,
      },
      { id: "settings", title: "What differs", content: settings(comparison) },
      {
        id: "outcomes",
        title: "Outcomes",
        content: markup`${outcomeTable(comparison)}
<p><small>Means over all finished seeds of a side with 95 % Student-t intervals. The difference is the second less the first: over the seeds that both sides have finished, paired (Student's t over the differences), or over all seeds where fewer than two are shared (Welch). p-values of main outcomes are corrected across arms (Holm); the others are exploratory and not corrected. “Not detectable” means that the interval includes 0; it does not mean that there is no difference.</small></p>`,
      },
      ...(drawn === null ? [] : [{ id: "curves", title: "Curves", content: drawn }]),
      { id: "runs", title: "Runs", content: runs(comparison) },
    ],
    footer: `Made from finished runs only.`,
  });
}
