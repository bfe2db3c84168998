/** Every report in a real browser: what it shows, that it can be used, and that it asks nobody for anything. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compareExperiments } from "../analysis/experiment_comparison.ts";
import { loadExperiment } from "../plan/load_experiment.ts";
import { expand } from "../plan/plan.ts";
import { renderComparison } from "./comparison_page.ts";
import { renderIndex } from "./index_page.ts";
import { loadReport } from "./load_report.ts";
import { createEntry } from "./report_entry.ts";
import { type Browser, type Page, startBrowser } from "./testdata/browser.ts";
import { syntheticExperiment } from "./testdata/synthetic_experiment.ts";
import { syntheticResults } from "./testdata/synthetic_results.ts";
import { renderReport } from "./write_report.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WIDTHS = { wide: 1200, narrow: 400 } as const;

/** Names of the reports that have a file. */
const REPORTS = [...Deno.readDirSync(join(ROOT, "reports"))].map(({ name }) => name)
  .filter((name) => name.endsWith(".ts")).map((name) => name.replace(/\.ts$/, "")).sort();

/** A page with results of the experiment's own design. */
async function renderOne(name: string): Promise<string> {
  const experiment = await loadExperiment(join(ROOT, "experiments", `${name}.ts`));
  const results = syntheticExperiment(expand(experiment), { steps: 15, seeds: 2 });
  return await renderReport(await loadReport(ROOT, name), results);
}

async function comparisonPage(): Promise<string> {
  const results = syntheticResults({ seeds: 2, steps: 10 });
  const side = (name: string) => ({ name, store: name, results });
  return await renderComparison(compareExperiments(side("one"), side("two")));
}

function indexPage(): Promise<string> {
  const results = syntheticResults({ seeds: 2, steps: 10 });
  const head = { kind: "report", page: "one", digest: "", title: "One", answer: "Yes." } as const;
  const entry = { ...createEntry(head, results, new Date(0)), exists: true };
  const missing = [{ name: "next", question: "Why?", command: "deno task run next" }];
  return Promise.resolve(renderIndex({ entries: [entry], missing, others: ["other"] }));
}

/**
 * In the page: goes through all tabs and folded parts, and notes on each chart whether it was drawn there: with a box,
 * and marks that have one. Returns the labels of those that never were.
 */
const UNDRAWN = `(() => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  const charts = [...document.querySelectorAll("svg[role=img]")];
  const hasBox = ({ width, height }) => width > 0 || height > 0;
  const look = () => {
    for (const svg of charts) {
      const { width, height } = svg.getBoundingClientRect();
      const marks = [...svg.querySelectorAll("g[class*='role-mark'] *")].filter((mark) => mark.getBBox);
      if (width > 20 && height > 20 && marks.some((mark) => hasBox(mark.getBBox()))) svg.dataset.drawn = "yes";
    }
  };
  look();
  const radios = [...document.querySelectorAll("input[type=radio]")], before = radios.filter(({ checked }) => checked);
  for (const radio of radios) { radio.checked = true; look(); }
  for (const radio of before) radio.checked = true;
  return charts.filter((svg) => svg.dataset.drawn === undefined).map((svg) => svg.getAttribute("aria-label"));
})()`;

/** In the page: what Tab should stop at, in order; of a group of radio buttons, the checked one. */
const STOPS =
  `[...document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex='0']")].filter(
  (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled &&
    (element.type !== "radio" || element.checked))`;

/** In the page: notes the elements that get the focus, and those on which it cannot be seen. */
const WATCH_FOCUS = `(() => {
  const stops = ${STOPS};
  globalThis.focused = [];
  globalThis.unseen = [];
  document.addEventListener("focusin", ({ target }) => {
    focused.push(stops.indexOf(target));
    const shown = target.type === "radio" ? target.nextElementSibling : target;
    const { outlineStyle, outlineWidth } = getComputedStyle(shown), { width, height } = shown.getBoundingClientRect();
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 1 || width === 0 || height === 0) {
      unseen.push(target.outerHTML.slice(0, 120));
    }
  });
  return stops.length;
})()`;

/** In the page: the smallest contrast (WCAG 2) of any text in a chart with the page behind it, with the text. */
const LOWEST_CONTRAST = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.body).backgroundColor);
  const lowest = { contrast: 21, text: "" };
  for (const text of document.querySelectorAll("svg[role=img] text, p, h1, h2, th, td, figcaption, label, a")) {
    const style = getComputedStyle(text), own = light(text instanceof SVGElement ? style.fill : style.color);
    if (text.matches(".notice, label, .skip")) continue; // on a ground of their own
    const contrast = (Math.max(own, page) + 0.05) / (Math.min(own, page) + 0.05);
    if (contrast < lowest.contrast) Object.assign(lowest, { contrast, text: text.textContent.slice(0, 60) });
  }
  return { ground: page, ...lowest };
})()`;

/** Nothing wrong in the console, and nothing asked for but the page. */
function checkQuiet(page: Page, url: string): void {
  deepEqual(page.problems, []);
  deepEqual(page.requests, [url]);
}

async function checkDrawn(page: Page): Promise<void> {
  // A chart in a wide and a narrow version shows one of them at a time.
  await page.evaluate(UNDRAWN);
  await page.resize(WIDTHS.narrow);
  deepEqual(await page.evaluate(UNDRAWN), []);
  await page.resize(WIDTHS.wide);
}

async function checkKeyboard(page: Page): Promise<void> {
  const count = await page.evaluate<number>(WATCH_FOCUS);
  await page.press("Tab", count);
  const { focused, unseen } = await page.evaluate<{ focused: number[]; unseen: string[] }>(
    "({ focused, unseen })",
  );
  deepEqual(unseen, []);
  deepEqual(focused, Array.from({ length: count }, (_, i) => i));
}

/** The arrow keys choose another tab, which takes the place of the one before. */
async function checkTabs(page: Page): Promise<void> {
  const shown = `[...document.querySelectorAll(".tabs")].map((tabs) =>
    [...tabs.querySelectorAll(".tab")].map((tab) => tab.checkVisibility()).indexOf(true))`;
  const groups = await page.evaluate<number[]>(shown);
  for (const i of groups.keys()) {
    await page.evaluate(`document.querySelectorAll(".tabs")[${i}].querySelector("input").focus()`);
    await page.press("ArrowRight");
  }
  deepEqual(await page.evaluate(shown), groups.map(() => 1));
}

const text = new TextDecoder();

/** What each kind of download has to be. */
const CONTENT: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  svg: (bytes) =>
    /^<svg [^>]*viewBox=/.test(text.decode(bytes)) && /<\/svg>\s*$/.test(text.decode(bytes)),
  png: (bytes) => {
    const view = new DataView(bytes.buffer);
    return view.getBigUint64(0) === 0x89504e470d0a1a0an && view.getUint32(16) > 300 &&
      view.getUint32(20) > 200;
  },
  csv: (bytes) => text.decode(bytes).trim().split("\n").length > 1,
  tex: (bytes) =>
    /\\begin\{tabular\}[\s\S]*\\toprule[\s\S]*\\end\{tabular\}/.test(text.decode(bytes)),
  md: (bytes) => /^\|.*\|\n\|[-:| ]+\|\n\|/m.test(text.decode(bytes)),
};

/**
 * Clicks the first and the last download of each kind, and looks at what arrives; looks into every file that the page
 * carries with it. Returns the kinds.
 */
async function checkDownloads(browser: Browser, page: Page): Promise<readonly string[]> {
  const all = `[...document.querySelectorAll("[data-download]")]`;
  const kinds = await page.evaluate<string[]>(`${all}.map((one) => one.dataset.download)`);
  const found = [...new Set(kinds)].sort();
  const clicked = found.flatMap((kind) => [
    ...new Set([kinds.indexOf(kind), kinds.lastIndexOf(kind)]),
  ]);
  const files = await browser.download(
    clicked.length,
    () => page.evaluate(`for (const i of ${JSON.stringify(clicked)}) ${all}[i].click()`),
  );
  const endings = files.map(({ name }) => name.replace(/^.*\./, "")).sort();
  deepEqual(endings, clicked.map((i) => kinds[i]).sort());
  const check = (kind: string, name: string, bytes: Uint8Array) =>
    ok(CONTENT[kind]!(bytes), `${name}: ${text.decode(bytes.slice(0, 200))}`);
  for (const { name, file } of files) {
    check(name.replace(/^.*\./, ""), name, await Deno.readFile(file));
  }
  const links = await page.evaluate<{ kind: string; name: string; href: string }[]>(
    `[...document.querySelectorAll("a[data-download]")].map(({ dataset, download: name, href }) => (
      { kind: dataset.download, name, href }))`,
  );
  for (const { kind, name, href } of links) {
    check(kind, name, Buffer.from(href.replace(/^data:[^,]*;base64,/, ""), "base64"));
  }
  return found;
}

/** Room on a narrow page, and contrast in both colour schemes. */
async function checkNarrowAndDark(page: Page): Promise<void> {
  await page.resize(WIDTHS.narrow);
  const { wide, space } = await page.evaluate<{ wide: number; space: number }>(
    "({ wide: document.documentElement.scrollWidth, space: document.documentElement.clientWidth })",
  );
  equal(wide, space, "the page scrolls sideways");
  for (const scheme of ["light", "dark"] as const) {
    await page.prefer(scheme);
    const { ground, contrast, text } = await page.evaluate<
      { ground: number; contrast: number; text: string }
    >(LOWEST_CONTRAST);
    equal(scheme === "dark", ground < 0.05, `the page is ${scheme}`);
    ok(contrast >= 4.5, `contrast ${contrast} of “${text}” on a ${scheme} page`);
  }
}

/** Every property of one page; returns the kinds of its downloads. */
async function checkPage(browser: Browser, url: string): Promise<readonly string[]> {
  const page = await browser.open(url, { width: WIDTHS.wide });
  await checkDrawn(page);
  await checkKeyboard(page);
  const kinds = await checkDownloads(browser, page);
  await checkNarrowAndDark(page);
  checkQuiet(page, url);
  await page.close();

  const still = await browser.open(url, { width: WIDTHS.wide, scripts: false });
  await checkDrawn(still);
  await checkTabs(still);
  checkQuiet(still, url);
  await still.close();
  return kinds;
}

const FIGURES_AND_TABLES = ["csv", "md", "png", "svg", "tex"];

/** What is opened, and the kinds of downloads it has. */
const PAGES: readonly {
  readonly name: string;
  readonly render: () => Promise<string>;
  readonly kinds: readonly string[];
}[] = [
  ...REPORTS.map((name) => ({ name, render: () => renderOne(name), kinds: FIGURES_AND_TABLES })),
  { name: "comparison", render: comparisonPage, kinds: FIGURES_AND_TABLES },
  { name: "index", render: indexPage, kinds: ["csv", "md", "tex"] },
];

Deno.test("pages in a browser: silent, drawn, downloadable, usable by keyboard, without scripts, narrow and dark", async (t) => {
  const folder = await Deno.makeTempDir();
  const { browser, reasons } = await startBrowser(folder);
  if (browser === null) console.warn(`no browser starts: ${reasons.join("; ")}`);
  // While the browser is busy with one page, the next is written.
  const rendered = new Map<string, Promise<string>>();
  const render = (page: typeof PAGES[number] | undefined) => {
    if (page === undefined || rendered.has(page.name)) return;
    const html = page.render();
    html.catch(() => {}); // its own step reports it
    rendered.set(page.name, html);
  };
  try {
    for (const [i, page] of PAGES.entries()) {
      await t.step({
        name: page.name,
        ignore: browser === null,
        fn: async () => {
          render(page);
          const file = join(folder, `${page.name}.html`);
          await Deno.writeTextFile(file, await rendered.get(page.name)!);
          render(PAGES[i + 1]);
          deepEqual(await checkPage(browser!, pathToFileURL(file).href), page.kinds);
        },
        sanitizeOps: false, // the next page is on its way; the test as a whole leaves nothing open
        sanitizeResources: false,
      });
    }
  } finally {
    await Promise.allSettled(rendered.values());
    await browser?.close();
    await Deno.remove(folder, { recursive: true });
  }
});
