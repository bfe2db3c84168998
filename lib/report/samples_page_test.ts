import { deepEqual, doesNotMatch, equal, match, ok, throws } from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { picturePng } from "./picture_png.ts";
import { renderSamplesPage } from "./samples_page.ts";

const SIZES = { prompts: 420, validationPrompts: 20, benchmarkPrompts: 10 };
const dataset = createMicroMath(microMath({ ...SIZES, unsolvable: 0.5 }));

Deno.test("renderSamplesPage() shows perCell samples of each family and level", () => {
  const page = renderSamplesPage(dataset, { perCell: 2 });
  equal(page.match(/<section /g)?.length, 14);
  equal(page.match(/<h3>/g)?.length, 42);
  equal(page.match(/<figure>/g)?.length, 84);
  ok(page.includes(`Pool 420 (210 of them with a wrong answer key), validation 20`));
});

Deno.test("renderSamplesPage() shows question, working, answer, and a wrong key as such", () => {
  const wrong = dataset.train.find(({ solvable, image }) => !solvable && image !== null)!;
  const page = renderSamplesPage({ ...dataset, train: [wrong] }, { perCell: 5 });
  ok(page.includes(`<dd>${wrong.question}</dd>`));
  ok(page.includes(`<dd>${wrong.reasoning}</dd>`));
  ok(page.includes(`<dd class="answer">${wrong.solution}</dd>`));
  ok(page.includes(`<dd class="wrong">${wrong.answer} (wrong)</dd>`));
  ok(page.includes(picturePng(wrong.image!)));
});

Deno.test("renderSamplesPage() escapes what it shows and loads nothing", () => {
  const prompt = { ...dataset.train[0]!, question: `<b>"3 < 4" & more</b>`, image: null };
  const page = renderSamplesPage({ ...dataset, train: [prompt] }, { perCell: 1 });
  doesNotMatch(page, /<b>/);
  match(page, /text only/);
  doesNotMatch(
    renderSamplesPage(dataset, { perCell: 1 }),
    /(src|href)="(?!data:|#)|@import|<script/,
  );
});

Deno.test("picturePng() keeps every grey level", () => {
  const image = Float32Array.from({ length: 256 }, (_, i) => i / 255);
  const uri = picturePng(image);
  const bytes = Uint8Array.from(atob(uri.split(",")[1]!), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  deepEqual([view.getUint32(16), view.getUint32(20)], [16, 16]);
  const length = view.getUint32(33);
  const rows = inflateSync(bytes.subarray(41, 41 + length));
  const greys = [...rows].filter((_, i) => i % 17 !== 0);
  deepEqual(greys, Array.from({ length: 256 }, (_, i) => i));
});

Deno.test("picturePng() refuses a picture that is not square", () => {
  throws(() => picturePng(new Float32Array(15)), /square number of pixels, got 15/);
});
