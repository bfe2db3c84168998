/** A quantity along training: mean and interval by arm, every seed as a thin line. */
import type { VegaLiteSpec } from "../../../deps.ts";
import type { BandPoint, SeedCurve } from "../../analysis/curve.ts";
import { type ArmStyle, INK } from "../render/theme.ts";

/** How a curve chart is drawn. */
export interface CurveChartOptions {
  readonly bands: readonly BandPoint[];
  /** Drawn thin, in the arm's colour. */
  readonly seeds: readonly SeedCurve[];
  readonly styles: readonly ArmStyle[];
  readonly xTitle: string;
  /** A d3 format for the vertical axis. */
  readonly yFormat: string;
  readonly xFormat?: string;
  /** Ticks of the horizontal axis, which is then logarithmic to base 2. */
  readonly xDoublings?: readonly number[];
  /** [low, high] of the vertical axis; by default the data's. */
  readonly yDomain?: readonly [number, number];
  /** Symmetric logarithm: linear up to this size, logarithmic beyond, so that zero has a place. */
  readonly symlog?: number;
  /** Ticks of the vertical axis. */
  readonly yTicks?: readonly number[];
  /** Places on the horizontal axis where something changes: an upright line with a word beside it. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  readonly width?: number;
  readonly height?: number;
}

/** Up to this many arms, bands and seeds are drawn in full; with more, the means must stand out. */
const CALM = 5;

/** Seeds thin, intervals as areas, means bold. Several points of one arm at one `x` are not joined by a band. */
export function curveChart(
  {
    bands,
    seeds,
    styles,
    xTitle,
    yFormat,
    xFormat = ",.6~r",
    xDoublings,
    yDomain,
    symlog,
    yTicks,
    marks = [],
    width = 350,
    height = 220,
  }: CurveChartOptions,
): VegaLiteSpec {
  const names = styles.map(({ name }) => name);
  const fainter = Math.min(1, CALM / styles.length);
  const colour = {
    field: "arm",
    type: "nominal",
    scale: { domain: names, range: styles.map((style) => style.colour) },
    legend: null,
  } as const;
  const dash = {
    field: "arm",
    type: "nominal",
    scale: { domain: names, range: styles.map((style) => [...style.dash]) },
    legend: null,
  } as const;
  const scale = {
    zero: false,
    nice: yDomain === undefined && symlog === undefined,
    ...(yDomain === undefined ? {} : { domain: [...yDomain] }),
    ...(symlog === undefined ? {} : { type: "symlog" as const, constant: symlog }),
  };
  const axis = {
    format: yFormat,
    title: null,
    ...(yTicks === undefined ? { tickCount: 5 } : { values: [...yTicks] }),
  };
  const x = {
    field: "x",
    type: "quantitative",
    scale: {
      nice: false,
      ...(xDoublings === undefined ? { zero: false } : { type: "log" as const, base: 2 }),
    },
    axis: {
      title: xTitle,
      grid: false,
      format: xFormat,
      ...(xDoublings === undefined
        ? { tickCount: width > 450 ? 8 : 5 }
        : { values: [...xDoublings] }),
    },
  } as const;
  const y = { field: "y", type: "quantitative", scale, axis } as const;
  const points = seeds.flatMap(({ arm, seed, points }) =>
    points.map(({ x, y }) => ({ arm, seed, x, y }))
  );
  const intervals = bands.filter(({ low, high }) => low !== null && high !== null).map((band) => ({
    ...band,
    // Only what the axis shows: an interval may reach beyond what the quantity can be.
    low: yDomain === undefined ? band.low : Math.max(band.low!, yDomain[0]),
    high: yDomain === undefined ? band.high : Math.min(band.high!, yDomain[1]),
  }));
  const marked = { values: [...marks] };
  // Vega warns about the extent of a layer without data: it is left out.
  const layers = [
    {
      data: { values: intervals },
      mark: { type: "area" as const, opacity: 0.16 * fainter },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
    },
    {
      data: { values: points },
      mark: { type: "line" as const, strokeWidth: 0.7, opacity: 0.5 * fainter },
      encoding: { x, y, color: colour, detail: { field: "seed" } },
    },
    {
      data: { values: [...bands] },
      mark: { type: "line" as const, strokeWidth: 2 },
      encoding: { x, y: { ...y, field: "mean" }, color: colour, strokeDash: dash },
    },
    {
      data: marked,
      mark: { type: "rule" as const, color: INK, strokeDash: [3, 3] },
      encoding: { x },
    },
    {
      data: marked,
      mark: {
        type: "text" as const,
        align: "right" as const,
        dx: -5,
        color: INK,
      },
      encoding: {
        x,
        y: { value: 0.6 * height },
        text: { field: "label", type: "nominal" as const },
      },
    },
  ].filter(({ data }) => data.values.length > 0);
  return {
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    padding: 2,
    layer: layers,
  };
}
