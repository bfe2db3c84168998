/** The page's only script: adds buttons that save pictures. All content is there without it. */
import { composeFigure } from "./compose_figure.ts";

/** Pixels of a saved PNG per pixel of the page: about 320 per inch at the size of print. */
export const PNG_SCALE = 3;

/** Runs in the browser, after `composeFigure` and `scale` are defined. */
const INSTALL = `
const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
const measure = (text, size, bold) => {
  pen.font = (bold ? "bold " : "") + size + "px Helvetica, Arial, 'Liberation Sans', sans-serif";
  return pen.measureText(text).width;
};
const serializer = new XMLSerializer();
const words = (element) => element.textContent.replace(/\\s+/g, " ").trim();

// One chart may stand in the page in several sizes: the smallest is the one for print.
function chartsOf(scope) {
  const charts = new Map();
  for (const svg of scope.querySelectorAll("svg[role=img]")) {
    const label = svg.getAttribute("aria-label"), known = charts.get(label);
    const width = svg.viewBox.baseVal.width;
    if (known === undefined) charts.set(label, { label, svg, all: [svg] });
    else {
      known.all.push(svg);
      if (width < known.svg.viewBox.baseVal.width) known.svg = svg;
    }
  }
  return [...charts.values()];
}
function panelOf({ label, svg }) {
  const box = svg.closest(".panel"), { width, height } = svg.viewBox.baseVal;
  const title = box?.querySelector("h4"), note = box?.querySelector(".note");
  return {
    title: title ? words(title) : label,
    note: note ? words(note) : null,
    svg: serializer.serializeToString(svg),
    width,
    height,
  };
}
function stacksOf(charts) {
  const stacks = new Map();
  for (const chart of charts) {
    const pair = chart.svg.closest(".pair");
    if (pair === null) stacks.set(chart, [panelOf(chart)]);
    else {
      stacks.set(pair, [...pair.children].map((half) => {
        const found = charts.find(({ svg }) => half.contains(svg));
        return found === undefined ? null : panelOf(found);
      }));
    }
  }
  return [...stacks.values()];
}
function save(name, blob) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
const download = {
  svg(name, { svg }) {
    save(name + ".svg", new Blob([svg], { type: "image/svg+xml" }));
  },
  png(name, { svg, width, height }) {
    const image = new Image();
    image.onload = () => {
      const target = document.createElement("canvas");
      target.width = width * scale;
      target.height = height * scale;
      target.getContext("2d").drawImage(image, 0, 0, target.width, target.height);
      target.toBlob((blob) => save(name + ".png", blob), "image/png");
    };
    const sized = svg.replace(/ width="[^"]*" height="[^"]*"/, \` width="\${width * scale}" height="\${height * scale}"\`);
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(sized);
  },
};
function buttons(what, name, parts) {
  return ["svg", "png"].map((format) => {
    const button = document.createElement("button"), text = format.toUpperCase();
    button.type = "button";
    button.dataset.download = format;
    button.textContent = text;
    button.setAttribute("aria-label", text + ": " + what);
    if (format === "png") button.title = scale + " times the page's pixels";
    button.addEventListener("click", () => download[format](name, composeFigure(parts(), measure)));
    return button;
  });
}
function offerOne(chart, keys, name) {
  for (const svg of chart.all) {
    const line = document.createElement("p");
    line.className = "get";
    line.append(...buttons(chart.label, name, () => (
      { label: chart.label, keys, stacks: [[panelOf(chart)]] }
    )));
    svg.after(line);
  }
}
for (const figure of document.querySelectorAll("figure")) {
  const charts = chartsOf(figure), keys = JSON.parse(figure.dataset.keys ?? "[]");
  if (charts.length === 0) continue;
  const name = figure.id.replace(/^figure-/, "");
  const label = charts.length === 1 ? charts[0].label : name + ": " + charts.length + " charts";
  figure.querySelector("figcaption").append(...buttons(
    charts.length === 1 ? label : "all charts of this figure",
    name,
    () => ({ label, keys, stacks: stacksOf(charts) }),
  ));
  if (charts.length > 1) {
    charts.forEach((chart, i) => offerOne(chart, keys, name + "-" + (i + 1)));
  }
}
chartsOf(document).filter(({ svg }) => svg.closest("figure") === null)
  .forEach((chart, i) => offerOne(chart, [], "chart-" + (i + 1)));
`;

/** The script's text. It lays pictures out with the very function that exports them. */
export function pageScript(): string {
  return `"use strict";(() => {
const scale = ${PNG_SCALE};
const composeFigure = ${composeFigure.toString()};
${INSTALL}})();`.replaceAll("</", "<\\/");
}
