import { deepEqual, equal, ok } from "node:assert/strict";
import type { LegendKey } from "./artifact.ts";
import { type ComposedPanel, composeFigure } from "./compose_figure.ts";
import { pageScript } from "./page_script.ts";

const measure = (text: string, size: number) => 0.5 * size * text.length;

function panel(title: string, width = 350, height = 220): ComposedPanel {
  const svg = `<svg role="img" aria-label="a &#62; b" viewBox="0 0 ${width} ${height}">` +
    `<path fill="var(--arm1, #d17f08)" stroke="var(--ink, #1c1e21)" d="M0,0L9,9"/><text>${title}</text></svg>`;
  return { title, note: null, svg, width, height };
}

const key = (label: string): LegendKey => ({
  label,
  colour: "var(--arm0, #5f6368)",
  mark: "line",
  dash: [6, 3],
});

/** Corners of the panels, from left and top. */
const corners = (svg: string) =>
  [...svg.matchAll(/<g transform="translate\((\d+),(\d+)\)"><path/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

Deno.test("composeFigure() stands alone: a namespace, no variables, nothing to fetch, on white", () => {
  const { svg } = composeFigure(
    { label: "1 < 2", keys: [key("a & b")], stacks: [[panel("one")]] },
    measure,
  );
  ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" role="img"'));
  ok(svg.includes("<title>1 &#60; 2</title>") && svg.includes(">a &#38; b</text>"));
  ok(!/var\(|href|url\(|<image|<style|@import/.test(svg));
  ok(/<rect width="350" height="\d+" fill="#fff"\/>/.test(svg));
  equal(svg.match(/<svg/g)!.length, 1);
  deepEqual([svg.includes('fill="#d17f08"'), svg.includes('stroke="#1c1e21"')], [true, true]);
  // Every tag is closed, in order.
  const open: string[] = [];
  for (const [, end, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end === "/") equal(open.pop(), name);
    else if (empty !== "/") open.push(name!);
  }
  deepEqual(open, []);
});

Deno.test("composeFigure() prints 11 px as 7.4 pt, at most two columns of 85 mm side by side", () => {
  const stacks = ["a", "b", "c"].map((title) => [panel(title, 356)]);
  const { svg, width, height } = composeFigure({ label: "x", keys: [], stacks }, measure);
  equal(width, 720);
  deepEqual(corners(svg), [[0, 15], [364, 15], [0, 266]]);
  const [, millimetres] = / width="([\d.]+)mm" height="[\d.]+mm"/.exec(svg)!;
  const points = 11 * Number(millimetres) / width * 72 / 25.4;
  ok(points > 7.4 && points < 7.5, `${points}`);
  ok([...svg.matchAll(/font-size="([\d.]+)px"/g)].every(([, size]) => Number(size) >= 11));
  equal(height, 266 + 220);
});

Deno.test("composeFigure() keeps the halves of pairs in line, also where one is missing", () => {
  const half = (title: string) => ({ ...panel(title, 205, 190), note: "diagonal 0.5" });
  const { svg } = composeFigure({
    label: "x",
    keys: [],
    stacks: [[panel("histogram", 210, 130)], [half("a"), half("b")], [null, half("c")]],
  }, measure);
  const [histogram, above, below, alone] = corners(svg);
  ok(histogram![1]! < above![1]!); // piles of another kind begin a row of their own
  equal(alone![1], below![1]);
  equal(alone![0], 213);
});

Deno.test("composeFigure() sets a legend of 18 arms in columns that fit the figure", () => {
  const keys = Array.from({ length: 18 }, (_, i) => key(`refresh every ${i} steps`));
  const { svg, width } = composeFigure({ label: "x", keys, stacks: [[panel("one")]] }, measure);
  const places = [...svg.matchAll(/<text x="(\d+)" y="\d+"[^>]*>refresh every \d+ steps</g)]
    .map(([, x]) => Number(x));
  equal(places.length, 18);
  equal(new Set(places).size, 2);
  ok(Math.max(...places) + measure("refresh every 17 steps", 11) <= width);
});

Deno.test("composeFigure() wraps titles that are wider than their panel", () => {
  const { svg } = composeFigure({
    label: "x",
    keys: [],
    stacks: [[panel("a title of quite a few words more", 100)]],
  }, measure);
  ok(svg.match(/font-weight="bold"/g)!.length >= 2);
});

Deno.test("pageScript() holds composeFigure() by its source, which needs nothing around it", () => {
  const script = pageScript();
  ok(!script.includes("</"));
  new Function(script); // throws where it is no JavaScript
  const copy = new Function(`return ${composeFigure.toString()}`)() as typeof composeFigure;
  const parts = { label: "x", keys: [key("k")], stacks: [[panel("one")], [panel("two")]] };
  deepEqual(copy(parts, measure), composeFigure(parts, measure));
});
