import { equal, ok, throws } from "node:assert/strict";
import { kl } from "./kl.ts";
import { nextKlCoefficient } from "./kl_controller.ts";

const ADAPTIVE = kl({ controller: { kind: "adaptive", target: 0.1, horizon: 10_000 } });

Deno.test("nextKlCoefficient() moves β as verl 0.9.1's AdaptiveKLController", () => {
  let coefficient = 0.01;
  for (
    const [measured, expected] of [
      [0.3, 0.0101024],
      [0.11, 0.010154124288],
      [0.05, 0.01005014605529088],
      [0.1, 0.01005014605529088],
    ] as const
  ) {
    coefficient = nextKlCoefficient(ADAPTIVE, coefficient, measured, 512);
    ok(Math.abs(coefficient - expected) < 1e-15, `expected ${expected}, got ${coefficient}`);
  }
});

Deno.test("nextKlCoefficient() keeps a fixed β, and never turns the sign of one", () => {
  equal(nextKlCoefficient(kl({ coefficient: 0.02 }), 0.02, 9, 512), 0.02);
  equal(nextKlCoefficient(ADAPTIVE, 0.02, 0, 60_000), 0);
  throws(() => nextKlCoefficient(ADAPTIVE, 0.02, NaN, 512), /measuredKl: expected a finite number/);
});
