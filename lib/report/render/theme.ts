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
 * The arms' colours. The hues are those of Okabe and Ito, moved apart in lightness by search until any two differ
 * by 25 ΔE*ab for readers with all cones and for those without one kind of them, with a contrast of 3 to the page;
 * a test holds that. The first, the usual place of the baseline, is grey.
 */
export const ARM_COLOURS: readonly ArmColour[] = [
  { light: "#5f6368", dark: "#b4bac2" },
  { light: "#d17f08", dark: "#f59a00" },
  { light: "#0f57e7", dark: "#5ec8fe" },
  { light: "#379f5e", dark: "#00906e" },
  { light: "#aa74bf", dark: "#b358a5" },
  { light: "#72001f", dark: "#d7542d" },
  { light: "#5d1686", dark: "#a467f7" },
  { light: "#7d4f00", dark: "#f4d379" },
];

/** How an arm is drawn, in every figure of a page. */
export interface ArmStyle {
  readonly name: string;
  /** For SVG and CSS. */
  readonly colour: string;
  /** Dashes and gaps in pixels; [1, 0] is a full line. */
  readonly dash: readonly number[];
}

/** Full, dashed, dotted, dashed and dotted. Grey begins with dashes: a baseline stands back. */
const DASHES = [[1, 0], [6, 3], [1.5, 2], [8, 2, 1.5, 2]] as const;

/** Different styles: every colour with every dash. */
export const STYLES = ARM_COLOURS.length * DASHES.length;

/** One of {@link STYLES}: the first ones have full lines (the grey one dashes), each in a colour of its own. */
export function styleAt(slot: number, name: string): ArmStyle {
  const index = slot % ARM_COLOURS.length, round = Math.floor(slot / ARM_COLOURS.length);
  const dash = DASHES[(round + (index === 0 ? 1 : 0)) % DASHES.length]!;
  return { name, colour: variable(`arm${index}`, ARM_COLOURS[index]!.light), dash };
}

/** Styles by position, for things that have no settings: colours repeat after eight, with other dashes. */
export function armStyles(names: readonly string[]): readonly ArmStyle[] {
  return names.map((name, i) => styleAt(i, name));
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
