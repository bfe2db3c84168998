import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { ConfigError } from "../core/errors.ts";
import { randomSource } from "../core/random.ts";
import { drawPrompt, drawPrompts } from "./draw_prompts.ts";
import { CELLS } from "./micro_math.ts";
import { contentHash } from "./partition.ts";

const cell = (name: string, level: number) =>
  CELLS.find(({ family, level: own }) => family.name === name && own === level)!;
const random = randomSource(4, "draw prompts test");

Deno.test("drawPrompts() exhausts small cells, then fills up from larger ones", () => {
  const cells = [cell("algebra", 2), cell("counting", 2)];
  const prompts = drawPrompts(cells, "validation", 400, random, "dataset.prompts");
  const sizes = Map.groupBy(prompts, ({ family }) => family);
  const algebra = sizes.get("algebra")!.length;
  ok(algebra > 5 && algebra < 100, String(algebra));
  equal(sizes.get("counting")!.length, 400 - algebra);
  equal(new Set(prompts.map(({ id }) => id)).size, 400);
});

Deno.test("drawPrompts() says how many prompts there are when asked for too many", () => {
  throws(
    () => drawPrompts([cell("algebra", 2)], "validation", 400, random, "dataset.prompts"),
    (error) =>
      error instanceof ConfigError && error.field === "dataset.prompts" &&
      /expected at most [0-9]+, got 400/.test(error.message),
  );
});

Deno.test("drawPrompts() leaves out what was taken, and takes what it draws", () => {
  const taken = new Set<string>();
  const draw = () =>
    drawPrompts([cell("logic", 2)], "train", 60, random, "dataset.prompts", { taken });
  const ids = [...draw(), ...draw()].map(({ id }) => id);
  equal(new Set(ids).size, 120);
  deepEqual(new Set(ids), taken);
});

Deno.test("drawPrompt() gives equal content the same id and the same pixels", () => {
  const prompts = Array.from(
    { length: 3000 },
    (_, i) => drawPrompt(cell("functions", 1), "train", random.at(i))!,
  );
  let repeated = 0;
  for (const same of Map.groupBy(prompts, ({ id }) => id).values()) {
    for (const prompt of same.slice(1)) {
      deepEqual(prompt, same[0]);
      repeated++;
    }
  }
  ok(repeated > 1000, String(repeated));
});

Deno.test("drawPrompt() names a prompt by the hash of what is asked and shown, without noise", () => {
  const prompt = drawPrompt(cell("logic", 1), "train", random.at("text"))!;
  equal(prompt.image, null);
  equal(prompt.id, contentHash(prompt.question, null).toString(36));
});
