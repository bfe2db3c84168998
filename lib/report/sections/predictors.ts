/** Which score tells what a prompt has to teach, and whether diversity tells more than variance does. */
import {
  PAPER_SHARE,
  type Predictors,
  predictors as predictorsOf,
  type TargetPrediction,
  TDS,
  type Tds,
  TDS_SHARES,
} from "../../analysis/predictors.ts";
import { type ProbeSet, readProbes } from "../../analysis/probes.ts";
import { createTable } from "../../analysis/table.ts";
import type { Estimate } from "../../core/statistics.ts";
import { SCORING_ROLLOUTS } from "../../schema/probe_row.ts";
import { scatterChart } from "../charts/scatter_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { csvLink, dataTable, figure, legend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { armStyles } from "../render/theme.ts";
import { policyName, policyTitle, rangeText, SCORE_NAMES } from "./probe_text.ts";

const STYLES = armStyles(["", ...TDS.map((tds) => SCORE_NAMES[tds])]).slice(1);

function targetNames(
  { stepSize }: Predictors,
): Readonly<Record<TargetPrediction["target"], string>> {
  return {
    groupGradient: "squared norm of a training group's gradient",
    squaredGradNorm: "‖∇J‖²",
    gain: `gain at η = ${stepSize}`,
  };
}

const text = (estimate: Estimate) => rangeText(estimate, { digits: 2 });
const signed = (estimate: Estimate) => rangeText(estimate, { digits: 2, signed: true });

async function betaFigure(
  found: Predictors,
  set: ProbeSet,
  index: number,
  context: ReportContext,
): Promise<Html> {
  const names = targetNames(found);
  const drawn = await Promise.all(found.targets.map(async ({ target, vps }) => {
    const spec = scatterChart({
      series: TDS.map((tds, k) => ({
        colour: STYLES[k]!.colour,
        dash: STYLES[k]!.dash,
        means: vps[tds].map(({ value }, i) => ({
          x: TDS_SHARES[i]!,
          y: value,
          low: NaN, // intervals of neighbours overlap all but wholly: they stand in the table
          high: NaN,
        })),
      })),
      xTitle: "β, the share of TDS",
      xDomain: [0, 1],
      width: 300,
      height: 200,
    });
    const label = `Rank correlation of VPS with the ${names[target]} against the share of TDS`;
    return panel(names[target], await context.svg(spec, label));
  }));
  const table = await createTable<Record<string, unknown>>(
    ["target", "tds", "share", "correlation", "low", "high"],
    found.targets.flatMap(({ target, vps }) =>
      TDS.flatMap((tds) =>
        vps[tds].map(({ value, low, high }, i) => ({
          target,
          tds,
          share: TDS_SHARES[i]!,
          correlation: value,
          low,
          high,
        }))
      )
    ),
  );
  return figure({
    id: `figure-predictors-${index}`,
    legend: legend(STYLES),
    content: panels(drawn),
    caption:
      markup`Rank correlation over ${set.prompts} prompts of VPS = (1 − β)·OVS + β·TDS from ${SCORING_ROLLOUTS} rollouts with what it is to predict, mean over ${set.seeds.length} ${
        set.seeds.length === 1 ? "seed" : "seeds"
      }; β = 0 is OVS alone, β = 1 TDS alone, the paper's main setting β = ${PAPER_SHARE}. ${context.seedMeaning}`,
    data: csvLink(`predictors_${index}`, table),
  });
}

function predictorTable(found: Predictors, policy: string): Html {
  const names = targetNames(found);
  const row = (label: string, pick: (target: TargetPrediction) => string) => [
    label,
    ...found.targets.map(pick),
  ];
  const paper = TDS_SHARES.indexOf(PAPER_SHARE);
  const eachTds = (label: string, pick: (target: TargetPrediction, tds: Tds) => string) =>
    TDS.map((tds) =>
      row(`${label}${SCORE_NAMES[tds].replace("TDS, ", "")}`, (target) => pick(target, tds))
    );
  return dataTable({
    label: `Rank correlations of scores with what they are to predict, ${policy}`,
    head: ["Score", ...found.targets.map(({ target }) => `With ${names[target]} [95 %]`)],
    rows: [
      row(`OVS from ${SCORING_ROLLOUTS} rollouts`, ({ ovs }) => text(ovs)),
      row("Var[R] from as many rollouts as a probe has", ({ variance }) => text(variance)),
      ...eachTds("TDS, ", ({ tds }, name) => text(tds[name])),
      ...eachTds(`VPS at β = ${PAPER_SHARE}, `, ({ vps }, name) => text(vps[name][paper]!)),
      ...eachTds("less OVS alone: ", ({ improvement }, name) => signed(improvement[name])),
      ...eachTds("TDS at fixed OVS, ", ({ givenOvs }, name) => signed(givenOvs[name])),
      ...eachTds("TDS at fixed Var[R], ", ({ givenVariance }, name) => signed(givenVariance[name])),
    ],
  });
}

/** What an estimate says about a sign. */
function signOf({ low, high }: Estimate): "more" | "less" | "open" {
  return low > 0 ? "more" : high < 0 ? "less" : "open";
}

/** Does TDS add anything? One sentence per target. */
function addition(prediction: TargetPrediction, name: string): Html {
  const { givenOvs, improvement } = prediction;
  const clauses = TDS.map((tds) => {
    const partial = signOf(givenOvs[tds]), gained = signOf(improvement[tds]);
    const about = partial === "more"
      ? "carries something that OVS does not"
      : partial === "less"
      ? "goes against it where OVS is equal"
      : "is not shown to add to OVS";
    const mixed = gained === "more"
      ? "and VPS ranks better than OVS alone"
      : gained === "less"
      ? "and VPS ranks worse than OVS alone"
      : "and VPS is not shown to rank better or worse than OVS alone";
    return `${SCORE_NAMES[tds].replace("TDS, ", "")} ${about} (partial ${
      signed(givenOvs[tds])
    }) ${mixed} (${signed(improvement[tds])})`;
  });
  return markup`<li>For the ${name}: ${clauses.join("; ")}.</li>`;
}

/** The answer over all targets and measures, in one sentence. */
function verdict({ targets }: Predictors, set: ProbeSet): Html {
  const partials = targets.flatMap(({ givenOvs }) => TDS.map((tds) => signOf(givenOvs[tds])));
  const gained = targets.flatMap(({ improvement }) => TDS.map((tds) => signOf(improvement[tds])));
  const count = (list: readonly string[], wanted: string) =>
    list.filter((one) => one === wanted).length;
  const all = partials.length;
  return markup`<p><strong>Does TDS add anything to OVS?</strong> Its partial correlation with the target at fixed OVS is above 0 in ${
    count(partials, "more")
  } of ${all} combinations of measure and target and below 0 in ${
    count(partials, "less")
  }; mixed in at the paper's β = ${PAPER_SHARE} it improves the ranking in ${
    count(gained, "more")
  } and worsens it in ${count(gained, "less")} (n = ${set.prompts} prompts, ${set.seeds.length} ${
    set.seeds.length === 1 ? "policy" : "policies"
  }; not corrected for their number).</p>`;
}

/** Scores from few rollouts against gradient and gain, policy by policy. */
export function predictors(): Section {
  return {
    id: "predictors",
    title: "Scores as predictors",
    write: async (context) => {
      const sets = await readProbes(context.results);
      if (sets.length === 0) return null;
      const parts = await Promise.all(sets.map(async (set, i) => {
        const found = predictorsOf(set), names = targetNames(found);
        return markup`<h3>${policyTitle(set, sets)}</h3>
${verdict(found, set)}
<ul class="answer">${
          found.targets.map((prediction) => addition(prediction, names[prediction.target]))
        }</ul>
${await betaFigure(found, set, i, context)}
${predictorTable(found, policyName(set, sets))}`;
      }));
      return markup`<p>A sampler sees ${SCORING_ROLLOUTS} rollouts of a prompt and is to say how much training on it would give. Three measures of that, each from other rollouts: the mean squared norm of the gradient of one training group, which is what the optimiser is handed; ‖∇J‖², which is what of it is not noise; and the gain of a small step.</p>
${parts}
<p><small>Spearman correlations over prompts: mean over seeds after Fisher's transform with the 95 % interval of one seed's, for seeds share their prompts; differences of correlations: percentile bootstrap over prompts. Advantages of the training group's gradient are those of the run's settings, for the accuracy verdict alone.</small></p>`;
    },
  };
}
