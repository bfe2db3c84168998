import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomSource } from "./random.ts";
import {
  areaUnderCurve,
  holm,
  mean,
  pairedInterval,
  spearman,
  standardDeviation,
  studentP,
  studentQuantile,
  tInterval,
  variance,
  welch,
  wilson,
} from "./statistics.ts";

function near(got: number, expected: number, tolerance = 1e-9): void {
  const error = Math.abs(got - expected) / Math.max(1, Math.abs(expected));
  ok(error <= tolerance, `expected ${expected}, got ${got}`);
}

// Reference values: SciPy 1.17.1 (t.ppf, norm.ppf, t.sf, ttest_rel, ttest_ind, binomtest, spearmanr).

Deno.test("studentQuantile() has the tabulated values, down to one degree of freedom", () => {
  const reference: readonly (readonly [level: number, df: number, t: number])[] = [
    [0.95, 1, 12.706204736174694],
    [0.95, 2, 4.302652729749462],
    [0.95, 4, 2.7764451051977934],
    [0.95, 9, 2.262157162798205],
    [0.99, 3, 5.840909309733355],
    [0.5, 2.5, 0.7850136829922992],
    [0.95, 7.3, 2.345066736547703],
    [0.9, 1000, 1.6463788172854643],
    [0.999, 1, 636.6192487687897],
    [0.95, 1e5, 1.9599877075346095],
    [0.5, Infinity, 0.6744897501960817],
    [0.95, Infinity, 1.959963984540054],
    [0.999999, Infinity, 4.891638475671085],
  ];
  for (const [level, df, t] of reference) near(studentQuantile(level, df), t);
});

Deno.test("studentQuantile() has its closed form for one and two degrees of freedom", () => {
  for (const level of [0.01, 0.3, 0.8, 0.999]) {
    near(studentQuantile(level, 1), Math.tan(Math.PI * level / 2), 1e-11);
    near(studentQuantile(level, 2), level * Math.sqrt(2 / (1 - level * level)), 1e-11);
  }
});

Deno.test("studentP() has the tabulated values, also far out, and is even in t", () => {
  const reference: readonly (readonly [t: number, df: number, p: number])[] = [
    [0.5, 2, 2 / 3],
    [2, 3, 0.13932596855884305],
    [1e-3, 5, 0.9992407867721976],
    [3, 12.5, 0.010632811509896659],
    [0, 4, 1],
  ];
  for (const [t, df, p] of reference) {
    near(studentP(t, df), p, 1e-12);
    equal(studentP(-t, df), studentP(t, df));
  }
  near(studentP(50, 4) / 9.57445365696969e-7, 1, 1e-10);
  near(studentP(1e10, 2) / 1e-20, 1, 1e-10);
  equal(studentP(Infinity, 3), 0);
});

Deno.test("studentQuantile() and studentP() refuse levels and degrees that mean nothing", () => {
  for (const level of [0, 1, NaN]) throws(() => studentQuantile(level, 3), /level: expected/);
  throws(() => studentP(1, 0), /degrees of freedom: expected a number > 0, got 0/);
});

Deno.test("mean(), variance() and standardDeviation() divide by n and n − 1", () => {
  equal(mean([1, 2, 6]), 3);
  equal(variance([1, 2, 6]), 7);
  equal(standardDeviation(Float32Array.of(1, 2, 6)), Math.sqrt(7));
  ok(Number.isNaN(mean([])) && Number.isNaN(variance([1])));
});

Deno.test("tInterval() of three seeds is SciPy's", () => {
  const interval = tInterval([0.71, 0.68, 0.74]);
  near(interval.mean, 0.71);
  near(interval.low, 0.6354758686474902);
  near(interval.high, 0.7845241313525098);
  equal(interval.n, 3);
});

Deno.test("tInterval() claims no interval for one seed, and one of no width for equal values", () => {
  deepEqual(tInterval([0.5]), { mean: 0.5, low: NaN, high: NaN, n: 1 });
  deepEqual(tInterval([0.5, 0.5]), { mean: 0.5, low: 0.5, high: 0.5, n: 2 });
});

Deno.test("tInterval() of three normal values covers the mean as often as it says", () => {
  const random = randomSource(3, "coverage"), trials = 4000;
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = tInterval([random.normal(), random.normal(), random.normal()]);
    if (low <= 0 && high >= 0) covered++;
  }
  const standardError = Math.sqrt(0.95 * 0.05 / trials);
  ok(Math.abs(covered / trials - 0.95) < 4 * standardError, `covered ${covered / trials}`);
});

Deno.test("pairedInterval() is SciPy's paired t-test", () => {
  const { mean, low, high, p, n } = pairedInterval([0.71, 0.68, 0.74], [0.69, 0.69, 0.70]);
  near(mean, 0.05 / 3);
  near(low, -0.04584942812709093);
  near(high, 0.07918276146042437);
  near(p, 0.3700592116512863);
  equal(n, 3);
});

Deno.test("pairedInterval() without any spread decides by the difference", () => {
  equal(pairedInterval([1, 2], [1, 2]).p, 1);
  equal(pairedInterval([2, 2], [1, 1]).p, 0);
  ok(Number.isNaN(pairedInterval([2], [1]).p));
});

Deno.test("pairedInterval() refuses pairs without a partner", () => {
  throws(() => pairedInterval([1, 2], [1]), /pairs: expected 2 values on both sides, got 1/);
});

Deno.test("welch() is SciPy's t-test of unequal variances", () => {
  // deno-fmt-ignore
  const a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
  // deno-fmt-ignore
  const b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.6];
  const { low, high, p, df, n } = welch(a, b);
  near(df, 27.89330579040263);
  near(p, 0.007856440783445797);
  near(low, -4.882985958462102);
  near(high, -0.8103473748712395);
  equal(n, 30);
});

Deno.test("welch() of constant samples has no width, of single values no interval", () => {
  const { low, high, p } = welch([2, 2], [1, 1]);
  deepEqual([low, high, p], [1, 1, 0]);
  ok(Number.isNaN(welch([1], [1, 2]).p) && Number.isNaN(welch([1], [1, 2]).low));
});

Deno.test("wilson() is SciPy's interval and reaches 0 and 1 exactly", () => {
  deepEqual(wilson(0, 10).low, 0);
  near(wilson(0, 10).high, 0.27753279986288926);
  near(wilson(5, 10).low, 0.236593090512564);
  near(wilson(10, 10).low, 0.7224672001371109);
  equal(wilson(10, 10).high, 1);
  near(wilson(81, 263).high, 0.36620957698280004);
  deepEqual(wilson(0, 0), { mean: NaN, low: 0, high: 1, n: 0 });
  throws(() => wilson(3, 2), /expected 0 ≤ correct ≤ n, got 3 of 2/);
});

Deno.test("holm() multiplies the smallest p by all tests, the next by one less, and never falls", () => {
  deepEqual(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
  deepEqual(holm([0.9, 0.8]), [1, 1]);
  deepEqual(holm([]), []);
});

Deno.test("spearman() sees order only, and shares ranks among equals", () => {
  near(spearman([1, 2, 3, 4, 5], [1, 8, 27, 64, 125]), 1);
  near(spearman([1, 2, 3], [9, 5, 1]), -1);
  near(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 0.8207826816681233);
  near(spearman([1, 1, 2, 3, 3, 3, 9], [2, 1, 2, 5, 3, 3, 0]), 0.14291548761875736);
  ok(Number.isNaN(spearman([1, 2, 3], [4, 4, 4])));
});

Deno.test("areaUnderCurve() is the mean height, whatever the spacing", () => {
  equal(areaUnderCurve([0, 1, 4], [0, 1, 1]), (0.5 + 3) / 4);
  equal(areaUnderCurve([10, 20], [0.2, 0.4]), 0.30000000000000004);
  equal(areaUnderCurve([7], [0.3]), 0.3);
  throws(() => areaUnderCurve([0, 0], [1, 1]), /x: expected increasing values, got 0 at 1/);
  throws(() => areaUnderCurve([], []), /expected at least one/);
});

Deno.test("pairedInterval() claims no spread where coarse values differ by the same number at each seed", () => {
  // Accuracies of 50 prompts at two seeds: 31 and 30, 30 and 29 right answers.
  const { mean, low, high, p } = pairedInterval([0.62, 0.6], [0.6, 0.58]);
  ok(Math.abs(mean - 0.02) < 1e-12);
  deepEqual([low, high, p], [NaN, NaN, NaN]);
  // Costs that are fixed differ by exactly what they differ by, and equal values by nothing.
  deepEqual(pairedInterval([768, 768], [0, 0]), { mean: 768, low: 768, high: 768, n: 2, p: 0 });
  const same = pairedInterval([0.62, 0.6], [0.62, 0.6]);
  deepEqual([same.mean, same.low, same.high, same.p], [0, 0, 0, 1]);
});
