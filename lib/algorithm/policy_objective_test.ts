import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { grpo } from "./algorithm.ts";
import { kl, KL_ESTIMATORS, type KlEstimator } from "./kl.ts";
import { cispoObjective } from "./objective/cispo.ts";
import { gmpoObjective } from "./objective/gmpo.ts";
import { gspoObjective } from "./objective/gspo.ts";
import { tokenLosses } from "./objective/objective.ts";
import { ppoClipObjective } from "./objective/ppo_clip.ts";
import { reinforceObjective } from "./objective/reinforce.ts";
import { sapoObjective } from "./objective/sapo.ts";
import { aggregate, policyLoss, type ScoredRollout } from "./policy_loss.ts";
import { type LossConfig, policySums } from "./policy_objective.ts";
import { runObjective } from "./testdata/run_objective.ts";

const R = 6, VOCABULARY = 4, BETA = 0.3;

const near = (got: number, expected: number, tolerance = 1e-6, what = "") =>
  ok(Math.abs(got - expected) <= tolerance, `${what} expected ${expected}, got ${got}`);

/** Rollouts of differing lengths, one without tokens, with ratios on both sides of every bound. */
function makeRollouts(): ScoredRollout[] {
  const random = randomSource(4, "objective");
  const logSoftmax = (row: readonly number[]) => {
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    return row.map((x) => x - total);
  };
  return Array.from({ length: 12 }, (_, i) => {
    const length = i === 5 ? 0 : 1 + random.integer(R);
    const normals = (n: number, spread: number) =>
      Array.from({ length: n }, () => spread * random.normal());
    const logProbs = normals(length, 0.4).map((x) => x - 1);
    const rollout = {
      advantages: normals(length, 1),
      logProbs,
      oldLogProbs: normals(length, 0.6).map((x, t) => x + logProbs[t]!),
      referenceLogProbs: normals(length, 1).map((x, t) => x + logProbs[t]!),
    };
    const words = () => Array.from({ length }, () => logSoftmax(normals(VOCABULARY, 1)));
    return { ...rollout, all: words(), referenceAll: words() };
  });
}

const ROLLOUTS = makeRollouts();

/** Central differences of the plain loss in every log-probability of the tokens, or of the vocabulary. */
function differences(config: LossConfig, of: "logProbs" | "all"): number[][] {
  const h = 1e-6;
  return ROLLOUTS.map((rollout, i) =>
    Array.from({ length: of === "all" ? R * VOCABULARY : R }, (_, at) => {
      const width = of === "all" ? VOCABULARY : 1;
      if (at >= rollout.logProbs.length * width) return [];
      const loss = (by: number) => {
        const moved = of === "logProbs"
          ? { ...rollout, logProbs: Array.from(rollout.logProbs, (x, t) => t === at ? x + by : x) }
          : {
            ...rollout,
            all: rollout.all!.map((row, t) =>
              Array.from(row, (x, v) => t * VOCABULARY + v === at ? x + by : x)
            ),
          };
        return policyLoss(ROLLOUTS.with(i, moved), config, BETA, R).loss;
      };
      return [(loss(h) - loss(-h)) / (2 * h)];
    }).flat()
  );
}

const BASE: LossConfig = {
  objective: ppoClipObjective({ clipRangeHigh: 0.4, dualClip: 1.5 }),
  aggregation: "token-mean",
  kl: kl(),
  entropyCoefficient: 0,
};

/** Objectives without a stopped gradient: differences of the plain loss are their gradient. */
const CASES: readonly (readonly [name: string, config: LossConfig])[] = [
  ["ppoClip, k3, token mean", BASE],
  ["ppoClip without dual bound, sequence mean", {
    ...BASE,
    objective: ppoClipObjective({ dualClip: null }),
    aggregation: "sequence-mean",
  }],
  ["ppoClip without KL, sequence sum", { ...BASE, kl: null, aggregation: "sequence-sum" }],
  ["ppoClip with an entropy bonus", { ...BASE, entropyCoefficient: 0.5 }],
  ["gspo at sequence level", {
    ...BASE,
    objective: gspoObjective({ clipRangeLow: 0.2, clipRangeHigh: 0.2, dualClip: 1.3 }),
    aggregation: "sequence-mean",
  }],
  ["sapo", { ...BASE, objective: sapoObjective({ temperatureNegative: 2 }) }],
  ["gmpo", { ...BASE, objective: gmpoObjective(), aggregation: "sequence-mean" }],
  ["reinforce", { ...BASE, objective: reinforceObjective() }],
  ...KL_ESTIMATORS.map((estimator) =>
    [`KL by ${estimator}, sequence mean`, {
      ...BASE,
      kl: kl({ estimator }),
      aggregation: "sequence-mean",
    }] as const
  ),
  ["KL in the reward", { ...BASE, kl: kl({ place: "reward" }) }],
];

function checkSums(graph: Readonly<Record<string, number>>, config: LossConfig): void {
  const plain: Readonly<Record<string, number | undefined>> = policyLoss(ROLLOUTS, config, BETA, R);
  deepEqual(Object.keys(graph), [...policySums(config)]);
  deepEqual(new Set(Object.keys(plain)), new Set(Object.keys(graph)));
  for (const [name, value] of Object.entries(graph)) {
    near(value, plain[name]!, 3e-6 * Math.max(1, Math.abs(plain[name]!)), name);
  }
}

for (const [name, config] of CASES) {
  Deno.test(`policyObjective() has the plain function's sums and slopes: ${name}`, async () => {
    const { sums, gradient, gradientAll, beyond } = await runObjective(ROLLOUTS, config, BETA, R);
    checkSums(sums, config);
    equal(beyond, 0, "no gradient behind the end of a response");
    for (const [of, got] of [["logProbs", gradient], ["all", gradientAll]] as const) {
      differences(config, of).forEach((row, i) =>
        row.forEach((slope, t) => near(got[i]![t]!, slope, 1e-5, `${of}, rollout ${i}, ${t}:`))
      );
    }
  });
}

Deno.test("policyObjective() of cispo lets every token have its clipped weight as gradient", async () => {
  const config = {
    ...BASE,
    objective: cispoObjective({ clipRangeLow: 0.3, clipRangeHigh: 0.4 }),
    kl: null,
  };
  const { sums, gradient } = await runObjective(ROLLOUTS, config, 0, R);
  checkSums(sums, config);
  ok(sums.clipFractionHigh! > 0.1 && sums.clipFractionLow! > 0.1, "both bounds are met");
  const tokens = ROLLOUTS.reduce((sum, { logProbs }) => sum + logProbs.length, 0);
  ROLLOUTS.forEach((rollout, i) =>
    tokenLosses(rollout, config.objective).forEach(({ loss }, t) =>
      near(gradient[i]![t]!, loss / rollout.logProbs[t]! / tokens, 1e-6) // the loss is linear in log π
    )
  );
});

Deno.test("policyObjective() of gspo at token level moves each token by its own advantage", async () => {
  const objective = gspoObjective({
    level: "token",
    clipRangeLow: 0.2,
    clipRangeHigh: 0.2,
    dualClip: 1.3,
  });
  const config = { ...BASE, objective, kl: null };
  const { sums, gradient } = await runObjective(ROLLOUTS, config, 0, R);
  checkSums(sums, config);
  const tokens = ROLLOUTS.reduce((sum, { logProbs }) => sum + logProbs.length, 0);
  const losses = ROLLOUTS.map((rollout) => tokenLosses(rollout, objective));
  ok(new Set(losses.flat().map(({ clip }) => clip)).size === 4, "every branch is taken");
  // exp has its own value as slope, and a bound has none.
  losses.forEach((row, i) =>
    row.forEach(({ loss, clip }, t) =>
      near(gradient[i]![t]!, clip === "none" ? loss / tokens : 0, 1e-6)
    )
  );
});

Deno.test("policyObjective() with KL in the reward reports it and leaves the loss alone", async () => {
  const { sums, gradient } = await runObjective(
    ROLLOUTS,
    { ...BASE, kl: kl({ place: "reward", estimator: "k1" }) },
    BETA,
    R,
  );
  const without = await runObjective(ROLLOUTS, { ...BASE, kl: null }, BETA, R);
  equal(sums.loss, sums.policyLoss);
  deepEqual(gradient, without.gradient);
  ok(sums.klReference !== 0);
  ok(!("klReference" in without.sums));
});

/** Two tokens over three words; logits 0.5, −1, 2 and 0, 0.3, −0.2, of the reference 0.1, 0.4, 1 and the same. */
const WORDS: ScoredRollout = {
  advantages: [0, 0],
  logProbs: [0, 0],
  oldLogProbs: [0, 0],
  all: [
    [-1.7413112966571571, -3.241311296657157, -0.24131129665715703],
    [-1.1532865553292493, -0.8532865553292492, -1.3532865553292492],
  ],
  referenceAll: [
    [-1.570585210652781, -1.2705852106527808, -0.6705852106527809],
    [-1.1532865553292493, -0.8532865553292492, -1.3532865553292492],
  ],
};

/** ∂/∂logits from ∂/∂log π: g − π·Σg. */
function throughLogSoftmax(gradient: readonly number[]): number[] {
  return WORDS.all!.flatMap((row, t) => {
    const own = gradient.slice(3 * t, 3 * t + 3), total = own.reduce((a, b) => a + b, 0);
    return own.map((g, v) => g - Math.exp(row[v]!) * total);
  });
}

Deno.test("policyObjective() has JAX's full KL, entropy and their gradients in the logits", async () => {
  // JAX 0.10.2, jax.grad of the mean over both tokens through jax.nn.log_softmax.
  const klValue = 0.23022950286195196 / 2, entropy = (0.6215846047 + 1.0771607312) / 2;
  const klGradient = [-0.0351418312, -0.0430425184, 0.0781843496, 0, 0, 0];
  const entropyGradient = [0.0981386655, 0.0512321261, -0.1493707916]
    .concat([0.0120125726, -0.0476866003, 0.0356740278]);
  const base = { ...BASE, objective: reinforceObjective() };
  const byKl = await runObjective([WORDS], { ...base, kl: kl({ estimator: "full" }) }, 1, 2);
  near(byKl.sums.klReference!, klValue);
  near(byKl.sums.loss!, klValue);
  throughLogSoftmax(byKl.gradientAll[0]!).forEach((g, i) => near(g, klGradient[i]!));
  const bonus = { ...base, kl: null, entropyCoefficient: 2 };
  const byEntropy = await runObjective([WORDS], bonus, 0, 2);
  near(byEntropy.sums.entropy!, entropy);
  near(byEntropy.sums.loss!, -2 * entropy);
  throughLogSoftmax(byEntropy.gradientAll[0]!).forEach((g, i) => near(g, -2 * entropyGradient[i]!));
});

Deno.test("policyObjective() has JAX's gradients of the KL estimators", async () => {
  // jax.grad of the mean over tokens; |ℓ| has no pull where ℓ = 0 (JAX takes the slope from above there).
  const logProbs = [-1, -0.5, -2, -0.25, -0.75, -1.5, -0.1, -3];
  const referenceLogProbs = [-1.2, -0.5, -1.5, -1, -0.7, -1, -2.1, -3.2];
  const zeros = logProbs.map(() => 0);
  const rollout = { advantages: zeros, logProbs, oldLogProbs: logProbs, referenceLogProbs };
  const reference: Record<Exclude<KlEstimator, "full">, readonly number[]> = {
    k1: [0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125],
    k2: [0.025, 0, -0.0625, 0.09375, -0.00625, -0.0625, 0.25, 0.025],
    k3: [0.022659, 0, -0.08109, 0.065954, -0.006409, -0.08109, 0.108083, 0.022659],
    abs: [0.125, 0, -0.125, 0.125, -0.125, -0.125, 0.125, 0.125],
  };
  for (const [estimator, expected] of Object.entries(reference)) {
    const config = { ...BASE, kl: kl({ estimator: estimator as KlEstimator }) };
    const { gradient } = await runObjective([rollout], config, 1, 8);
    gradient[0]!.forEach((g, t) => near(g, expected[t]!, 1e-6, estimator));
  }
});

// ------------------------------------------------------------------------------------- plain functions

Deno.test("aggregate() weighs tokens or rollouts equally, or by a constant", () => {
  const rollouts = [[1, 1, 1, 1], [5]];
  equal(aggregate(rollouts, "token-mean"), 9 / 5);
  equal(aggregate(rollouts, "sequence-mean"), 3);
  equal(aggregate(rollouts, "sequence-sum", 6), 9 / 12);
  equal(aggregate(rollouts, "sequence-sum"), 9 / 8);
  equal(aggregate([[4], []], "sequence-mean"), 2);
  equal(aggregate([[], []], "token-mean"), 0);
  equal(aggregate([], "sequence-mean"), 0);
});

Deno.test("aggregate() by token and by sequence agree exactly where all lengths are equal", () => {
  const equalLengths = [[1, -2, 0.5], [3, 0.25, -1]];
  near(aggregate(equalLengths, "token-mean"), aggregate(equalLengths, "sequence-mean"), 1e-12);
  near(aggregate(equalLengths, "token-mean"), aggregate(equalLengths, "sequence-sum", 3), 1e-12);
  ok(aggregate([[1, 1], [0]], "token-mean") > aggregate([[1, 1], [0]], "sequence-mean"));
});

/** A rollout with these ratios to the policy that generated, which is also the reference. */
function rolloutOf(advantage: number, ratios: readonly number[]): ScoredRollout {
  const oldLogProbs = ratios.map((_, t) => -1 - t);
  const logProbs = oldLogProbs.map((logProb, t) => logProb + Math.log(ratios[t]!));
  const advantages = ratios.map(() => advantage);
  return { advantages, logProbs, oldLogProbs, referenceLogProbs: oldLogProbs };
}

Deno.test("policyLoss() of the policy that generated: ratio 1, nothing clipped, no KL", () => {
  const loss = policyLoss([rolloutOf(1.5, [1, 1, 1]), rolloutOf(-0.5, [1])], grpo(), 0.01);
  near(loss.loss, (-1.5 * 3 + 0.5) / 4, 1e-12);
  deepEqual(
    [loss.clipFractionHigh, loss.clipFractionLow, loss.dualClipFraction, loss.klOld],
    [0, 0, 0, 0],
  );
  deepEqual([loss.klReference, loss.ratioMean], [0, 1]);
});

Deno.test("policyLoss() counts each clipped token on its side and weighs losses as it is told", () => {
  const rollouts = [rolloutOf(1, [1.5, 0.5, 1]), rolloutOf(-1, [0.5, 5])];
  const config = grpo({ objective: ppoClipObjective({ clipRangeHigh: 0.3 }), kl: null });
  const sums = policyLoss(rollouts, config, 0);
  near(sums.policyLoss, (-1.3 - 0.5 - 1 + 0.8 + 3) / 5, 1e-12);
  deepEqual([sums.clipFractionHigh, sums.clipFractionLow, sums.dualClipFraction], [0.2, 0.2, 0.2]);
  near(sums.ratioMean, 8.5 / 5, 1e-12);
  near(sums.ratioSquareMean, (2.25 + 0.25 + 1 + 0.25 + 25) / 5, 1e-12);
  near(sums.klOld, -Math.log(1.5 * 0.5 * 0.5 * 5) / 5, 1e-12);
  const bySequence = policyLoss(rollouts, { ...config, aggregation: "sequence-mean" }, 0);
  near(bySequence.policyLoss, (-2.8 / 3 + 3.8 / 2) / 2, 1e-12);
  equal(bySequence.clipFractionHigh, 0.2); // what is reported stays a mean over tokens
});

Deno.test("policyLoss() adds β times the estimate, aggregated like the loss", () => {
  const rollouts = [rolloutOf(0, [2, 1]), rolloutOf(0, [1])];
  const k2 = Math.log(2) ** 2 / 2, config = grpo({ kl: kl({ estimator: "k2" }) });
  near(policyLoss(rollouts, config, 0.1).loss, 0.1 * k2 / 3, 1e-12);
  const bySequence = grpo({ kl: kl({ estimator: "k2" }), aggregation: "sequence-mean" });
  near(policyLoss(rollouts, bySequence, 0.1).loss, 0.1 * k2 / 4, 1e-12);
});

Deno.test("policyLoss() names what a rollout lacks", () => {
  const { referenceLogProbs: _, ...rollout } = rolloutOf(1, [1]);
  throws(() => policyLoss([rollout], grpo(), 0.1), /referenceLogProbs: expected numbers .* k3/);
  const full = grpo({ kl: kl({ estimator: "full" }) });
  throws(() => policyLoss([rollout], full, 0.1), /all, referenceAll: expected distributions/);
  throws(
    () => policyLoss([rollout], grpo({ kl: null, entropyCoefficient: 1 }), 0),
    /all: expected/,
  );
});
