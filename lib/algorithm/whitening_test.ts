import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { whiten } from "./whitening.ts";

fc.configureGlobal({ seed: 1 });

// The values of EasyR1's and verl's masked_whiten are those of `advantage/estimate_test.ts`.

Deno.test("whiten() leaves nothing of equal advantages, nor of a single token", () => {
  deepEqual(whiten(new Float32Array(7).fill(0.1), Int32Array.of(7), 7), new Float32Array(7));
  deepEqual(whiten(Float32Array.of(3, 5), Int32Array.of(1), 2), new Float32Array(2));
  deepEqual(whiten(new Float32Array(), new Int32Array(), 4), new Float32Array());
});

Deno.test("whiten() has mean 0 and variance 1 over tokens, and 0 behind the end", () => {
  const row = fc.record({
    length: fc.integer({ min: 1, max: 4 }),
    values: fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 4, maxLength: 4 }),
  });
  fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
    const advantages = Float32Array.from(rows.flatMap(({ values }) => values));
    const lengths = Int32Array.from(rows, ({ length }) => length);
    const whitened = whiten(advantages, lengths, 4);
    const inside = rows.flatMap(({ length }, i) => [...whitened.subarray(4 * i, 4 * i + length)]);
    const tokens = new Set(rows.flatMap(({ length, values }) => values.slice(0, length)));
    const sum = inside.reduce((a, b) => a + b, 0), squares = inside.reduce((a, b) => a + b * b, 0);
    ok(Math.abs(sum) < 1e-4);
    if (tokens.size > 1) ok(Math.abs(squares / (inside.length - 1) - 1) < 1e-4);
    ok(whitened.every((value, i) => i % 4 < lengths[Math.floor(i / 4)]! || value === 0));
  }));
});

Deno.test("whiten() does not see what stands behind the end", () => {
  const whitened = (behind: number) =>
    whiten(Float32Array.of(1, 2, behind, 5, behind, behind), Int32Array.of(2, 1), 3);
  deepEqual(whitened(0), whitened(1e6));
});
