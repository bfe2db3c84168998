import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import lambdaSweep from "../../../reports/vas_lambda_sweep.ts";
import { StoreError } from "../../core/errors.ts";
import { defineReport } from "../define_report.ts";
import type { Artifact, FigureArtifact } from "../html/artifact.ts";
import { composeFigure } from "../html/compose_figure.ts";
import { textWidth } from "../render/text_metrics.ts";
import { answer, benchmarks, informativeGroups } from "../sections/mod.ts";
import { syntheticResults } from "../testdata/synthetic_results.ts";
import { writeSections } from "../write_report.ts";
import { exportReport } from "./export_report.ts";
import { figureLayout } from "./figure_layout.ts";

const results = syntheticResults({ steps: 10, seeds: 2 });
const report = defineReport({ sections: [answer(), informativeGroups(), benchmarks()] });
const empty = defineReport({ sections: [] });

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesBelow(folder: string, path = ""): string[] {
  return [...Deno.readDirSync(join(folder, path))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(folder, join(path, name)) : [join(path, name)]
  ).sort();
}

/** Width and height of a PNG. */
function pngSize(bytes: Uint8Array): readonly [number, number] {
  deepEqual([...bytes.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  const view = new DataView(bytes.buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test("exportReport() writes every figure in three formats, every table in three, numbers and records", () =>
  inFolder(async (root) => {
    const folder = join(root, "paper", "sweep");
    const { files } = await exportReport(report, results, folder);
    const found = filesBelow(folder);
    equal(found.length, files);
    deepEqual([...Deno.readDirSync(join(root, "paper"))].map(({ name }) => name), ["sweep"]);

    const figures = found.filter((file) => file.startsWith("figures"));
    deepEqual(figures.map((file) => file.slice("figures/".length)), [
      ...[1, 2, 3].flatMap((i) => [`informative-${i}.png`, `informative-${i}.svg`]),
      "informative.csv",
      "informative.png",
      "informative.svg",
    ]);
    for (const file of figures.filter((file) => file.endsWith(".svg"))) {
      const svg = await Deno.readTextFile(join(folder, file));
      ok(!/var\(|href=|<script|NaN|undefined/.test(svg), file);
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
      const png = await Deno.readFile(join(folder, file.replace(/svg$/, "png")));
      deepEqual(pngSize(png), [3 * Number(width), 3 * Number(height)]);
      ok(png.length > 5000, `${file}: only ${png.length} bytes`); // blank ones are smaller
      for (const name of ["random", "mixed, λ = 0.5", "VAS, λ = 1"]) ok(svg.includes(`>${name}<`));
    }

    const tables = found.filter((file) => file.startsWith("tables"));
    const stems = new Set(tables.map((file) => file.replace(/\.\w+$/, "")));
    deepEqual(
      tables,
      [...stems].flatMap((stem) => ["csv", "md", "tex"].map((e) => `${stem}.${e}`)),
    );
    const latex = await Deno.readTextFile(join(folder, "tables/differences-to-the-baseline.tex"));
    match(latex, /VAS, \$\\lambda\$ = 1/);

    const numbers = await Deno.readTextFile(join(folder, "numbers.tex"));
    match(numbers, /@synthetic\/final-accuracy\/vas-lambda-1\/n\\endcsname\{2\}/);
    for (const name of ["runs", "step", "evaluation", "refresh", "scores"]) {
      ok(found.includes(join("records", `${name}.parquet`)), name);
    }
    match(await Deno.readTextFile(join(folder, "generations.jsonl")), /^\{"input":"/);
    const readme = await Deno.readTextFile(join(folder, "README.md"));
    for (const file of found) {
      if (!/README|export\.json/.test(file)) ok(readme.includes(`\`${file}\``), file);
    }
  }));

Deno.test("exportReport() replaces an earlier export as a whole, and gives the same files again", () =>
  inFolder(async (root) => {
    const folder = join(root, "out");
    const one = syntheticResults({ steps: 3, seeds: 1 });
    await exportReport(empty, one, folder);
    const before = filesBelow(folder);
    await Deno.writeTextFile(join(folder, "stale.txt"), "");
    await exportReport(empty, one, folder);
    deepEqual(filesBelow(folder), before);
    deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["out"]);
  }));

Deno.test("exportReport() touches no folder that holds anything else", () =>
  inFolder(async (root) => {
    await Deno.writeTextFile(join(root, "thesis.tex"), "ten years");
    await rejects(
      exportReport(empty, results, root),
      /--to: expected a folder that is new, empty or an earlier export/,
    );
    deepEqual(filesBelow(root), ["thesis.tex"]);
    await rejects(exportReport(empty, results, join(root, "thesis.tex")), StoreError);
    equal(await Deno.readTextFile(join(root, "thesis.tex")), "ten years");
  }));

Deno.test("exportReport() leaves the earlier export alone when it fails", () =>
  inFolder(async (root) => {
    const folder = join(root, "out");
    await exportReport(empty, syntheticResults({ steps: 3, seeds: 1 }), folder);
    const before = filesBelow(folder);
    const broken = defineReport({
      sections: [{ id: "a", title: "A", write: () => Promise.reject(new Error("no disk")) }],
    });
    await rejects(exportReport(broken, results, folder), /no disk/);
    deepEqual(filesBelow(folder), before);
    deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["out"]);
  }));

/** Figures, also those within others. */
const figuresOf = (artifacts: readonly Artifact[]): readonly FigureArtifact[] =>
  artifacts.flatMap((artifact) =>
    artifact.kind === "figure" ? [artifact, ...figuresOf(artifact.parts)] : []
  );

Deno.test("every chart of the sweep fits a column of 85 mm with type of 7 pt, and has data", async () => {
  const { sections } = await writeSections(lambdaSweep, results);
  const figures = figuresOf(sections.flatMap(({ content }) => content.artifacts));
  ok(figures.length >= 6);
  for (const { id, parts } of figures) {
    ok(parts.some(({ kind }) => kind === "data"), `${id} has no data`);
    const layout = figureLayout(parts);
    const all = composeFigure(layout, textWidth);
    ok(all.width <= 720, `${id}: ${all.width} px are wider than two columns`);
    for (const panel of layout.stacks.flat()) {
      if (panel !== null) ok(panel.width <= 356, `${id}, ${panel.title}: ${panel.width} px`);
    }
    // 356 px are 85 mm.
    const sizes = [...all.svg.matchAll(/font-size="([\d.]+)px"/g)].map(([, size]) => Number(size));
    const points = Math.min(...sizes) * (85 / 356) * 72 / 25.4;
    ok(points >= 7, `${id}: type of ${points} pt`);
  }
});
