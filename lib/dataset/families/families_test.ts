import { deepEqual, equal, ok } from "node:assert/strict";
import { randomSource } from "../../core/random.ts";
import { CELLS } from "../micro_math.ts";
import { contentHash } from "../partition.ts";
import { FAMILIES } from "./mod.ts";
import { evaluate, problems } from "./test_problems.ts";

const DRAWS = 1000;

Deno.test("every family is named once and comes in three levels", () => {
  equal(new Set(FAMILIES.map(({ name }) => name)).size, 14);
  equal(CELLS.length, 42);
});

Deno.test("every cell has at least 300 different problems, each with one answer", () => {
  for (const { family, level } of CELLS) {
    const answers = new Map<number, string>();
    for (const { question, image, answer } of problems(family.name, level, DRAWS)) {
      const hash = contentHash(question, image);
      equal(answers.get(hash) ?? answer, answer, `${family.name} ${level}: ${question}`);
      answers.set(hash, answer);
    }
    ok(answers.size >= 300, `${family.name} ${level}: ${answers.size}`);
  }
});

Deno.test("levels of a family agree on the answer where they ask and show the same", () => {
  const answers = new Map<number, string>();
  for (const { family, level } of CELLS) {
    for (const { question, image, answer } of problems(family.name, level, DRAWS)) {
      const hash = contentHash(question, image);
      equal(answers.get(hash) ?? answer, answer, `${family.name} ${level}: ${question}`);
      answers.set(hash, answer);
    }
  }
});

Deno.test("guesses are different, two to eight, the right one among them", () => {
  for (const { family, level } of CELLS) {
    for (const { guesses, answer } of problems(family.name, level)) {
      ok(guesses.length >= 2 && guesses.length <= 8, `${family.name} ${level}`);
      equal(new Set(guesses).size, guesses.length);
      ok(guesses.includes(answer), `${family.name} ${level}: ${answer} among ${guesses}`);
    }
  }
});

Deno.test("illustrated families show a picture with every problem", () => {
  for (const { family, level } of CELLS) {
    if (!family.illustrated) continue;
    ok(problems(family.name, level).every(({ image }) => image !== null), family.name);
  }
});

Deno.test("no answer takes more than half of a cell", () => {
  for (const { family, level } of CELLS) {
    const drawn = problems(family.name, level, DRAWS);
    const largest = Math.max(
      ...Map.groupBy(drawn, ({ answer }) => answer).values().map((group) => group.length),
    );
    // Four standard deviations above one half, for the families that answer yes or no.
    ok(largest / DRAWS < 0.5 + 4 * 0.5 / Math.sqrt(DRAWS), `${family.name} ${level}: ${largest}`);
  }
});

Deno.test("equations in the working are true", () => {
  let checked = 0;
  for (const { family, level } of CELLS) {
    for (const { reasoning } of problems(family.name, level)) {
      const equation = /^(\d+(?: [-+*/] \d+)+) = (\d+)(?: , \d)?$/.exec(reasoning);
      if (equation === null) continue;
      equal(evaluate(equation[1]!), Number(equation[2]), reasoning);
      checked++;
    }
  }
  ok(checked > 8000, String(checked));
});

Deno.test("generate() draws the same problem from the same place", () => {
  for (const { family, level } of CELLS) {
    const draw = () => family.generate(level, randomSource(9, family.name));
    deepEqual(draw(), draw());
  }
});
