import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { csvLink, dataTable, figure, keyLegend, pair, panel, valueCell } from "./figure.ts";
import { artifactsOf, escapeHtml, Html, markup, plainText } from "./html.ts";

Deno.test("markup escapes text and keeps markup, lists and nothing", () => {
  const item = markup`<b>${"a & b"}</b>`;
  equal(markup`<p>${item}${[1, "<"]}${null}${false}</p>`.text, "<p><b>a &#38; b</b>1&#60;</p>");
});

Deno.test("escapeHtml() leaves nothing that could open a tag or end an attribute", () => {
  fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(escapeHtml(text))));
});

Deno.test("csvLink() carries UTF-8 and no name that could break out", () => {
  const { text } = csvLink("λ", { toCSV: () => 'arm\n"mixed, λ = 0.5"\n' });
  const encoded = /base64,([^"]+)"/.exec(text)![1]!;
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  equal(new TextDecoder().decode(bytes), 'arm\n"mixed, λ = 0.5"\n');
});

Deno.test("dataTable() has a heading per column and row, and can be reached by keyboard", () => {
  const { text } = dataTable({
    label: "L",
    head: ["x", "y"],
    rows: [["a", 1], ["b", new Html("2")]],
  });
  equal(text.match(/scope="col"/g)!.length, 2);
  equal(text.match(/scope="row"/g)!.length, 2);
  equal(/tabindex="0"/.test(text), true);
});

const picture = (label: string) =>
  new Html(`<svg role="img" aria-label="${label}"></svg>`, [{
    kind: "picture",
    label,
    title: null,
    note: null,
    svg: "<svg></svg>",
    width: 350,
    height: 220,
    values: [{ x: 1 }],
  }]);

/** The text of a data URI, by the format it is offered in. */
function offered(html: string, format: string): string {
  const [, data] = new RegExp(`data-download="${format}"[^>]*base64,([^"]+)"`).exec(html)!;
  return new TextDecoder().decode(Uint8Array.from(atob(data!), (letter) => letter.charCodeAt(0)));
}

Deno.test("plainText() is what a reader sees", () => {
  equal(plainText(markup`<b>${"a < b"}</b>\n ${"&amp;"} <i>c</i>`), "a < b &amp; c");
  fc.assert(
    fc.property(
      fc.string().map((text) => text.replace(/\s+/g, " ").trim()),
      (text) => plainText(text) === text,
    ),
  );
});

Deno.test("dataTable() carries itself as LaTeX, Markdown and CSV, with values as numbers", () => {
  const cell = valueCell({ value: -1.25, half: 0.5, digits: 2, mark: "best" });
  const { text, artifacts } = dataTable({
    label: "A table",
    head: ["arm", "score"],
    rows: [["a & b", cell], ["c", markup`<b>none</b>`]],
  });
  ok(text.includes("<td><strong>−1.25</strong> ± 0.50</td>"));
  ok(offered(text, "tex").includes("a \\& b & $\\mathbf{-1.25} \\pm 0.50$ \\\\"));
  ok(offered(text, "md").includes("| a & b | **-1.25** ± 0.50 |"));
  ok(offered(text, "csv").includes("a & b,-1.25,0.5,best"));
  ok(text.includes('download="a-table.tex"') && text.includes('aria-label="LaTeX: A table"'));
  const [table] = artifacts;
  ok(artifacts.length === 1 && table?.kind === "table");
  equal(table.rows[1]![1], "none");
});

Deno.test("dataTable() shades cells by shares, and leaves those without one", () => {
  const { text } = dataTable({
    label: "L",
    head: ["x", "y", "z"],
    rows: [["a", 1, 2]],
    shades: [[0.5, null]],
  });
  ok(text.includes('class="heat"') && text.includes('<td style="--share:0.50">1</td><td>2</td>'));
});

Deno.test("figure() carries what it shows: legend, panels with their titles, piles, and data", () => {
  const keys = [{ label: "a", colour: "#123456", mark: "bar", dash: [1, 0] }] as const;
  const { text, artifacts } = figure({
    id: "figure-x",
    legend: keyLegend(keys),
    content: [
      panel(markup`<b>T</b>`, picture("one"), "n = 3"),
      pair(null, panel("U", picture("two"))),
    ],
    caption: markup`Some <em>caption</em>`,
    data: csvLink("x", { toCSV: () => "a\n" }),
  });
  const [shown] = artifacts;
  ok(artifacts.length === 1 && shown?.kind === "figure");
  equal(shown.caption, "Some caption");
  deepEqual(shown.parts.map(({ kind }) => kind), ["legend", "picture", "stack", "data"]);
  const [, first, pile] = shown.parts;
  ok(first?.kind === "picture" && first.title === "T" && first.note === "n = 3");
  ok(pile?.kind === "stack" && pile.panels[0] === null && pile.panels[1]?.title === "U");
  const [, data] = /data-keys="([^"]*)"/.exec(text)!;
  deepEqual(JSON.parse(plainText(new Html(data!))), keys);
});

Deno.test("figure() without a table of its own offers what it draws", () => {
  const { text } = figure({ id: "figure-x", content: panel("T", picture("one")), caption: "" });
  equal(offered(text, "csv"), "panel,x\nT,1\n");
  deepEqual(
    artifactsOf(figure({ id: "y", content: "words", caption: "" })).map(({ kind }) => kind),
    [
      "figure",
    ],
  );
});
