import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { createOverlong, overlong, overlongPunishment } from "./overlong.ts";
import { makeInput } from "./testdata/inputs.ts";

fc.configureGlobal({ seed: 1 });

// examples/reward_function/dapo.py of EasyR1, with DAPO's lengths.
Deno.test("overlongPunishment() has EasyR1's values", () => {
  const values = [[16384, 0], [18432, -0.5], [19000, -0.638671875], [20480, -1], [21000, -1]];
  for (const [length, value] of values) equal(overlongPunishment(length!, 20480, 4096), value);
});

Deno.test("createOverlong() counts tokens back from decoding.maxTokens", () => {
  const reward = createOverlong(overlong({ buffer: 4, factor: 0.5 }));
  const values = [11, 12, 13, 14, 15, 16].map((tokens) => reward(makeInput({ tokens })));
  equal(values.join(), "0,0,-0.125,-0.25,-0.375,-0.5");
});

Deno.test("createOverlong() never rises with length, and stays in [−factor, 0]", () => {
  const lengths = fc.nat(40), buffers = fc.integer({ min: 1, max: 16 });
  fc.assert(fc.property(lengths, lengths, buffers, (a, b, buffer) => {
    const reward = createOverlong(overlong({ buffer, factor: 2 }));
    const short = reward(makeInput({ tokens: Math.min(a, b) }));
    const long = reward(makeInput({ tokens: Math.max(a, b) }));
    ok(long <= short && long >= -2 && short <= 0);
  }));
});
