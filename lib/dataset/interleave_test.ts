import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { interleave, STOPPING } from "./interleave.ts";

/** What `interleave_datasets` of the Python package `datasets` 5.2.0 gave, with probabilities and a seed. */
const { cases } = JSON.parse(
  Deno.readTextFileSync(new URL("testdata/interleaved.json", import.meta.url)),
);

Deno.test("interleave() takes from each list what Hugging Face's does, for the same choices of lists", () => {
  equal(cases.length, 6);
  for (const { lengths, stopping, draws } of cases) {
    const lists: number[] = draws.map(([list]: [number]) => list);
    let at = 0;
    // Asked once more than it was there, it would go on drawing from the first list.
    const next = () => lists[at++] ?? 0;
    const kind = stopping === "all_exhausted" ? "allExhausted" : "firstExhausted";
    const drawn = [...interleave(lengths, next, kind)].map(({ list, index }) => [list, index]);
    deepEqual(drawn, draws);
  }
});

const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

Deno.test("interleave() gives a list's elements in order, again and again, and stops at once", () => {
  fc.assert(
    fc.property(
      lengths,
      fc.constantFrom(...STOPPING),
      fc.infiniteStream(fc.nat()),
      (lengths, stopping, stream) => {
        const draws = [
          ...interleave(lengths, () => stream.next().value! % lengths.length, stopping),
        ];
        const counts = lengths.map(() => 0);
        const isOver = () => {
          const done = lengths.map((length, i) => counts[i]! >= length);
          return stopping === "allExhausted" ? done.every(Boolean) : done.some(Boolean);
        };
        draws.forEach(({ list, index }) => {
          equal(isOver(), false);
          equal(index, counts[list]! % lengths[list]!);
          counts[list]!++;
        });
        ok(isOver());
      },
    ),
    { seed: 1 },
  );
});

Deno.test("interleave() refuses an empty list, which would never end", () => {
  throws(() => interleave([2, 0], () => 0, "allExhausted").next(), /lengths: expected some/);
  throws(() => interleave([], () => 0, "allExhausted").next(), RangeError);
});
