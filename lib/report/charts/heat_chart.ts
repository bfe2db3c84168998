/** A matrix as squares: the darker (on dark pages: the brighter), the more. */
import type { VegaLiteSpec } from "../../../deps.ts";
import { HEAT, LINE } from "../render/theme.ts";

/** How a matrix is drawn. */
export interface HeatChartOptions {
  /** Shares in [0, 1]; rows from top to bottom. */
  readonly rows: readonly (readonly number[])[];
  /** Labels of all rows and columns; of the columns, and of rows that are bins, only every `labelEvery`-th is shown. */
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly labelEvery?: number;
  /** Every row has its label. */
  readonly allRows?: boolean;
  readonly xTitle: string | null;
  readonly yTitle: string | null;
  /** The share with the full colour; larger ones look the same. */
  readonly most: number;
  readonly width: number;
  readonly height: number;
}

/** Empty cells are left out. */
export function heatChart(
  {
    rows,
    rowLabels,
    columnLabels,
    labelEvery = 1,
    allRows = false,
    xTitle,
    yTitle,
    most,
    width,
    height,
  }: HeatChartOptions,
): VegaLiteSpec {
  const values = rows.flatMap((row, i) =>
    row.map((share, j) => ({ i, j, share })).filter(({ share }) => share > 0)
  );
  const axis = (labels: readonly string[], title: string | null, every: number) => ({
    title,
    ticks: false,
    domain: false,
    labelAngle: 0,
    labelOverlap: false,
    labelExpr: `datum.value % ${every} === 0 ? ${JSON.stringify(labels)}[datum.value] : ''`,
  });
  return {
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    padding: 2,
    view: { stroke: LINE },
    data: { values },
    mark: { type: "rect", color: HEAT },
    encoding: {
      x: {
        field: "j",
        type: "ordinal",
        scale: { domain: columnLabels.map((_, j) => j), paddingInner: 0.04, paddingOuter: 0 },
        axis: axis(columnLabels, xTitle, labelEvery),
      },
      y: {
        field: "i",
        type: "ordinal",
        scale: { domain: rowLabels.map((_, i) => i), paddingInner: 0.04, paddingOuter: 0 },
        axis: axis(rowLabels, yTitle, allRows ? 1 : labelEvery),
      },
      opacity: {
        field: "share",
        type: "quantitative",
        // A root, so that small shares stay visible on dark pages too.
        scale: { type: "pow", exponent: 0.6, domain: [0, most], range: [0.03, 1], clamp: true },
        legend: null,
      },
    },
  };
}
