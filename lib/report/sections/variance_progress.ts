/** The Variance-Progress theorem against what was measured: gradients, a constant, gains, and where the bound ends. */
import {
  type GradientProgress,
  gradientProgress,
  isAboveFloor,
  VARIANCE_FLOOR,
} from "../../analysis/progress.ts";
import { type GainBin, progressGains, type StepGain } from "../../analysis/progress_gains.ts";
import { type ProbeSet, readProbes } from "../../analysis/probes.ts";
import { createTable } from "../../analysis/table.ts";
import type { Section } from "../define_report.ts";
import { formatFixed } from "../format.ts";
import { type Html, markup } from "../html/html.ts";
import { gainFigure, gradientFigure } from "./variance_progress_figures.ts";
import { gainTable, gradientTable } from "./variance_progress_tables.ts";
import { plainNumber, plainRange, policyName, policyTitle, rangeText } from "./probe_text.ts";

/** One policy's measurements. */
export interface MeasuredProgress {
  readonly set: ProbeSet;
  readonly gradient: GradientProgress;
  /** Step sizes rising. */
  readonly steps: readonly StepGain[];
}

function measure(set: ProbeSet): MeasuredProgress {
  const gradient = gradientProgress(set);
  const steps = progressGains(set, gradient.constant.value)
    .toSorted((a, b) => a.stepSize - b.stepSize);
  return { set, gradient, steps };
}

/** How far the bound was seen to hold: bins with gains above it, at every step size up to that one. */
interface Reach {
  /** The largest step size up to which the whole interval of every bin lies above the bound; null for none. */
  readonly holdsUpTo: number | null;
  /** The smallest step size at which some bin's whole interval lies below it, and its bins; null for none. */
  readonly failsFrom: { readonly stepSize: number; readonly bins: readonly GainBin[] } | null;
}

/** Over the bins that c was estimated from. */
function reachOf(steps: readonly StepGain[]): Reach {
  const rising = steps.map(({ stepSize, bins }) => ({
    stepSize,
    bins: bins.filter(({ bin }) => isAboveFloor(bin)),
  }));
  const stops = rising.findIndex(({ bins }) => bins.some(({ verdict }) => verdict !== "holds"));
  const holding = stops < 0 ? rising : rising.slice(0, stops);
  return {
    holdsUpTo: holding.at(-1)?.stepSize ?? null,
    failsFrom: rising.find(({ bins }) => bins.some(({ verdict }) => verdict === "fails")) ?? null,
  };
}

/** Up to which step size the bound was seen to hold and from which it fails: two clauses. */
function reachText(steps: readonly StepGain[]): string {
  const { holdsUpTo, failsFrom } = reachOf(steps);
  const bins = `all bins of Var[R] above ${VARIANCE_FLOOR}`;
  const holds = holdsUpTo === null
    ? `not shown to hold in ${bins} at any step size`
    : `holds in ${bins} up to η = ${holdsUpTo}`;
  if (failsFrom === null) return `${holds}, and not seen to fail at any of ${steps.length}`;
  const failed = failsFrom.bins.filter(({ verdict }) => verdict === "fails").length;
  return `${holds}, fails in ${failed} of ${failsFrom.bins.length} at η = ${failsFrom.stepSize}`;
}

/** What became of it below the floor, and for single prompts, at the smallest step. */
function exceptions(steps: readonly StepGain[]): string {
  const first = steps[0]!;
  const below = first.bins.find(({ bin }) => !isAboveFloor(bin));
  const verdicts = { holds: "it holds as well", fails: "it fails", open: "it is open" } as const;
  const small = below === undefined
    ? ""
    : ` Where Var[R] is at most ${VARIANCE_FLOOR}, ${
      verdicts[below.verdict]
    } at η = ${first.stepSize}: gain ${plainRange(below.gain)}, bound ${plainNumber(below.bound)}.`;
  const { value, low, high, n } = first.holds;
  const share = rangeText(
    { value: 100 * value, low: 100 * low, high: 100 * high, n },
    { digits: 0 },
  );
  return `${small} Bins are means: of single prompts ${share} % gain at least the bound at η = ${first.stepSize}, ${
    formatFixed(100 * first.contradicted, 0)
  } % less than it by more than noise.`;
}

const samples = ({ prompts, seeds }: ProbeSet) =>
  `n = ${prompts} prompts × ${seeds.length} ${seeds.length === 1 ? "policy" : "policies"}`;

/** Whether one constant describes all bins, in words. */
function proportionality({ exponent, bins }: GradientProgress): Html | null {
  const lowest = bins[0], highest = bins.at(-1);
  if (lowest === undefined || highest === undefined || Number.isNaN(exponent.low)) return null;
  const range = `the ratio is ${plainRange(lowest.ratio)} where Var[R] is at most ${
    formatFixed(lowest.high, 2)
  } and ${plainRange(highest.ratio)} above ${formatFixed(highest.low, 2)}`;
  const power = `The mean of ‖∇J‖² goes with Var[R] to the power ${
    rangeText(exponent, { digits: 2 })
  }`;
  if (exponent.low > 1) {
    return markup`${power}, faster than in proportion: ${range}. <strong>No one constant c_min serves all prompts</strong>: it shrinks with the variance. So it must: for a 0/1 reward ∇J = p(1 − p)·(E[s | right] − E[s | wrong]) with s = ∇ log π, so that ‖∇J‖² is the square of Var[R] times the squared distance of the two mean scores, and where that distance is bounded, ‖∇J‖²/Var[R] goes to 0 with Var[R].`;
  }
  return exponent.high < 1
    ? markup`${power}, slower than in proportion: ${range}.`
    : markup`${power}, compatible with proportion: ${range}.`;
}

function words(measured: MeasuredProgress, sets: readonly ProbeSet[]): Html {
  const { set, gradient, steps } = measured;
  const { correlation, correlations, constant, quantile, still } = gradient;
  const single = correlations.length < 2
    ? ""
    : `, by seed: ${correlations.map((value) => formatFixed(value, 2)).join(", ")}`;
  const direction = correlation.low > 0
    ? "As the theorem has it, more reward variance goes with a larger gradient"
    : correlation.high < 0
    ? "Against the theorem, more reward variance goes with a smaller gradient"
    : "No relation of reward variance and gradient is shown";
  const largest = steps.at(-1)!;
  const most = largest.stepSize * constant.value / 4 / 4; // at Var[R] = ¼
  const beyond = most <= 1
    ? ""
    : ` There the bound asks for up to ${plainNumber(most)} of a probability, which is at most 1.`;
  const curve = markup`
<li>A step gains, as a share of its first order η‖∇J‖² (1 where measured gain and measured gradient agree and the step is small enough), ${
    steps.map(({ stepSize, efficiency }) =>
      `${rangeText(efficiency, { digits: 2 })} at η = ${stepSize}`
    ).join("; ")
  }. At η = ${largest.stepSize} the gain is below 0 by more than noise on ${
    formatFixed(100 * largest.harmed, 0)
  } % of prompts.${beyond}</li>`;
  return markup`<h3>${policyTitle(set, sets)}</h3>
<ul class="answer">
<li><strong>${direction}</strong>: rank correlation ${rangeText(correlation, { digits: 2 })} (${
    samples(set)
  }${single}). ${proportionality(gradient)}</li>
<li>c_min is put at <strong>${
    plainRange(constant)
  }</strong>, the lowest ratio of a variance bin above ${VARIANCE_FLOOR}; the lowest twentieth of single prompts above that lies under ${
    plainRange(quantile)
  }, noise of single estimates included.</li>
<li>The bound η(c/4)·Var[R] with that c: <strong>${
    reachText(steps)
  }</strong>. That it holds for small steps follows from the choice of c, as a small step gains η‖∇J‖²; what is measured is how far it reaches.${
    exceptions(steps)
  }</li>${curve}
<li>${
    still.count === 0
      ? "No prompt was without variance."
      : `${still.count} of ${set.rows.length} measurements had fresh rollouts that were all right or all wrong; their mean ‖∇J‖² is ${
        plainNumber(still.squaredNorm)
      }.`
  }</li>
</ul>`;
}

async function dataOf(all: readonly MeasuredProgress[]) {
  return await createTable<Record<string, unknown>>(
    [
      "arm",
      "step",
      "seed",
      "prompt",
      "passRate",
      "variance",
      "freshVariance",
      "squaredGradNorm",
      "squaredGradNormError",
      "withinPaths",
      "betweenPaths",
    ],
    all.flatMap(({ set: { arm, step, rows } }) => rows.map((row) => ({ arm, step, ...row }))),
  );
}

/** The theorem measured, policy by policy. */
export function varianceProgress(): Section {
  return {
    id: "variance-progress",
    title: "Variance and progress",
    sentence: async ({ results }) => {
      const sets = await readProbes(results);
      if (sets.length === 0) return null;
      return sets.map((set) => {
        const { gradient, steps } = measure(set);
        const name = policyName(set, sets);
        return `${name[0]!.toUpperCase()}${
          name.slice(1)
        }, reward variance and squared gradient norm have a rank correlation of ${
          rangeText(gradient.correlation, { digits: 2 })
        } (${samples(set)}); the bound η(c/4)·Var[R] with c = ${
          plainNumber(gradient.constant.value)
        }: ${reachText(steps)}.`;
      }).join(" ");
    },
    write: async (context) => {
      const sets = await readProbes(context.results);
      if (sets.length === 0) return null;
      const all = sets.map(measure), data = await dataOf(all);
      const parts = await Promise.all(
        all.map(async (measured, i) =>
          markup`${words(measured, sets)}
${await gradientFigure(measured, i, i === 0 ? data : null, context)}
${gradientTable(measured, policyName(measured.set, sets))}
${await gainFigure(measured, i, context)}
${gainTable(measured, policyName(measured.set, sets))}`
        ),
      );
      return markup`<p>The theorem: with the optimal baseline and a step size below c_min/(4LΓ), the expected gain of one gradient step on a prompt is at least η(c_min/4)·Var[R]. It rests on ‖∇J‖² ≥ c_min·Var[R]. The paper proves the one from the other and measures neither; L, Γ and c_min are given no values. Here J is the probability of a right answer to the prompt, a step is plain gradient ascent on that prompt alone, θ + ηg with g from the first rollouts, and the gain is measured on rollouts that g was not estimated from. The baseline of a reward is the mean of the other rewards of its group, not the optimal one: that changes the noise of g, not its mean.</p>
${parts}`;
    },
  };
}
