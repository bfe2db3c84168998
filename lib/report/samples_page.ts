/** A page that shows what a data set asks: samples of every family and level, with picture, working and answer. */
import type { Dataset, Prompt } from "../dataset/prompt.ts";
import { picturePng } from "./picture_png.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1e21; --quiet: #5f6670; --page: #fbfbfa; --card: #fff; --line: #dcdfe3;
  --warn: #a33c00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ec; --quiet: #9aa3ae; --page: #14161a; --card: #1d2025;
  --line: #343941; --warn: #ff9d66; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1240px; padding: 24px 16px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 36px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 13px; font-weight: 600; color: var(--quiet); margin: 12px 0 6px; }
p { margin: 0 0 8px; color: var(--quiet); max-width: 72ch; }
nav { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 12px 0; }
a { color: inherit; }
.cell { display: grid; grid-template-columns: repeat(auto-fill, minmax(172px, 1fr)); gap: 10px; }
figure { margin: 0; padding: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  overflow-wrap: anywhere; }
img, .text { display: block; width: 100%; max-width: 150px; aspect-ratio: 1; margin: 0 auto 8px; border-radius: 3px; }
/* The black margin shows where a picture ends: white may reach its edge. */
img { image-rendering: pixelated; padding: 5px; background: #000; }
.text { display: grid; place-items: center; color: var(--quiet); border: 1px dashed var(--line); font-size: 13px; }
dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 1px 8px; font-size: 14px; }
dt { color: var(--quiet); font-size: 12px; line-height: 1.7; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
dd.answer { font-weight: 650; }
dd.wrong { color: var(--warn); }
@media (max-width: 430px) { .cell { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
`;

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** `planeGeometry` → `Plane geometry`. */
function title(family: string): string {
  const words = family.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function card(prompt: Prompt): string {
  const { image, question, reasoning, solution, answer, solvable } = prompt;
  const picture = image === null
    ? `<div class="text">text only</div>`
    : `<img alt="picture of ${escaped(prompt.id)}" src="${picturePng(image)}">`;
  const key = solvable ? "" : `<dt>key</dt><dd class="wrong">${escaped(answer)} (wrong)</dd>`;
  return `<figure>${picture}<dl><dt>asks</dt><dd>${escaped(question)}</dd><dt>works</dt><dd>${
    escaped(reasoning)
  }</dd><dt>answer</dt><dd class="answer">${escaped(solution)}</dd>${key}</dl></figure>`;
}

/** One family: its levels, each with up to `perCell` samples. */
function section(family: string, prompts: readonly Prompt[], perCell: number): string {
  const levels = [...Map.groupBy(prompts, ({ level }) => level)].sort(([a], [b]) => a - b);
  const rows = levels.map(([level, all]) =>
    `<h3>Level ${level}, ${all.length} in the pool</h3><div class="cell">${
      all.slice(0, perCell).map(card).join("")
    }</div>`
  );
  return `<section id="${escaped(family)}"><h2>${escaped(title(family))}</h2>${
    rows.join("")
  }</section>`;
}

/**
 * One self-contained HTML page with samples of the pool, by family and level.
 *
 * @param perCell samples per family and level at most
 */
export function renderSamplesPage(dataset: Dataset, { perCell }: { perCell: number }): string {
  const families = [...Map.groupBy(dataset.train, ({ family }) => family)]
    .sort(([a], [b]) => a < b ? -1 : 1);
  const benchmarks = Object.entries(dataset.benchmarks)
    .map(([name, prompts]) => `${name} ${prompts.length}`).join(", ");
  const unsolvable = dataset.train.filter(({ solvable }) => !solvable).length;
  const links = families.map(([family]) =>
    `<a href="#${escaped(family)}">${escaped(title(family))}</a>`
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Samples of the data set</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Samples of the data set</h1>
<p>What the policy is asked, the picture it sees beside the question, the working it was shown for problems of this
kind, and the true answer. A picture has 16 × 16 grey pixels, read as 4 × 4 patches.</p>
<p>Pool ${dataset.train.length}${
    unsolvable > 0 ? ` (${unsolvable} of them with a wrong answer key)` : ""
  }, validation ${dataset.validation.length}, benchmarks ${
    benchmarks || "none"
  }. No two splits share a question with its
picture.</p>
<nav>${links.join("")}</nav>
${families.map(([family, prompts]) => section(family, prompts, perCell)).join("\n")}
</body>
</html>
`;
}
