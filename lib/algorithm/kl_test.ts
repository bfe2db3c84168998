import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { fullKl, k3, kl, KL_ESTIMATORS, klSchema, tokenKl } from "./kl.ts";

fc.configureGlobal({ seed: 1 });

const near = (got: number, expected: number, tolerance = 1e-6) =>
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected}, got ${got}`);

Deno.test("tokenKl() has EasyR1's values", () => {
  const reference = [[-1, -1.5, 0.5, 0.125, 0.106531], [-1.5, -1, -0.5, 0.125, 0.148721]] as const;
  for (const [logProb, referenceLogProb, k1, k2, k3] of reference) {
    near(tokenKl("k1", logProb, referenceLogProb), k1);
    near(tokenKl("k2", logProb, referenceLogProb), k2);
    near(tokenKl("k3", logProb, referenceLogProb), k3);
    near(tokenKl("abs", logProb, referenceLogProb), Math.abs(k1));
  }
});

Deno.test("tokenKl() is 0 where the policies agree", () => {
  for (const estimator of ["k1", "k2", "k3", "abs"] as const) equal(tokenKl(estimator, -2, -2), 0);
});

Deno.test("k3() is never negative and bounded by 10", () => {
  equal(k3(-1000, 0), 10);
  equal(k3(0, -1000), 10); // e^-20 + 20 − 1, cut to 10
  const logProb = fc.double({ min: -50, max: 0, noNaN: true });
  fc.assert(fc.property(logProb, logProb, (a, b) => k3(a, b) >= 0 && k3(a, b) <= 10));
});

/** Normalised log-probabilities from weights. */
const distribution = (weights: readonly number[]) => {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => Math.log(weight / total));
};
const weights = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
  minLength: 4,
  maxLength: 4,
});

Deno.test("fullKl() is the sum over the vocabulary", () => {
  const got = fullKl(distribution([1, 1]), distribution([1, 3]));
  near(got, 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75), 1e-12);
  fc.assert(fc.property(weights, weights, (a, b) => {
    ok(fullKl(distribution(a), distribution(b)) >= -1e-12);
    near(fullKl(distribution(a), distribution(a)), 0, 1e-12);
  }));
});

Deno.test("k1 and k3 estimate fullKl(): their expectation over the policy's tokens", () => {
  fc.assert(fc.property(weights, weights, (a, b) => {
    const p = distribution(a), q = distribution(b);
    const expected = (estimator: "k1" | "k3") =>
      p.reduce(
        (sum, logProb, v) => sum + Math.exp(logProb) * tokenKl(estimator, logProb, q[v]!),
        0,
      );
    near(expected("k1"), fullKl(p, q), 1e-9);
    if (Math.max(...p.map((x, v) => k3(x, q[v]!))) < 10) near(expected("k3"), fullKl(p, q), 1e-9);
  }));
});

Deno.test("The expected slopes of k1, k2 and k3 are 0, that of KL(π ‖ π_ref) and that of KL(π_ref ‖ π)", () => {
  const p = distribution([1, 2, 3, 4]), q = distribution([3, 1, 2, 2]), h = 1e-6;
  /** Σ_v π_v · k'(v) · ∂log π_v/∂logit_j, with ∂log π_v/∂logit_j = [v = j] − π_j. */
  const expectedSlope = (estimator: "k1" | "k2" | "k3", j: number) =>
    p.reduce((sum, logProb, v) => {
      const up = tokenKl(estimator, logProb + h, q[v]!);
      const slope = (up - tokenKl(estimator, logProb - h, q[v]!)) / (2 * h);
      return sum + Math.exp(logProb) * slope * (Number(v === j) - Math.exp(p[j]!));
    }, 0);
  p.forEach((logProb, j) => {
    near(expectedSlope("k1", j), 0, 1e-8);
    near(expectedSlope("k2", j), Math.exp(logProb) * (logProb - q[j]! - fullKl(p, q)), 1e-8);
    near(expectedSlope("k3", j), Math.exp(logProb) - Math.exp(q[j]!), 1e-8);
  });
});

Deno.test("kl() has EasyR1's defaults, and klSchema accepts what there is", () => {
  deepEqual(kl(), {
    estimator: "k3",
    place: "loss",
    coefficient: 0.01,
    controller: { kind: "fixed" },
  });
  for (const estimator of KL_ESTIMATORS) ok(klSchema.safeParse(kl({ estimator })).success);
  ok(!klSchema.safeParse({ ...kl(), coefficient: -1 }).success);
});
