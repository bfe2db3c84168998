/** The paper's Figure 2: gradient norm, clip fraction and validation accuracy against the step. */
import { curveChart, type CurveChartOptions } from "../charts/curve_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { csvLink, figure, legend, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { type DrawnCurves, drawnCurves, extentOf, measuredOnly, metricTable } from "./curves.ts";
import { type PaperCurves, paperCurves } from "./paper_curves.ts";

/** Linear below this clip fraction, logarithmic above: exact zeros have a place on the axis. */
const CLIP_LINEAR_BELOW = 1e-4;

interface Panel {
  readonly title: string;
  readonly ours: DrawnCurves;
  readonly paper: DrawnCurves;
  readonly axis: Pick<CurveChartOptions, "yFormat" | "yDomain" | "symlog" | "yTicks">;
  readonly paperAxis?: Pick<CurveChartOptions, "yFormat" | "yDomain" | "symlog" | "yTicks">;
}

function panelsOf(context: ReportContext, paper: PaperCurves, block: number): readonly Panel[] {
  const { steps, results: { arms } } = context;
  const gradNorm = drawnCurves(steps, { x: "step", y: "gradNorm", block });
  const clipFraction = drawnCurves(steps, { x: "step", y: "clipFraction", block });
  const accuracy = drawnCurves(measuredOnly(context.accuracy), { x: "step", y: "accuracy" });
  const theirs = (name: string) => paperCurves(paper, name, arms);
  const clip = { ours: clipFraction, paper: theirs("clipFraction") };
  const correct = { ours: accuracy, paper: theirs("validationAccuracy") };
  const clipTop =
    extentOf([{ bands: clip.paper.bands, seeds: [...clip.paper.seeds, ...clip.ours.seeds] }])[1];
  return [
    {
      title: "Gradient norm before clipping",
      ours: gradNorm,
      paper: theirs("gradientNorm"),
      axis: { yFormat: "~g", yDomain: extentOf([gradNorm]) },
    },
    {
      title: "Clip fraction",
      ...clip,
      axis: {
        yFormat: ".2~%",
        symlog: CLIP_LINEAR_BELOW,
        yDomain: [0, clipTop],
        yTicks: [0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1].filter((tick) => tick <= clipTop),
      },
    },
    {
      title: "Validation accuracy",
      ...correct,
      axis: { yFormat: ".2f", yDomain: extentOf([correct.ours, correct.paper]) },
    },
  ];
}

/** Settings of the section. */
export interface TrainingCurvesOptions {
  readonly paper: PaperCurves;
  /** Steps per drawn point: a step's clip fraction counts a handful of tokens, and is mostly noise. */
  readonly stepsPerPoint?: number;
}

/** Figure 2, ours above or before the paper's. */
export function trainingCurves({ paper, stepsPerPoint = 5 }: TrainingCurvesOptions): Section {
  return {
    id: "training",
    title: "Training curves (Figure 2)",
    write: async (context) => {
      const { styles, replicates, seedMeaning, steps, svg } = context;
      if (steps.numRows() === 0) return null;
      const found = panelsOf(context, paper, stepsPerPoint);
      const draw = (curves: DrawnCurves, axis: Panel["axis"], label: string): Promise<Html> =>
        svg(curveChart({ ...curves, styles, xTitle: "step", ...axis }), label);
      const drawn: Html[] = [];
      for (const { title, ours, paper: theirs, axis } of found) {
        const label = `${title} against step, by arm`;
        drawn.push(panel(title, await draw(ours, axis, label)));
        const paperAxis = title.startsWith("Gradient")
          ? { yFormat: "~g", yDomain: extentOf([theirs]) }
          : axis;
        drawn.push(
          panel(
            markup`The paper: ${title.toLowerCase()}`,
            await draw(theirs, paperAxis, `The paper's ${label}`),
          ),
        );
      }
      const [, clip] = found;
      const table = await metricTable({
        gradNorm: found[0]!.ours.bands,
        clipFraction: clip!.ours.bands,
        accuracy: found[2]!.ours.bands,
      });
      const block = found[0]!.ours.block;
      return figure({
        id: "figure-training",
        legend: legend(styles),
        content: panels(drawn, "pairs"),
        caption:
          markup`Bold: mean over seeds; band: 95 % Student-t interval for it, ${replicates}; thin: single seeds. Gradient norm and clip fraction are means over ${block} successive steps of a run; accuracy is not smoothed. Clip fraction: the axis is logarithmic above 0.01 % and linear below, so that steps without any clipped token stand at 0; parts of a band below 0 are cut off. ${seedMeaning} The paper's panels: ${paper
            .source.split(
              ";",
            )[0]!}; one seed, bold is smoothed, thin raw; clip fraction and accuracy share our axes, the gradient norm has its own.`,
        data: csvLink("training_curves", table),
      });
    },
  };
}
