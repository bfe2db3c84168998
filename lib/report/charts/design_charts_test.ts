import { deepEqual, equal, ok } from "node:assert/strict";
import type { VegaLiteSpec } from "../../../deps.ts";
import { renderSvg } from "../render/svg.ts";
import { intervalChart, type IntervalRow } from "./interval_chart.ts";
import { noiseChart } from "./noise_chart.ts";
import { pointChart } from "./point_chart.ts";

/** Renders, and fails on anything Vega or Vega-Lite has to complain about. */
async function rendered(spec: VegaLiteSpec): Promise<string> {
  const warnings: string[] = [];
  const svg = await renderSvg(spec, { label: "chart", onWarning: (text) => warnings.push(text) });
  deepEqual(warnings, []);
  ok(!/NaN|Infinity/.test(svg.text));
  return svg.text;
}

const rows: readonly IntervalRow[] = [
  { label: "λ = 0.2", mean: 1, low: 0.5, high: 1.5, other: -0.2, colour: "#123456" },
  { label: "", mean: null, low: null, high: null },
  { label: "λ = 0.5 (base)", mean: 0, low: null, high: null },
];

Deno.test("intervalChart() draws a dot per estimate, a line per interval, a diamond per other value", async () => {
  const options = { rows, xTitle: "points" };
  const svg = await rendered(intervalChart({ ...options, reference: 0 }));
  for (const label of ["λ = 0.2", "λ = 0.5 (base)"]) ok(svg.includes(`>${label}<`), label);
  equal(svg.match(/stroke="#123456"/g)!.length, 1); // the interval
  equal(svg.match(/fill="#123456"/g)!.length, 1); // the dot
  const bare = rows.map((row) => ({ ...row, low: null, high: null, other: null }));
  ok(!(await rendered(intervalChart({ ...options, rows: bare }))).includes('stroke="#123456"'));
});

Deno.test("pointChart() numbers its points", async () => {
  const points = ["a", "b"].map((label, i) => ({
    label,
    colour: "#123456",
    x: 0.2 * i,
    y: 0.5 + 0.1 * i,
    low: i === 0 ? null : 0.55,
    high: i === 0 ? null : 0.65,
  }));
  const svg = await rendered(
    pointChart({ points, xTitle: "share", xFormat: ".0%", yFormat: ".2f" }),
  );
  for (const number of ["1", "2"]) ok(svg.includes(`>${number}<`), number);
  equal(svg.match(/stroke="#123456"/g)!.length, 1); // one point has an interval
});

Deno.test("noiseChart() draws a band and three lines", async () => {
  const points = [0.1, 0.5, 0.9].map((passRate) => ({ passRate, mean: 0.2, low: 0.1, high: 0.25 }));
  const svg = await rendered(noiseChart({ points, other: points, most: 0.3 }));
  equal(svg.match(/stroke-dasharray/g)!.length >= 2, true);
  ok(svg.includes("true pass rate"));
});
