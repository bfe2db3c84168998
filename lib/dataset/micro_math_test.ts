import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { contentHash, type Partition, partitionOf } from "./partition.ts";
import { CELLS, createMicroMath, demonstrationPrompt, microMath } from "./micro_math.ts";
import { BENCHMARKS, IMAGE_SIDE, type Prompt } from "./prompt.ts";

const SMALL = { prompts: 300, validationPrompts: 100, benchmarkPrompts: 40 };
const dataset = createMicroMath(microMath());
const demonstrations = (count: number) => {
  const random = randomSource(1, "demonstrations");
  return Array.from({ length: count }, (_, i) => demonstrationPrompt(random.at(i)));
};
const cellOf = ({ family, level }: Prompt) => `${family} ${level}`;

Deno.test("createMicroMath() gives every split the size asked for", () => {
  equal(dataset.train.length, 1024);
  equal(dataset.validation.length, 512);
  for (const name of BENCHMARKS) equal(dataset.benchmarks[name].length, 128);
});

Deno.test("createMicroMath() puts no question with its picture in two splits, nor twice in one", () => {
  const splits = [
    dataset.train,
    dataset.validation,
    ...BENCHMARKS.map((name) => dataset.benchmarks[name]),
  ];
  const prompts = splits.flat();
  const content = ({ question, image }: Prompt) => `${question}|${image?.join()}`;
  equal(new Set(prompts.map((prompt) => prompt.id)).size, prompts.length);
  equal(new Set(prompts.map(content)).size, prompts.length);
  const held = new Set(prompts.map((prompt) => prompt.id));
  ok(demonstrations(4000).every((prompt) => !held.has(prompt.id)));
});

Deno.test("createMicroMath() keeps splits apart across seeds and sizes", () => {
  const other = createMicroMath(microMath({ ...SMALL, prompts: 3000, seed: 5 }));
  const train = new Set(other.train.map((prompt) => prompt.id));
  const held = [...dataset.validation, ...BENCHMARKS.flatMap((name) => dataset.benchmarks[name])];
  ok(held.every((prompt) => !train.has(prompt.id)));
});

Deno.test("createMicroMath() is a function of its settings", () => {
  deepEqual(createMicroMath(microMath(SMALL)).train, createMicroMath(microMath(SMALL)).train);
  notDeepEqual(
    createMicroMath(microMath(SMALL)).train,
    createMicroMath(microMath({ ...SMALL, seed: 1 })).train,
  );
  const larger = createMicroMath(microMath({ ...SMALL, prompts: 600 }));
  deepEqual(larger.validation, createMicroMath(microMath(SMALL)).validation);
  deepEqual(demonstrations(20), demonstrations(20));
});

Deno.test("createMicroMath() spreads prompts evenly over families and levels", () => {
  const sizes = Map.groupBy(dataset.train, cellOf).values().map((cell) => cell.length).toArray();
  equal(sizes.length, CELLS.length);
  ok(Math.max(...sizes) - Math.min(...sizes) <= 1, sizes.join());
});

Deno.test("createMicroMath() lets other cells fill what a small cell cannot give", () => {
  const { train } = createMicroMath(microMath({ ...SMALL, prompts: 6000 }));
  equal(train.length, 6000);
  equal(new Set(train.map((prompt) => prompt.id)).size, 6000);
  const sizes = Map.groupBy(train, cellOf).values().map((cell) => cell.length).toArray();
  ok(Math.min(...sizes) < 6000 / CELLS.length && Math.max(...sizes) > 6000 / CELLS.length);
});

Deno.test("createMicroMath() draws each benchmark from its families and levels", () => {
  const { vista, vision, logic, chart, verse } = dataset.benchmarks;
  const families = (prompts: readonly Prompt[]) => new Set(prompts.map(({ family }) => family));
  equal(families(verse).size, 14);
  ok(vista.every((prompt) => prompt.image !== null));
  ok(vision.every((prompt) => prompt.level === 3));
  deepEqual(families(logic), new Set(["logic", "matrix", "graphTheory"]));
  deepEqual(families(chart), new Set(["statistics", "functions", "counting"]));
});

Deno.test("unsolvable replaces that share of the pool's keys by what is never guessed, and nothing else", () => {
  const plain = createMicroMath(microMath(SMALL));
  const stressed = createMicroMath(microMath({ ...SMALL, unsolvable: 0.7 }));
  equal(stressed.train.filter((prompt) => !prompt.solvable).length, 210);
  stressed.train.forEach((prompt, i) => {
    const original = plain.train[i]!;
    equal(prompt.solvable, prompt.answer === prompt.solution);
    ok(prompt.solvable || !prompt.guesses.includes(prompt.answer));
    deepEqual({ ...prompt, answer: original.answer, solvable: true }, original);
  });
  deepEqual(stressed.validation, plain.validation);
  deepEqual(stressed.benchmarks, plain.benchmarks);
});

Deno.test("demonstration() covers all cells evenly", () => {
  const prompts = demonstrations(42 * 200), expected = 200;
  const sizes = Map.groupBy(prompts, cellOf).values().map((cell) => cell.length).toArray();
  equal(sizes.length, CELLS.length);
  // Five binomial standard deviations over 42 cells.
  ok(sizes.every((size) => Math.abs(size - expected) < 5 * Math.sqrt(expected)), sizes.join());
});

Deno.test("pictures have grey levels in [0, 1], something to see, and a little noise", () => {
  for (const { image, id } of demonstrations(2000)) {
    if (image === null) continue;
    equal(image.length, IMAGE_SIDE * IMAGE_SIDE);
    ok(image.every((grey) => grey >= 0 && grey <= 1), id);
    ok(Math.max(...image) - Math.min(...image) > 0.5, id);
    ok(new Set(image).size > 50, id);
  }
});

Deno.test("partitionOf() gives each part its share of the hashes", () => {
  const shares: Record<Partition, number> = {
    demonstration: 0.55,
    train: 0.25,
    validation: 0.08,
    benchmark: 0.12,
  };
  const draws = 20_000, counts: Record<string, number> = {};
  for (let i = 0; i < draws; i++) {
    const partition = partitionOf(contentHash(`question ${i}`, null));
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  for (const [partition, share] of Object.entries(shares)) {
    const error = Math.sqrt(share * (1 - share) / draws);
    ok(Math.abs(counts[partition]! / draws - share) < 4 * error, partition);
  }
});

Deno.test("contentHash() sees the question, every pixel, and whether there is a picture", () => {
  const image = new Float32Array(IMAGE_SIDE ** 2), base = contentHash("count dots ?", image);
  ok(base !== contentHash("count dots ?", null) && base !== contentHash("count bars ?", image));
  const hashes = image.map((_, i) => {
    const changed = image.slice();
    changed[i] = 1;
    return contentHash("count dots ?", changed);
  });
  equal(new Set([base, ...hashes]).size, image.length + 1);
});
