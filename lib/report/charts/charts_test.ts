import { deepEqual, equal, ok } from "node:assert/strict";
import type { VegaLiteSpec } from "../../../deps.ts";
import { equalBins } from "../../analysis/binning.ts";
import { renderSvg } from "../render/svg.ts";
import { textWidth } from "../render/text_metrics.ts";
import { armStyles } from "../render/theme.ts";
import { curveChart } from "./curve_chart.ts";
import { heatChart } from "./heat_chart.ts";
import { histogramChart } from "./histogram_chart.ts";

/** Renders, and fails on anything Vega or Vega-Lite has to complain about. */
async function rendered(spec: VegaLiteSpec): Promise<string> {
  const warnings: string[] = [];
  const svg = await renderSvg(spec, { label: "a < b", onWarning: (text) => warnings.push(text) });
  deepEqual(warnings, []);
  return svg.text;
}

const styles = armStyles(["random", "VAS, λ = 1"]);
const seeds = styles.flatMap(({ name: arm }) =>
  [0, 1].map((seed) => ({ arm, seed, points: [{ x: 0, y: seed }, { x: 9, y: 2 + seed }] }))
);
const bands = styles.flatMap(({ name: arm }) =>
  [0, 9].map((x) => ({ arm, x, mean: 1 + x, low: x, high: 2 + x, n: 2 }))
);

Deno.test("curveChart() draws a band and a mean per arm, and a line per seed", async () => {
  const svg = await rendered(
    curveChart({ bands, seeds, styles, xTitle: "step", yFormat: "~g", yDomain: [0, 12] }),
  );
  equal(svg.match(/stroke-width="0.7"/g)!.length, 4);
  equal(svg.match(/stroke-width="2"/g)!.length, 2);
  ok(styles.every(({ colour }) => svg.includes(colour)));
});

Deno.test("curveChart() leaves out what there is none of: seeds, intervals", async () => {
  const single = bands.map((band) => ({ ...band, low: null, high: null }));
  ok(
    !(await rendered(
      curveChart({ bands: single, seeds: [], styles, xTitle: "step", yFormat: "~g" }),
    )).includes("fill-opacity"),
  );
});

Deno.test("curveChart() gives zero a place on the symmetric logarithm", async () => {
  const zeros = [{ arm: "random", x: 0, mean: 0, low: -1e-4, high: 1e-3, n: 3 }, {
    arm: "random",
    x: 1,
    mean: 1e-3,
    low: 0,
    high: 2e-3,
    n: 3,
  }];
  const svg = await rendered(
    curveChart({
      bands: zeros,
      seeds: [],
      styles,
      xTitle: "step",
      yFormat: ".2~%",
      symlog: 1e-4,
      yDomain: [0, 2e-3],
      yTicks: [0, 1e-4, 1e-3],
    }),
  );
  for (const label of ["0%", "0.01%", "0.1%"]) ok(svg.includes(`>${label}<`), label);
  ok(!/NaN|Infinity/.test(svg));
});

Deno.test("histogramChart() stands on zero, with and without a control, for bins and for levels", async () => {
  const { bins } = equalBins(4, 0, 0.4), counts = [1, 0, 3, 2];
  const options = { bins, counts, most: 3, xTitle: "VPS", colour: "#123456" };
  const plain = await rendered(histogramChart({ ...options, kind: "bins", control: null }));
  equal(plain.match(/#123456/g)!.length, 4);
  ok(!plain.includes('stroke-width="1.2"'));
  const both = await rendered(histogramChart({ ...options, kind: "bins", control: [1, 1, 2, 2] }));
  ok(both.includes('stroke-width="1.2"'));
  await rendered(histogramChart({ ...options, kind: "levels", control: counts }));
});

Deno.test("heatChart() draws only cells with something in them", async () => {
  const spec = heatChart({
    rows: [[0.5, 0, 0], [0, 1, 0]],
    rowLabels: ["a", "b"],
    columnLabels: ["x", "y", "z"],
    xTitle: null,
    yTitle: null,
    most: 0.6,
    width: 200,
    height: 150,
  });
  equal((await rendered(spec)).match(/fill="var\(--heat/g)!.length, 2);
});

Deno.test("renderSvg() is one labelled picture of the size asked for, readable on any page", async () => {
  const svg = await rendered(curveChart({ bands, seeds, styles, xTitle: "step", yFormat: "~g" }));
  ok(/^<svg role="img" aria-label="a &#60; b"/.test(svg));
  ok(/width="350" height="220" viewBox="0 0 350 220"/.test(svg), svg.slice(0, 200));
  const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour!);
  const fixed = colours.filter((colour) => !/^(var\(--|none|transparent)/.test(colour));
  deepEqual([...new Set(fixed)], []); // a fixed colour would vanish on a dark page
});

Deno.test("textWidth() is Helvetica's: narrow letters are narrow", () => {
  equal(textWidth("il", 10), 4.44);
  equal(textWidth("MW", 10), 17.77);
  ok(textWidth("validation accuracy, λ = 1", 12) < 0.6 * 12 * 26);
  ok(textWidth("abc", 10, true) > textWidth("abc", 10));
});

Deno.test("armStyles() keeps arms apart: 24 arms are 24 styles", () => {
  const many = armStyles(Array.from({ length: 24 }, (_, i) => `arm ${i}`));
  equal(new Set(many.map(({ colour, dash }) => `${colour} ${dash}`)).size, 24);
});
