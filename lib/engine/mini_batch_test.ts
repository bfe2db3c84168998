import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { grpo } from "../algorithm/algorithm.ts";
import { kl } from "../algorithm/kl.ts";
import { aggregate } from "../algorithm/policy_loss.ts";
import { AGGREGATIONS } from "../algorithm/objective/objective.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { EOS, VOCABULARY } from "../policy/tokenizer.ts";
import { miniBatches, type RolloutBatch, tokenWeights } from "./mini_batch.ts";

const POOL =
  createMicroMath(microMath({ prompts: 4, validationPrompts: 1, benchmarkPrompts: 1 })).train;
const R = 3, ROWS = 8;

/** Four groups of two; every value says where it stands. */
const counting = (size: number) => Float32Array.from({ length: size }, (_, i) => i);
const BATCH: RolloutBatch = {
  prompts: POOL.slice(0, 4),
  rollouts: {
    count: ROWS,
    groupSize: 2,
    tokens: Int32Array.from({ length: ROWS * R }, (_, i) => i + 2),
    logProbs: new Float32Array(ROWS * R),
    lengths: Int32Array.of(1, 2, 3, 1, 2, 3, 1, 2),
    ended: Array<boolean>(ROWS).fill(true),
  },
  advantages: counting(ROWS * R),
  oldLogProbs: counting(ROWS * R).map((x) => -x),
  referenceLogProbs: counting(ROWS * R).map((x) => x / 2),
  referenceAll: null,
  klCoefficient: 0.25,
};

Deno.test("tokenWeights() are what aggregate() weighs each token by", () => {
  const lengths = Int32Array.of(1, 3, 2);
  for (const kind of AGGREGATIONS) {
    const weights = tokenWeights(lengths, 4, kind);
    lengths.forEach((length, row) => {
      for (let t = 0; t < 4; t++) {
        const one = Array.from(
          lengths,
          (n, i) => Array.from({ length: n }, (_, u) => Number(i === row && t === u)),
        );
        const expected = t < length ? aggregate(one, kind, 4) : 0;
        ok(Math.abs(weights[row * 4 + t]! - expected) < 1e-7, `${kind}, ${row}, ${t}`);
      }
    });
  }
});

Deno.test("miniBatches() cuts whole groups in order", () => {
  const config = { algorithm: grpo({ groupSize: 2, miniBatches: 2 }) };
  const [first, second, ...none] = [...miniBatches(config, BATCH)];
  equal(none.length, 0);
  deepEqual(second!.advantages!.data, BATCH.advantages.slice(12));
  deepEqual(second!.oldLogProbs!.data, BATCH.oldLogProbs.slice(12));
  deepEqual(second!.referenceLogProbs!.data, BATCH.referenceLogProbs!.slice(12));
  deepEqual(first!.inputs!.data.subarray(0, 3), Int32Array.of(EOS, 2, 3));
  deepEqual(first!.advantages!.shape, [4, R]);
  deepEqual(first!.klCoefficient!.data, Float32Array.of(0.25));
  const counted = [1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0];
  deepEqual(first!.tokenShares!.data, Float32Array.from(counted, (x) => x / 7));
});

Deno.test("miniBatches() carries of the reference what the penalty reads, and no more", () => {
  const names = (penalty: ReturnType<typeof kl> | null, batch = BATCH) => {
    const config = { algorithm: grpo({ groupSize: 2, miniBatches: 1, kl: penalty }) };
    const [only] = miniBatches(config, batch);
    return ["referenceLogProbs", "referenceAll", "klCoefficient"].filter((name) => name in only!);
  };
  const full = {
    ...BATCH,
    referenceLogProbs: null,
    referenceAll: new Float32Array(ROWS * R * VOCABULARY.length),
  };
  deepEqual(names(null), []);
  deepEqual(names(kl()), ["referenceLogProbs", "klCoefficient"]);
  deepEqual(names(kl({ place: "reward" })), ["referenceLogProbs"]);
  deepEqual(names(kl({ estimator: "full" }), full), ["referenceAll", "klCoefficient"]);
  throws(() => names(kl(), full), /referenceLogProbs: expected numbers, got null/);
  throws(() => names(kl({ estimator: "full" })), /referenceAll: expected numbers, got null/);
});
