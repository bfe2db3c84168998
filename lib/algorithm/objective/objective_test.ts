import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { LossConfig } from "../policy_objective.ts";
import { aggregate, type ScoredRollout } from "../policy_loss.ts";
import { runObjective } from "../testdata/run_objective.ts";
import { cispoObjective } from "./cispo.ts";
import { gmpoLosses, gmpoObjective } from "./gmpo.ts";
import { gspoLosses, gspoObjective, sequenceRatio } from "./gspo.ts";
import { AGGREGATIONS, type ObjectiveConfig, objectiveSchema, tokenLosses } from "./objective.ts";
import { clippedLoss, ppoClipLosses, ppoClipObjective } from "./ppo_clip.ts";
import { reinforceObjective } from "./reinforce.ts";
import { sapoGate, sapoObjective } from "./sapo.ts";
import { type ClipSide, importanceRatio, type ResponseTokens } from "./token_loss.ts";

fc.configureGlobal({ seed: 1 });

const near = (got: number, expected: number, tolerance = 1e-6, what = "") =>
  ok(Math.abs(got - expected) <= tolerance, `${what} expected ${expected}, got ${got}`);

const OBJECTIVES: readonly ObjectiveConfig[] = [
  ppoClipObjective(),
  gspoObjective(),
  gspoObjective({ level: "token", clipRangeLow: 0.2, clipRangeHigh: 0.2, dualClip: 3 }),
  cispoObjective(),
  sapoObjective(),
  gmpoObjective(),
  reinforceObjective(),
];
const nameOf = (config: ObjectiveConfig) =>
  config.kind === "gspo" ? `gspo, ${config.level} level` : config.kind;

Deno.test("clippedLoss() has EasyR1's values and names the bound that decides", () => {
  const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.3, dualClip: 3 };
  const reference: readonly (readonly [a: number, r: number, loss: number, clip: ClipSide])[] = [
    [1, 1.5, -1.3, "high"],
    [1, 0.5, -0.5, "none"],
    [-1, 1.5, 1.5, "none"],
    [-1, 0.5, 0.8, "low"],
    [-1, 5, 3, "dual"],
    [1, 1, -1, "none"],
    [0, 5, 0, "none"],
  ];
  for (const [advantage, ratio, loss, clip] of reference) {
    const got = clippedLoss(advantage, ratio, settings);
    near(got.loss, loss, 1e-12);
    equal(got.clip, clip, `A = ${advantage}, r = ${ratio}`);
  }
});

Deno.test("clippedLoss() without a dual bound lets bad tokens cost what they cost", () => {
  const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.2, dualClip: null };
  deepEqual(clippedLoss(-1, 50, settings), { loss: 50, clip: "none" });
});

Deno.test("clippedLoss() counts no token at a bound, only beyond it", () => {
  const settings = { clipRangeLow: 0.25, clipRangeHigh: 0.25, dualClip: 2 };
  for (const [advantage, ratio] of [[1, 1.25], [-1, 0.75], [-1, 2]] as const) {
    equal(clippedLoss(advantage, ratio, settings).clip, "none");
  }
});

Deno.test("importanceRatio() is exp of the difference, bounded", () => {
  equal(importanceRatio(-1, -1), 1);
  near(importanceRatio(-1, -1.5), Math.exp(0.5), 1e-12);
  equal(importanceRatio(0, -1000), Math.exp(20));
  equal(importanceRatio(-1000, 0), Math.exp(-20));
});

Deno.test("sapoGate() has EasyR1's values", () => {
  const reference = [[1, 2, 1.904762], [0.5, 1.510163, 1.415938], [1.5, 2.489837, 2.393585]];
  for (const [ratio, positive, negative] of reference) {
    near(sapoGate(ratio!, 1), positive!);
    near(sapoGate(ratio!, 1.05), negative!);
  }
});

Deno.test("sapoGate() rises as the ratio does at 1, whatever the temperature", () => {
  for (const temperature of [0.5, 1, 1.05, 4]) {
    const slope = (sapoGate(1 + 1e-5, temperature) - sapoGate(1 - 1e-5, temperature)) / 2e-5;
    near(slope, 1, 1e-8);
  }
});

/** Three responses of 4, 1 and 3 tokens; each objective meets its bounds in them. */
const BATCH: readonly ScoredRollout[] = [
  {
    advantages: [1, 1, 0.5, 2],
    logProbs: [-1, -0.5, -2, -0.25],
    oldLogProbs: [-1.5, -0.3, -2, -0.85],
  },
  { advantages: [0.8], logProbs: [-0.75], oldLogProbs: [-0.95] },
  {
    advantages: [-1, -0.5, -1.5],
    logProbs: [-1.5, -0.1, -3],
    oldLogProbs: [-1.1, -0.9, -4.7],
  },
];
const R = 5;

interface Reference {
  readonly objective: ObjectiveConfig;
  readonly losses: readonly (readonly number[])[];
  readonly clips: readonly (readonly ClipSide[])[];
  /** By {@link AGGREGATIONS}, with R = 5. */
  readonly aggregated: readonly number[];
  /** Of the token mean and of the sequence mean, with respect to log π. */
  readonly gradients: readonly (readonly (readonly number[])[])[];
}

/**
 * From JAX 0.10.2 in double precision (`jax.grad` with `stop_gradient`), on the formulas of hiyouga/EasyR1 and, for
 * GMPO, volcengine/verl (verl/trainer/core_algos.py, verl/trainer/ppo/core_algos.py); the sides by hand.
 */
const REFERENCES: readonly Reference[] = [
  {
    objective: ppoClipObjective({ clipRangeHigh: 0.3 }),
    losses: [[-1.3, -0.818731, -0.5, -2.6], [-0.977122], [0.8, 1.11277, 4.5]],
    clips: [["high", "none", "none", "high"], ["none"], ["low", "none", "dual"]],
    aggregated: [0.027115, -0.048072, 0.014461],
    gradients: [
      [[0, -0.102341, -0.0625, 0], [-0.12214], [0, 0.139096, 0]],
      [[0, -0.068228, -0.041667, 0], [-0.325707], [0, 0.123641, 0]],
    ],
  },
  {
    objective: gspoObjective({ clipRangeLow: 0.2, clipRangeHigh: 0.23, dualClip: 3 }),
    losses: [[-1.23, -1.23, -0.615, -2.46], [-0.977122], [2.013753, 1.006876, 3.020629]],
    clips: [["high", "high", "high", "high"], ["none"], ["none", "none", "none"]],
    aggregated: [-0.058858, -0.115706, -0.031391],
    gradients: [
      [[0, 0, 0, 0], [-0.12214], [0.251719, 0.251719, 0.251719]],
      [[0, 0, 0, 0], [-0.325707], [0.22375, 0.22375, 0.22375]],
    ],
  },
  {
    objective: gspoObjective({
      level: "token",
      clipRangeLow: 0.2,
      clipRangeHigh: 0.23,
      dualClip: 3,
    }),
    losses: [[-1.23, -1.23, -0.615, -2.46], [-0.977122], [2.013753, 1.006876, 3.020629]],
    clips: [["high", "high", "high", "high"], ["none"], ["none", "none", "none"]],
    aggregated: [-0.058858, -0.115706, -0.031391],
    gradients: [
      [[0, 0, 0, 0], [-0.12214], [0.251719, 0.12586, 0.377579]],
      [[0, 0, 0, 0], [-0.325707], [0.22375, 0.111875, 0.335625]],
    ],
  },
  {
    objective: cispoObjective({ clipRangeLow: 0.3, clipRangeHigh: 0.5 }),
    losses: [[1.5, 0.409365, 1, 0.75], [0.732842], [-1.05, -0.075, -6.75]],
    clips: [["high", "none", "none", "high"], ["none"], ["low", "high", "high"]],
    aggregated: [-0.435349, -0.325772, -0.232186],
    gradients: [
      [[-0.1875, -0.102341, -0.0625, -0.375], [-0.12214], [0.0875, 0.09375, 0.28125]],
      [[-0.125, -0.068228, -0.041667, -0.25], [-0.325707], [0.077778, 0.083333, 0.25]],
    ],
  },
  {
    objective: sapoObjective(),
    losses: [
      [-2.626889, -1.819225, -1, -5.557487],
      [-1.776402],
      [1.578335, 1.492587, 5.662661],
    ],
    clips: [["none", "none", "none", "none"], ["none"], ["none", "none", "none"]],
    aggregated: [-0.505803, -0.538703, -0.269761],
    gradients: [
      [[-0.185842, -0.101505, -0.0625, -0.386467], [-0.120656], [0.081329, 0.094344, 0.036755]],
      [[-0.123895, -0.06767, -0.041667, -0.257644], [-0.321748], [0.072293, 0.083862, 0.032671]],
    ],
  },
  {
    objective: gmpoObjective({ clipRangeLow: 0.3, clipRangeHigh: 0.4 }),
    losses: [
      [-1.161834, -1.161834, -0.580917, -2.323668],
      [-0.977122],
      [2.082009, 1.041005, 3.123014],
    ],
    clips: [["high", "none", "none", "high"], ["none"], ["low", "none", "none"]],
    aggregated: [0.005081, -0.067392, 0.00271],
    gradients: [
      [[0, -0.163383, -0.163383, 0], [-0.12214], [0, 0.260251, 0.260251]],
      [[0, -0.108922, -0.108922, 0], [-0.325707], [0, 0.231334, 0.231334]],
    ],
  },
  {
    objective: reinforceObjective(),
    losses: [[1, 0.5, 1, 0.5], [0.6], [-1.5, -0.05, -4.5]],
    clips: [["none", "none", "none", "none"], ["none"], ["none", "none", "none"]],
    aggregated: [-0.30625, -0.222222, -0.163333],
    gradients: [
      [[-0.125, -0.125, -0.0625, -0.25], [-0.1], [0.125, 0.0625, 0.1875]],
      [[-0.083333, -0.083333, -0.041667, -0.166667], [-0.266667], [0.111111, 0.055556, 0.166667]],
    ],
  },
];

const lossOnly = (
  objective: ObjectiveConfig,
  aggregation: LossConfig["aggregation"] = "token-mean",
): LossConfig => ({ objective, aggregation, kl: null, entropyCoefficient: 0 });

for (const { objective, losses, clips, aggregated, gradients } of REFERENCES) {
  Deno.test(`tokenLosses() has JAX's values: ${nameOf(objective)}`, () => {
    const got = BATCH.map((rollout) => tokenLosses(rollout, objective));
    got.forEach((tokens, i) =>
      tokens.forEach(({ loss }, t) => near(loss, losses[i]![t]!, 1e-6, `token ${i}, ${t}:`))
    );
    deepEqual(got.map((tokens) => tokens.map(({ clip }) => clip)), clips);
    const values = got.map((tokens) => tokens.map(({ loss }) => loss));
    for (const [k, kind] of AGGREGATIONS.entries()) {
      near(aggregate(values, kind, R), aggregated[k]!, 1e-6, kind);
    }
  });

  Deno.test(`policyObjective() has JAX's losses and gradients: ${nameOf(objective)}`, async () => {
    for (const [k, aggregation] of AGGREGATIONS.entries()) {
      const { sums, gradient, beyond } = await runObjective(
        BATCH,
        lossOnly(objective, aggregation),
        0,
        R,
      );
      near(sums.loss!, aggregated[k]!, 2e-6, aggregation);
      equal(beyond, 0, "no gradient behind the end of a response");
      const share = (side: ClipSide) => clips.flat().filter((clip) => clip === side).length / 8;
      near(sums.clipFractionHigh!, share("high"), 1e-6, "high");
      near(sums.clipFractionLow!, share("low"), 1e-6, "low");
      near(sums.dualClipFraction!, share("dual"), 1e-6, "dual");
      gradients[k]?.forEach((row, i) =>
        row.forEach((g, t) => near(gradient[i]![t]!, g, 2e-6, `${aggregation}, token ${i}, ${t}:`))
      );
    }
  });
}

// ---------------------------------------------------------------------------------------- invariants

const logProb = fc.double({ min: -6, max: 0, noNaN: true });
// Without numbers that a factor makes 0 (runtimes may flush denormals): GMPO bounds a token by the sign of its advantage.
const advantage = fc.double({ min: -3, max: 3, noNaN: true })
  .map((a) => Math.abs(a) < 1e-6 ? 0 : a);
const response: fc.Arbitrary<ResponseTokens> = fc
  .array(fc.tuple(advantage, logProb, logProb), { minLength: 1, maxLength: 6 })
  .map((tokens) => ({
    advantages: tokens.map(([a]) => a),
    logProbs: tokens.map(([, p]) => p),
    oldLogProbs: tokens.map(([, , q]) => q),
  }));

for (const objective of OBJECTIVES) {
  Deno.test(`tokenLosses() is positively homogeneous in the advantages: ${nameOf(objective)}`, () => {
    const factors = fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), {
      minLength: 6,
      maxLength: 6,
    });
    fc.assert(fc.property(response, factors, (tokens, c) => {
      const plain = tokenLosses(tokens, objective);
      const advantages = Array.from(tokens.advantages, (a, t) => a * c[t]!);
      tokenLosses({ ...tokens, advantages }, objective).forEach(({ loss, clip }, t) => {
        const expected = plain[t]!.loss * c[t]!;
        near(loss, expected, 1e-9 * Math.max(1, Math.abs(expected)));
        equal(clip, plain[t]!.clip);
      });
    }));
  });

  Deno.test(`tokenLosses() costs nothing without an advantage: ${nameOf(objective)}`, async () => {
    const rollouts = BATCH.map((rollout) => ({
      ...rollout,
      advantages: Array.from(rollout.advantages, () => 0),
    }));
    for (const rollout of rollouts) {
      ok(tokenLosses(rollout, objective).every(({ loss }) => loss === 0));
    }
    const { sums, gradient } = await runObjective(rollouts, lossOnly(objective), 0, R);
    equal(Math.abs(sums.policyLoss!), 0);
    ok(gradient.flat().every((g) => g === 0));
  });

  Deno.test(
    `policyObjective() right after generation is the plain policy gradient: ${nameOf(objective)}`,
    async () => {
      // With one advantage per response, so that the mean over a sequence distributes it evenly.
      const rollouts = BATCH.map((rollout) => ({
        ...rollout,
        advantages: Array.from(rollout.advantages, () => rollout.advantages[0]!),
        oldLogProbs: rollout.logProbs,
      }));
      for (const aggregation of AGGREGATIONS) {
        const { sums, gradient } = await runObjective(
          rollouts,
          lossOnly(objective, aggregation),
          0,
          R,
        );
        const plain = await runObjective(
          rollouts,
          lossOnly(reinforceObjective(), aggregation),
          0,
          R,
        );
        gradient.forEach((row, i) =>
          row.forEach((g, t) => near(g, plain.gradient[i]![t]!, 1e-6, `token ${i}, ${t}:`))
        );
        for (const name of ["clipFractionHigh", "clipFractionLow", "dualClipFraction", "klOld"]) {
          equal(sums[name], 0, name);
        }
        near(sums.ratioMean!, 1, 1e-6);
        near(sums.ratioSquareMean!, 1, 1e-6);
      }
    },
  );

  Deno.test(`policyObjective() stays finite for extreme ratios: ${nameOf(objective)}`, async () => {
    const rollouts = [
      { advantages: [1, -1], logProbs: [-0.1, -0.1], oldLogProbs: [-60, -60] },
      { advantages: [1, -1], logProbs: [-60, -60], oldLogProbs: [-0.1, -0.1] },
      { advantages: [-1], logProbs: [-0.1], oldLogProbs: [-90] },
    ];
    const { sums, gradient } = await runObjective(rollouts, lossOnly(objective), 0, 3);
    const values = rollouts.map((r) => tokenLosses(r, objective).map(({ loss }) => loss));
    const largest = Math.max(...values.flat().map(Math.abs));
    near(sums.policyLoss!, aggregate(values, "token-mean"), 1e-6 * Math.max(1, largest));
    ok(gradient.flat().every(Number.isFinite));
  });
}

Deno.test("The dual bound limits what a bad token costs, however large the ratio", () => {
  fc.assert(
    fc.property(response, fc.double({ min: 1.1, max: 9, noNaN: true }), (tokens, dualClip) => {
      for (
        const losses of [
          ppoClipLosses(tokens, ppoClipObjective({ dualClip })),
          gspoLosses(tokens, gspoObjective({ dualClip })),
        ]
      ) {
        losses.forEach(({ loss, clip }, t) => {
          const a = tokens.advantages[t]!;
          ok(a >= 0 || loss <= -a * dualClip + 1e-12);
          ok(clip !== "dual" || a < 0);
        });
      }
    }),
  );
});

Deno.test("Sequence objectives are the token objectives for responses of one token", () => {
  const single = fc.tuple(advantage, logProb, logProb).map(([a, p, q]) => ({
    advantages: [a],
    logProbs: [p],
    oldLogProbs: [q],
  }));
  const settings = { clipRangeLow: 0.2, clipRangeHigh: 0.3, dualClip: 3 };
  fc.assert(fc.property(single, (tokens) => {
    deepEqual(
      gspoLosses(tokens, gspoObjective(settings)),
      ppoClipLosses(tokens, ppoClipObjective(settings)),
    );
  }));
});

Deno.test("gmpoLosses() without bounds is the ratio of gspoLosses() without clip", () => {
  fc.assert(fc.property(response, (tokens) => {
    const ratio = sequenceRatio(tokens);
    gmpoLosses(tokens, gmpoObjective({ clipRangeLow: 100, clipRangeHigh: 100 })).forEach((
      { loss },
      t,
    ) => near(loss, -tokens.advantages[t]! * ratio, 1e-9 * Math.max(1, ratio)));
  }));
});

Deno.test("Token objectives treat every token by itself", () => {
  for (
    const objective of [ppoClipObjective(), cispoObjective(), sapoObjective(), reinforceObjective()]
  ) {
    fc.assert(fc.property(response, (tokens) => {
      const alone = Array.from(
        tokens.logProbs,
        (p, t) =>
          tokenLosses({
            advantages: [tokens.advantages[t]!],
            logProbs: [p],
            oldLogProbs: [tokens.oldLogProbs[t]!],
          }, objective)[0]!,
      );
      deepEqual(tokenLosses(tokens, objective), alone);
    }));
  }
});

Deno.test("objectiveSchema accepts the published settings of every objective", () => {
  for (const objective of OBJECTIVES) deepEqual(objectiveSchema.parse(objective), objective);
  ok(!objectiveSchema.safeParse({ ...ppoClipObjective(), dualClip: 1 }).success);
  ok(!objectiveSchema.safeParse({ ...cispoObjective(), dualClip: 3 }).success);
});
