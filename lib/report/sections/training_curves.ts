/** The paper's Figure 2: gradient norm, clip fraction and validation accuracy against the step. */
import { curveChart, type CurveChartOptions } from "../charts/curve_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { csvLink, figure, legend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { type DrawnCurves, drawnCurves, extentOf, measuredOnly, metricTable } from "./curves.ts";
import { type PaperCurves, paperCurves } from "./paper_curves.ts";

/** Linear below this clip fraction, logarithmic above: exact zeros have a place on the axis. */
const CLIP_LINEAR_BELOW = 1e-4;

type Axis = Pick<CurveChartOptions, "yFormat" | "yDomain" | "symlog" | "yTicks">;

interface Panel {
  /** The name in the records. */
  readonly metric: string;
  readonly title: string;
  readonly ours: DrawnCurves;
  readonly axis: Axis;
  /** The paper's curves on an axis of their own or ours; null where it has none. */
  readonly paper: { readonly curves: DrawnCurves; readonly axis: Axis } | null;
}

/** Clip fraction in per cent, with a place for steps without any. */
function clipAxis(groups: Parameters<typeof extentOf>[0]): Axis {
  const top = extentOf(groups)[1];
  return {
    yFormat: ".2~%",
    symlog: CLIP_LINEAR_BELOW,
    yDomain: [0, top],
    yTicks: [0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1].filter((tick) => tick <= top),
  };
}

/** The panels of Figure 2, with the paper's beside them where it is given. */
function figureTwo(context: ReportContext, paper: PaperCurves | null, block: number): Panel[] {
  const { steps, results: { arms } } = context;
  const gradNorm = drawnCurves(steps, { x: "step", y: "gradNorm", block });
  const clipFraction = drawnCurves(steps, { x: "step", y: "clipFraction", block });
  const accuracy = drawnCurves(measuredOnly(context.accuracy), { x: "step", y: "accuracy" });
  const theirs = (name: string) => paper === null ? null : paperCurves(paper, name, arms);
  const [norm, clip, correct] = ["gradientNorm", "clipFraction", "validationAccuracy"].map(theirs);
  const normAxis = (curves: DrawnCurves) => ({ yFormat: "~g", yDomain: extentOf([curves]) });
  const clips = clipAxis([
    { bands: clip?.bands ?? [], seeds: [...clip?.seeds ?? [], ...clipFraction.seeds] },
  ]);
  const share = { yFormat: ".2f", yDomain: extentOf(correct ? [accuracy, correct] : [accuracy]) };
  return [
    {
      metric: "gradNorm",
      title: "Gradient norm before clipping",
      ours: gradNorm,
      axis: normAxis(gradNorm),
      paper: norm ? { curves: norm, axis: normAxis(norm) } : null,
    },
    {
      metric: "clipFraction",
      title: "Clip fraction",
      ours: clipFraction,
      axis: clips,
      paper: clip ? { curves: clip, axis: clips } : null,
    },
    {
      metric: "accuracy",
      title: "Validation accuracy",
      ours: accuracy,
      axis: share,
      paper: correct ? { curves: correct, axis: share } : null,
    },
  ];
}

/** What else is looked at where there is no paper's figure to stand beside. */
const FURTHER = {
  rewardMean: "Reward",
  entropy: "Entropy of the token distribution (nats)",
  klReference: "KL to the reference",
  responseLengthMean: "Response length (tokens)",
} as const;

function furtherPanels({ steps }: ReportContext, block: number): Panel[] {
  return Object.entries(FURTHER).flatMap(([key, title]): Panel[] => {
    const metric = key as keyof typeof FURTHER;
    const ours = drawnCurves(steps, { x: "step", y: metric, block });
    if (ours.bands.length === 0) return [];
    return [{
      metric,
      title,
      ours,
      axis: { yFormat: "~g", yDomain: extentOf([ours]) },
      paper: null,
    }];
  });
}

/** Settings of the section. */
export interface TrainingCurvesOptions {
  /** The paper's Figure 2, drawn beside ours; without it further metrics are. */
  readonly paper?: PaperCurves;
  /** Steps per drawn point: a step's clip fraction counts a handful of tokens, and is mostly noise. */
  readonly stepsPerPoint?: number;
}

/** Gradient norm, clip fraction and accuracy against the step: Figure 2, or these and more of our own. */
export function trainingCurves(
  { paper, stepsPerPoint = 5 }: TrainingCurvesOptions = {},
): Section {
  return {
    id: "training",
    title: paper === undefined ? "Training curves" : "Training curves (Figure 2)",
    write: async (context) => {
      const { styles, replicates, seedMeaning, steps, svg } = context;
      if (steps.numRows() === 0) return null;
      const found = [
        ...figureTwo(context, paper ?? null, stepsPerPoint),
        ...(paper === undefined ? furtherPanels(context, stepsPerPoint) : []),
      ];
      const draw = (curves: DrawnCurves, axis: Axis, label: string): Promise<Html> =>
        svg(curveChart({ ...curves, styles, xTitle: "step", ...axis }), label);
      const drawn: Html[] = [];
      for (const { title, ours, paper: theirs, axis } of found) {
        const label = `${title} against step, by arm`;
        drawn.push(panel(title, await draw(ours, axis, label)));
        if (theirs === null) continue;
        drawn.push(
          panel(
            markup`The paper: ${title.toLowerCase()}`,
            await draw(theirs.curves, theirs.axis, `The paper's ${label}`),
          ),
        );
      }
      const table = await metricTable(
        Object.fromEntries(found.map(({ metric, ours }) => [metric, ours.bands])),
      );
      const block = found[0]!.ours.block;
      const ofPaper = paper === undefined ? "" : ` The paper's panels: ${paper.source.split(
        ";",
      )[0]!}; one seed, bold is smoothed, thin raw; clip fraction and accuracy share our axes, the gradient norm has its own.`;
      return figure({
        id: "figure-training",
        legend: legend(styles),
        content: paper === undefined ? panels(drawn) : panels(drawn, "pairs"),
        caption:
          markup`Bold: mean over seeds; band: 95 % Student-t interval for it, ${replicates}; thin: single seeds. What is taken from steps is the mean over ${block} successive ones of a run; accuracy is not smoothed. Clip fraction: the axis is logarithmic above 0.01 % and linear below, so that steps without any clipped token stand at 0; parts of a band below 0 are cut off. ${seedMeaning}${ofPaper}`,
        data: csvLink("training_curves", table),
      });
    },
  };
}
