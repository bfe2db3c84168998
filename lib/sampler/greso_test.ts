import { deepEqual, equal, ok } from "node:assert/strict";
import { greso } from "./greso.ts";
import type { Sampler } from "./sampler.ts";
import { create, group, stream } from "./testdata/harness.ts";

const near = (got: number, expected: number) =>
  ok(Math.abs(got - expected) < 1e-9, `expected ${expected}, got ${got}`);

/** Share of the passes over the pool in which `prompt` is kept. */
function keptShare(sampler: Sampler, prompt: number, prompts: number, passes: number): number {
  let kept = 0;
  const before = sampler.state().numbers;
  for (let draw = 1; sampler.state().numbers.pass! < before.pass! + passes; draw++) {
    const [drawn] = sampler.draw(draw, stream(draw), 1);
    if (drawn === prompt) kept++;
  }
  ok(prompts > 1); // others are there to draw, so that every pass ends
  return kept / passes;
}

Deno.test("greso() passes over the pool, each prompt once and each pass in another order", () => {
  const sampler = create(greso(), { prompts: 12 });
  const passes = [1, 2, 3].map((step) => [...sampler.draw(step, stream(step), 12)]);
  for (const pass of passes) equal(new Set(pass).size, 12);
  equal(new Set(passes.map(String)).size, 3);
});

Deno.test("greso() keeps a prompt with p^z after z groups without variance in a row", () => {
  const passes = 3000, config = greso({ keepEasy: 0.8, keepHard: 0.6 });
  for (
    const [groups, expected] of [
      [[], 1],
      [[group(0, 8)], 0.8],
      [[group(0, 8), group(0, 8), group(0, 8)], 0.512],
      [[group(0, 0), group(0, 0)], 0.36],
      [[group(0, 8), group(0, 8), group(0, 0)], 0.6], // only the last ones of a kind count
      [[group(0, 0), group(0, 0), group(0, 1)], 1], // a group with variance ends the row
      [[group(0, 0, 8, { trained: false })], 0.6], // groups that a filter left out count: they are most of them
      [Array(30).fill(group(0, 0)), 0.01], // never less
    ] as const
  ) {
    const sampler = create(config, { prompts: 3 });
    if (groups.length > 0) sampler.observe(1, groups);
    const share = keptShare(sampler, 0, 3, passes);
    const bound = 4 * Math.sqrt(expected * (1 - expected) / passes) + 2 / passes;
    ok(Math.abs(share - expected) <= bound, `expected ${expected} ± ${bound}, got ${share}`);
  }
});

Deno.test("greso() moves its keep factors against the shares of groups without variance", () => {
  const sampler = create(greso(), { prompts: 12 });
  const factors = () => {
    const { keepEasy, keepHard } = sampler.state().numbers;
    return [keepEasy!, keepHard!];
  };
  const groups = (easy: number, hard: number, mixed: number) => [
    ...Array(easy).fill(group(0, 8)),
    ...Array(hard).fill(group(1, 0)),
    ...Array(mixed).fill(group(2, 4)),
  ];
  sampler.draw(1, stream(1), 12);
  sampler.observe(1, groups(12, 0, 0));
  deepEqual(factors(), [0.5, 0.5]); // not during the first pass
  sampler.draw(2, stream(2), 1);
  // The targets are 1/12 all right and 2/12 all wrong.
  sampler.observe(2, groups(1, 1, 10));
  near(factors()[0]!, 0.49);
  near(factors()[1]!, 0.51);
  sampler.observe(3, groups(0, 2, 10));
  near(factors()[0]!, 0.5);
  near(factors()[1]!, 0.5);
  for (let step = 4; step < 100; step++) sampler.observe(step, groups(0, 12, 0));
  deepEqual(factors(), [0.95, 0.05]); // bounds
});

Deno.test("greso() fills a batch even where every prompt is all but always skipped", () => {
  const sampler = create(greso(), { prompts: 5 });
  for (let step = 1; step <= 20; step++) {
    sampler.observe(step, [0, 1, 2, 3, 4].map((prompt) => group(prompt, 8)));
  }
  equal(sampler.draw(21, stream(21), 10).length, 10);
});
