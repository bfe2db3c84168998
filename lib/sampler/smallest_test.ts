import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { smallest } from "./smallest.ts";

fc.configureGlobal({ seed: 1 });

Deno.test("smallest() is what sorting by key, then place, puts in front", () => {
  const key = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true }));
  fc.assert(fc.property(
    fc.array(key, { maxLength: 200 }),
    fc.nat({ max: 220 }),
    (keys, count) => {
      const sorted = [...keys.keys()].sort((a, b) =>
        (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0) || a - b
      );
      const expected = Int32Array.from(sorted.slice(0, count)).sort();
      deepEqual(smallest(Float64Array.from(keys), count), expected);
    },
  ));
});

Deno.test("smallest() copes with keys that are sorted, reversed or all equal, and with infinity", () => {
  const n = 5000, first = Int32Array.from({ length: 7 }, (_, i) => i);
  deepEqual(smallest(Float64Array.from({ length: n }, (_, i) => i), 7), first);
  deepEqual(smallest(new Float64Array(n), 7), first);
  deepEqual(
    smallest(Float64Array.from({ length: n }, (_, i) => -i), 7),
    first.map((i) => n - 7 + i),
  );
  deepEqual(smallest(Float64Array.of(Infinity, 2, Infinity), 2), Int32Array.of(0, 1));
});
