import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { Graph } from "../tensor/graph.ts";
import { floats, onnxRuntime } from "../tensor/session.ts";
import { grpo, type GrpoConfig } from "./grpo.ts";
import {
  aggregate,
  clippedLoss,
  type ClipSide,
  grpoLoss,
  importanceRatio,
  k3,
  type ScoredRollout,
} from "./objective.ts";
import { GRPO_SUMS, grpoObjective } from "./objective_graph.ts";

fc.configureGlobal({ seed: 1 });

const near = (got: number, expected: number, tolerance = 1e-6) =>
  ok(Math.abs(got - expected) <= tolerance, `expected ${expected}, got ${got}`);

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

Deno.test("k3() has the reference values, is 0 for equal policies, and is bounded", () => {
  near(k3(-1, -1.5), 0.106531);
  near(k3(-1.5, -1), 0.148721);
  equal(k3(-2, -2), 0);
  equal(k3(-1000, 0), 10);
  equal(k3(0, -1000), 10); // e^-20 + 20 − 1, cut to 10
});

Deno.test("k3() is never negative", () => {
  const logProb = fc.double({ min: -50, max: 0, noNaN: true });
  fc.assert(fc.property(logProb, logProb, (a, b) => k3(a, b) >= 0 && k3(a, b) <= 10));
});

Deno.test("aggregate() weighs tokens or rollouts equally", () => {
  const rollouts = [[1, 1, 1, 1], [5]];
  equal(aggregate(rollouts, "token-mean"), 9 / 5);
  equal(aggregate(rollouts, "sequence-mean"), 3);
  equal(aggregate([[4], []], "sequence-mean"), 2);
  equal(aggregate([[], []], "token-mean"), 0);
  equal(aggregate([], "sequence-mean"), 0);
});

Deno.test("aggregate() by token and by sequence agree where all lengths are equal", () => {
  const rollouts = fc.integer({ min: 1, max: 6 }).chain((length) =>
    fc.array(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
        minLength: length,
        maxLength: length,
      }),
      { minLength: 1, maxLength: 6 },
    )
  );
  fc.assert(
    fc.property(
      rollouts,
      (values) => near(aggregate(values, "token-mean"), aggregate(values, "sequence-mean"), 1e-12),
    ),
  );
});

Deno.test("aggregate() by token and by sequence differ as soon as one length does", () => {
  ok(aggregate([[1, 1], [0]], "token-mean") > aggregate([[1, 1], [0]], "sequence-mean"));
});

/** Rollouts of 1 to 6 tokens whose ratios reach beyond every bound. */
function makeRollouts(count: number): ScoredRollout[] {
  const random = randomSource(11, "rollouts");
  return Array.from({ length: count }, () => {
    const oldLogProbs = Array.from({ length: 1 + random.integer(6) }, () => -3 * random.next());
    const near = (spread: number) => oldLogProbs.map((p) => p + spread * random.normal());
    return {
      advantage: random.next() < 0.1 ? 0 : random.normal(),
      logProbs: near(0.7),
      oldLogProbs,
      referenceLogProbs: near(0.5),
    };
  });
}

const BATCH = makeRollouts(64);
const NARROW = grpo({ clipRangeLow: 0.1, clipRangeHigh: 0.3, dualClip: 1.5, klCoefficient: 0.2 });

Deno.test("grpoLoss() of the policy that generated: ratio 1, nothing clipped, no KL to it", () => {
  const fresh = BATCH.map((rollout) => ({ ...rollout, logProbs: rollout.oldLogProbs }));
  const loss = grpoLoss(fresh, grpo({ klCoefficient: 0 }));
  const advantages = fresh.map(({ advantage, logProbs }) => Array.from(logProbs, () => -advantage));
  near(loss.policyLoss, aggregate(advantages, "token-mean"), 1e-12);
  const { clipFractionHigh, clipFractionLow, dualClipFraction, klOld, ratioMean } = loss;
  deepEqual([clipFractionHigh, clipFractionLow, dualClipFraction, klOld, ratioMean], [
    0,
    0,
    0,
    0,
    1,
  ]);
});

Deno.test("grpoLoss() takes every branch on the batch that checks the graph", () => {
  const { clipFractionHigh, clipFractionLow, dualClipFraction } = grpoLoss(BATCH, NARROW);
  for (const share of [clipFractionHigh, clipFractionLow, dualClipFraction]) ok(share > 0.02);
});

/** What the graph form gives for the batch, its rows padded to one length. */
async function graphLoss(rollouts: readonly ScoredRollout[], config: GrpoConfig) {
  const longest = Math.max(...rollouts.map(({ logProbs }) => logProbs.length));
  const shape = [rollouts.length, longest];
  const cells = (value: (rollout: ScoredRollout, t: number) => number) =>
    Float32Array.from(
      rollouts.flatMap((rollout) =>
        Array.from(
          { length: longest },
          (_, t) => t < rollout.logProbs.length ? value(rollout, t) : 0,
        )
      ),
    );
  const total = rollouts.reduce((sum, { logProbs }) => sum + logProbs.length, 0);
  const data = {
    logProbs: cells(({ logProbs }, t) => logProbs[t]!),
    oldLogProbs: cells(({ oldLogProbs }, t) => oldLogProbs[t]!),
    referenceLogProbs: cells(({ referenceLogProbs }, t) => referenceLogProbs[t]!),
    tokenShares: cells(() => 1 / total),
    tokenWeights: cells(({ logProbs }) =>
      config.aggregation === "token-mean" ? 1 / total : 1 / (logProbs.length * rollouts.length)
    ),
  };
  const runtime = await onnxRuntime({ threads: 1 });
  const graph = new Graph();
  const sums = grpoObjective(graph, config, {
    logProbs: graph.input("logProbs", shape),
    oldLogProbs: graph.input("oldLogProbs", shape),
    referenceLogProbs: graph.input("referenceLogProbs", shape),
    tokenShares: graph.input("tokenShares", shape),
    tokenWeights: graph.input("tokenWeights", shape),
    advantages: graph.input("advantages", [rollouts.length, 1]),
  });
  for (const name of GRPO_SUMS) graph.output(name, sums[name]);
  const session = await runtime.compile(graph);
  const outputs = await session.run({
    ...Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, runtime.tensor(values, shape)]),
    ),
    advantages: runtime.tensor(
      Float32Array.from(rollouts, ({ advantage }) => advantage),
      [rollouts.length, 1],
    ),
  });
  const result = GRPO_SUMS.map((name) => [name, floats(outputs[name])[0]!] as const);
  await session.release();
  return result;
}

for (const aggregation of ["token-mean", "sequence-mean"] as const) {
  for (const dualClip of [1.5, null]) {
    const bound = dualClip === null ? "no dual bound" : "a dual bound";
    Deno.test(`grpoObjective() is grpoLoss() as a graph: ${aggregation}, ${bound}`, async () => {
      const config = { ...NARROW, aggregation, dualClip };
      const expected = grpoLoss(BATCH, config);
      for (const [name, value] of await graphLoss(BATCH, config)) {
        ok(
          Math.abs(value - expected[name]) < 2e-6 * Math.max(1, Math.abs(expected[name])),
          `${name}: expected ${expected[name]}, got ${value}`,
        );
      }
    });
  }
}
