/** Colours and type of the charts. Colours are CSS variables of the page, so that one SVG suits light and dark. */
import type { VegaLiteConfig } from "../../../deps.ts";

/** A CSS variable with the colour that stands in where the page's style is absent. */
const variable = (name: string, fallback: string) => `var(--${name}, ${fallback})`;

export const INK = variable("ink", "#1c1e21");
export const QUIET = variable("quiet", "#5a626c");
export const LINE = variable("line", "#dcdfe3");
export const HEAT = variable("heat", "#0b5cad");
export const MARK = variable("mark", "#3d6fa5");

/** A colour in light and in dark pages. */
interface ArmColour {
  readonly light: string;
  readonly dark: string;
}

/**
 * One colour per arm, in the order of the experiment file. They differ in lightness as well as in hue, so that they
 * stay apart for colour-blind readers (after Okabe and Ito); the first, the usual place of the baseline, is grey.
 */
export const ARM_COLOURS: readonly ArmColour[] = [
  { light: "#5f6368", dark: "#b4bac2" },
  { light: "#d27a00", dark: "#f2a93b" },
  { light: "#0063a8", dark: "#5cb3f0" },
  { light: "#00806a", dark: "#3fd0ae" },
  { light: "#b0438a", dark: "#ee8fc6" },
  { light: "#b23a1e", dark: "#ff8d6b" },
  { light: "#6a51a3", dark: "#b7a2ef" },
  { light: "#7a6a00", dark: "#d8c840" },
];

/** How an arm is drawn, in every figure of a page. */
export interface ArmStyle {
  readonly name: string;
  /** For SVG and CSS. */
  readonly colour: string;
  /** Dashes and gaps in pixels; [1, 0] is a full line. */
  readonly dash: readonly [number, number];
}

/** The first arm's dashes, and those of every further round through the colours. */
const FIRST_DASH = [6, 3] as const, ROUND_DASHES = [[1, 0], [2, 2], [10, 2]] as const;

/** Styles by position: colours repeat after eight arms, with other dashes. */
export function armStyles(names: readonly string[]): readonly ArmStyle[] {
  return names.map((name, i) => {
    const index = i % ARM_COLOURS.length, round = Math.floor(i / ARM_COLOURS.length);
    const dash = i === 0 ? FIRST_DASH : ROUND_DASHES[round % ROUND_DASHES.length]!;
    return { name, colour: variable(`arm${index}`, ARM_COLOURS[index]!.light), dash };
  });
}

/** The arm colours as CSS declarations. */
export function armColourVariables(theme: "light" | "dark"): string {
  return ARM_COLOURS.map((colour, i) => `--arm${i}:${colour[theme]};`).join("");
}

export const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/** Vega-Lite configuration of every chart. */
export const THEME: VegaLiteConfig = {
  background: "transparent",
  font: FONT,
  aria: false, // the SVG as a whole is labelled; a label on every mark would double its size
  view: { stroke: null },
  axis: {
    labelColor: QUIET,
    titleColor: QUIET,
    titleFontWeight: "normal",
    labelFontSize: 11,
    titleFontSize: 11,
    gridColor: LINE,
    domainColor: LINE,
    tickColor: LINE,
    labelPadding: 4,
    tickSize: 4,
  },
};
