/** Var[R] within and between reasoning paths, and the scores that the paper takes for the two. */
import { type ProbeSet, readProbes } from "../../analysis/probes.ts";
import {
  type PartCorrelations,
  SCORES,
  type VarianceDecomposition,
  varianceDecomposition as decompose,
} from "../../analysis/variance_decomposition.ts";
import { createTable } from "../../analysis/table.ts";
import type { Estimate } from "../../core/statistics.ts";
import { SCORING_ROLLOUTS } from "../../schema/probe_row.ts";
import { scatterChart } from "../charts/scatter_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatFixed, formatShare } from "../format.ts";
import { csvLink, dataTable, figure, keyLegend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { armStyles, QUIET } from "../render/theme.ts";
import { policyName, policyTitle, probeCaption, rangeText, SCORE_NAMES } from "./probe_text.ts";

/** Colours of the two parts. */
const [, WITHIN, BETWEEN] = armStyles(["", "within", "between"]) as [
  unknown,
  { colour: string },
  { colour: string },
];

const TRUTH = Array.from({ length: 41 }, (_, i) => ({ x: i / 40, y: i / 40 * (1 - i / 40) }));

async function chart(
  { bins }: VarianceDecomposition,
  set: ProbeSet,
  index: number,
  context: ReportContext,
): Promise<Html> {
  const means = (pick: "within" | "between") =>
    bins.map((bin) => {
      const { value, low, high } = bin[pick];
      return { x: bin.passRate, y: value, low, high };
    });
  const spec = scatterChart({
    series: [
      { colour: WITHIN.colour, means: means("within") },
      { colour: BETWEEN.colour, means: means("between"), dash: [6, 3] },
    ],
    lines: [TRUTH],
    xTitle: "pass rate",
    xDomain: [0, 1],
  });
  const table = await createTable<Record<string, unknown>>(
    ["passRate", "count", "part", "mean", "low", "high"],
    bins.flatMap(({ passRate, count, ...parts }) =>
      (["within", "between"] as const).map((part) => {
        const { value: mean, low, high } = parts[part];
        return { passRate, count, part, mean, low, high };
      })
    ),
  );
  const label = "Variance within and between reasoning paths against pass rate";
  return figure({
    id: `figure-paths-${index}`,
    legend: keyLegend([
      { label: "within paths, E[p_Z(1 − p_Z)]", colour: WITHIN.colour, mark: "line", dash: [1, 0] },
      { label: "between paths, Var[p_Z]", colour: BETWEEN.colour, mark: "line", dash: [6, 3] },
      { label: "P(1 − P)", colour: QUIET, mark: "line", dash: [3, 3] },
    ]),
    content: panels([panel(policyTitle(set, [set]), await context.svg(spec, label))]),
    caption: markup`${
      probeCaption(set, context)
    } Means over prompts in tenths of the pass rate, which is that of other rollouts. p_Z is exact: the policy's probability of the answer block with the key, given the sampled reasoning.`,
    data: csvLink(`paths_${index}`, table),
  });
}

function scoreTable({ correlations, gradient }: VarianceDecomposition, policy: string): Html {
  return dataTable({
    label: `Scores against the parts of the variance, ${policy}`,
    head: ["Quantity", "Within paths [95 %]", "Between paths [95 %]", "Var[R] [95 %]"],
    rows: [...correlations, gradient].map(({ score, within, between, variance }) => [
      SCORE_NAMES[score],
      ...[within, between, variance].map((estimate) => rangeText(estimate, { digits: 2 })),
    ]),
  });
}

const percent = ({ value, low, high, n }: Estimate): Estimate => ({
  value: 100 * value,
  low: 100 * low,
  high: 100 * high,
  n,
});

/** Which part a score goes with, in words. */
function scoreWords({ score, within, between }: PartCorrelations): string {
  const [own, other] = score === "ovs" ? [within, between] : [between, within];
  const part = score === "ovs" ? "within" : "between",
    rest = score === "ovs" ? "between" : "within";
  const text = (estimate: Estimate) => rangeText(estimate, { digits: 2 });
  const verdict = own.low > other.high
    ? "and more so than with the other"
    : own.high < other.low
    ? "but it does more with the other part"
    : "and the two are not told apart";
  const claim = own.low > 0
    ? "rises with"
    : own.high < 0
    ? "falls with"
    : "is not shown to rise with";
  return `${SCORE_NAMES[score]} ${claim} the part ${part} paths (${text(own)}; ${rest} paths ${
    text(other)
  }), ${verdict}`;
}

/** Which part the gradient goes with, in words. */
function gradientWords({ gradient: { withinAlone, betweenAlone } }: VarianceDecomposition): string {
  const text = (estimate: Estimate) => rangeText(estimate, { digits: 2, signed: true });
  const verdict = betweenAlone.low > withinAlone.high
    ? "variance between paths carries more gradient than variance within them"
    : betweenAlone.high < withinAlone.low
    ? "variance within paths carries more gradient than variance between them"
    : "neither part is shown to carry more gradient than the other";
  return `‖∇J‖² against each part at a fixed size of the other: between paths ${
    text(betweenAlone)
  }, within paths ${text(withinAlone)} (partial rank correlations); ${verdict}.`;
}

function words(found: VarianceDecomposition, set: ProbeSet): Html {
  const { within, between, variance, betweenShare, gap, closedReasoning, rightOtherwise } = found;
  const n = `n = ${set.prompts} prompts × ${set.seeds.length} ${
    set.seeds.length === 1 ? "policy" : "policies"
  }`;
  const agrees = gap.low <= 0 && gap.high >= 0
    ? "so the exact probabilities and the verdicts agree"
    : "so the exact probabilities miss some of what the verdicts hold";
  return markup`<ul class="answer">
<li>Between paths lies <strong>${
    rangeText(percent(betweenShare), { digits: 1 })
  } %</strong> of the variance (${n}): ${formatFixed(between.value, 4)} on average, within paths ${
    formatFixed(within.value, 4)
  }; together ${formatFixed(within.value + between.value, 4)}, from verdicts alone ${
    formatFixed(variance.value, 4)
  }.</li>
<li>Check: pass rate less mean p_Z is ${
    rangeText(percent(gap), { digits: 2, signed: true })
  } percentage points, ${agrees}; ${
    formatShare(rightOtherwise, 2)
  } of responses are right in a form that p_Z leaves out, ${
    formatShare(closedReasoning, 1)
  } close their reasoning.</li>
<li>${gradientWords(found)}</li>
${found.correlations.map((one) => markup`<li>${scoreWords(one)}.</li>`)}
</ul>`;
}

/** The two-level decomposition, policy by policy. */
export function varianceDecomposition(): Section {
  return {
    id: "variance-decomposition",
    title: "Variance within and between reasoning paths",
    write: async (context) => {
      const sets = await readProbes(context.results);
      if (sets.length === 0) return null;
      const parts = await Promise.all(sets.map(async (set, i) => {
        const found = decompose(set), policy = policyName(set, sets);
        return markup`<h3>${policyTitle(set, sets)}</h3>
${words(found, set)}
${await chart(found, set, i, context)}
${scoreTable(found, policy)}`;
      }));
      return markup`<p>Var[R] = E_Z[p_Z(1 − p_Z)] + Var_Z[p_Z], with Z the reasoning up to and including its closing tag and p_Z the chance of a right answer after it. The paper has OVS estimate the first part and TDS bound the second; by its definition OVS = P(1 − P) is the whole of Var[R]. A response that never closes its reasoning is a path of its own whose p_Z is its verdict.</p>
${parts}
<p><small>${SCORES.length} scores from ${SCORING_ROLLOUTS} rollouts each, sampled apart from those that the parts are measured on. Rank correlations (Spearman) over prompts: mean over seeds after Fisher's transform, and the 95 % interval of one seed's (Fisher, with the standard error of Bonett and Wright), for seeds share their prompts.</small></p>`;
    },
  };
}
