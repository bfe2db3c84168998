import { ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { Graph, type Tensor } from "../tensor/graph.ts";
import { floats, onnxRuntime } from "../tensor/session.ts";
import { grpo, type GrpoConfig } from "./grpo.ts";
import { grpoLoss, type ScoredRollout } from "./objective.ts";
import { GRPO_SUMS, grpoObjective } from "./objective_graph.ts";

const TOKENS = 6;
const runtime = await onnxRuntime({ threads: 1 });

/** Rollouts of differing lengths, with ratios on both sides of every bound. */
function makeRollouts(): ScoredRollout[] {
  const random = randomSource(4, "objective");
  return Array.from({ length: 12 }, () => {
    const values = (center: number, spread: number, length: number) =>
      Array.from({ length }, () => center + spread * random.normal());
    const length = 1 + random.integer(TOKENS);
    const logProbs = values(-1, 0.4, length);
    return {
      advantage: random.normal(),
      logProbs,
      oldLogProbs: logProbs.map((x) => x + 0.6 * random.normal()),
      referenceLogProbs: logProbs.map((x) => x + random.normal()),
    };
  });
}

/** The graph's sums for the same rollouts. */
async function byGraph(rollouts: readonly ScoredRollout[], config: GrpoConfig) {
  const shape = [rollouts.length, TOKENS];
  const rows = (of: (rollout: ScoredRollout) => ArrayLike<number>) => {
    const cells = new Float32Array(rollouts.length * TOKENS);
    rollouts.forEach((rollout, i) => cells.set(Array.from(of(rollout)), i * TOKENS));
    return cells;
  };
  const total = rollouts.reduce((sum, { logProbs }) => sum + logProbs.length, 0);
  const constant = (rollout: ScoredRollout, value: number) =>
    Array<number>(rollout.logProbs.length).fill(value);
  const inputs = {
    logProbs: rows((r) => r.logProbs),
    oldLogProbs: rows((r) => r.oldLogProbs),
    referenceLogProbs: rows((r) => r.referenceLogProbs),
    tokenShares: rows((r) => constant(r, 1 / total)),
    tokenWeights: rows((r) =>
      constant(
        r,
        config.aggregation === "token-mean" ? 1 / total : 1 / (r.logProbs.length * rollouts.length),
      )
    ),
    advantages: Float32Array.from(rollouts, ({ advantage }) => advantage),
  };
  const graph = new Graph();
  const symbols = Object.fromEntries(
    Object.keys(inputs).map((name) => [
      name,
      graph.input(name, name === "advantages" ? [rollouts.length, 1] : shape),
    ]),
  ) as Record<keyof typeof inputs, Tensor>;
  const terms = grpoObjective(graph, config, symbols);
  for (const name of GRPO_SUMS) graph.output(name, terms[name]);
  const session = await runtime.compile(graph);
  const result = await session.run(
    Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => [
        name,
        runtime.tensor(data, name === "advantages" ? [rollouts.length, 1] : shape),
      ]),
    ),
  );
  await session.release();
  return Object.fromEntries(GRPO_SUMS.map((name) => [name, floats(result[name])[0]!]));
}

for (
  const [name, config] of [
    ["the defaults", grpo()],
    ["clip-higher and a tight dual clip", grpo({ clipRangeHigh: 0.4, dualClip: 1.2 })],
    ["no dual clip, sequence means", grpo({ dualClip: null, aggregation: "sequence-mean" })],
    ["a strong KL term", grpo({ klCoefficient: 2 })],
  ] as const
) {
  Deno.test(`grpoObjective() computes what the plain function computes: ${name}`, async () => {
    const rollouts = makeRollouts();
    const plain = grpoLoss(rollouts, config), graph = await byGraph(rollouts, config);
    for (const sum of GRPO_SUMS) {
      const difference = Math.abs(graph[sum]! - plain[sum]);
      ok(
        difference < 2e-6 * Math.max(1, Math.abs(plain[sum])),
        `${sum}: ${graph[sum]}, ${plain[sum]}`,
      );
    }
    ok(plain.clipFractionHigh > 0 && plain.clipFractionLow > 0, "the case reaches both bounds");
  });
}
