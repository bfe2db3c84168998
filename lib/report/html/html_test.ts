import { equal } from "node:assert/strict";
import fc from "fast-check";
import { csvLink, dataTable } from "./figure.ts";
import { escapeHtml, Html, markup } from "./html.ts";

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
