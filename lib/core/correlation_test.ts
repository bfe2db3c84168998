import { equal, ok } from "node:assert/strict";
import { partialSpearman, spearmanInterval } from "./correlation.ts";
import { randomSource } from "./random.ts";

function near(got: number, expected: number, tolerance = 1e-9): void {
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${got}`);
}

const X = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const Y = [2, 1, 4, 3, 7, 5, 6, 10, 8, 9];
const Z = [3, 1, 2, 6, 4, 5, 9, 7, 8, 10];

// Reference values: SciPy 1.17.1 (spearmanr), pingouin 0.7.0 (partial_corr, method="spearman"); the ends by Bonett
// and Wright's formula in NumPy 2.4.6 (pingouin's use Fisher's narrower standard error).

Deno.test("spearmanInterval() is SciPy's correlation with the interval of Bonett and Wright", () => {
  const { value, low, high, n } = spearmanInterval(X, Y);
  near(value, 0.9030303030303028);
  near(low, 0.54374864, 1e-8);
  near(high, 0.98258256, 1e-8);
  equal(n, 10);
});

Deno.test("partialSpearman() is pingouin's, with one degree of freedom less", () => {
  const { value, low, high } = partialSpearman(X, Y, Z);
  near(value, 0.7891255298656663);
  near(low, 0.15164013, 1e-8);
  near(high, 0.96298146, 1e-8);
});

Deno.test("partialSpearman() is 0 where the control explains what two quantities share", () => {
  const random = randomSource(7, "partial"), n = 2000;
  const control = Array.from({ length: n }, () => random.normal());
  const a = control.map((c) => c + random.normal()), b = control.map((c) => c + random.normal());
  ok(spearmanInterval(a, b).low > 0.4);
  const { low, high } = partialSpearman(a, b, control);
  ok(low < 0 && high > 0, `[${low}, ${high}]`);
});

Deno.test("partialSpearman() is unknown where the control decides the order of one side", () => {
  ok(Number.isNaN(partialSpearman(X, Y, X).value));
  ok(Number.isNaN(partialSpearman(X, Y, X.map((x) => -(x ** 3))).low));
});

Deno.test("intervals need four pairs, and five with a control", () => {
  const first = (n: number) => [X.slice(0, n), Y.slice(0, n), Z.slice(0, n)] as const;
  const [x3, y3] = first(3), [x4, y4, z4] = first(4), [x5, y5, z5] = first(5);
  ok(Number.isNaN(spearmanInterval(x3, y3).low));
  ok(spearmanInterval(x4, y4).low < 0.6);
  ok(Number.isNaN(partialSpearman(x4, y4, z4).low));
  ok(!Number.isNaN(partialSpearman(x5, y5, z5).low));
});

Deno.test("spearmanInterval() of 30 normal pairs covers the rank correlation as often as it says", () => {
  // ρ = 0.8: Spearman's of the normal distribution is 6/π·asin(ρ/2).
  const random = randomSource(9, "coverage"), truth = 6 / Math.PI * Math.asin(0.4), trials = 2000;
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const a = Array.from({ length: 30 }, () => random.normal());
    const b = a.map((value) => 0.8 * value + 0.6 * random.normal());
    const { low, high } = spearmanInterval(a, b);
    if (low <= truth && high >= truth) covered++;
  }
  // Bonett and Wright report coverages of .94 to .955 there.
  near(covered / trials, 0.95, 0.01 + 4 * Math.sqrt(0.95 * 0.05 / trials));
});
