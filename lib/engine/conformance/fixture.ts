/** What every engine is asked to compute: a small policy, a batch with responses of differing lengths, five losses. */
import { grpo } from "../../algorithm/algorithm.ts";
import type { AlgorithmConfig } from "../../algorithm/algorithm.ts";
import { kl } from "../../algorithm/kl.ts";
import { gspoObjective } from "../../algorithm/objective/gspo.ts";
import { ppoClipObjective } from "../../algorithm/objective/ppo_clip.ts";
import { sapoObjective } from "../../algorithm/objective/sapo.ts";
import { randomSource } from "../../core/random.ts";
import { createMicroMath, microMath } from "../../dataset/micro_math.ts";
import { initialParameters, policyShape } from "../../policy/parameters.ts";
import { EOS, VOCABULARY } from "../../policy/tokenizer.ts";
import { transformer } from "../../policy/transformer.ts";
import type { RolloutBatch } from "../mini_batch.ts";

/** Prompts, rollouts of each, and the longest response. */
export const PROMPTS = 4, GROUP_SIZE = 3, RESPONSE_TOKENS = 12;
/** Sampling and training temperature. */
export const TEMPERATURE = 0.8;
/** The policy: every kind of matrix twice, small enough for an interpreter. */
export const SHAPE = policyShape(
  transformer("micro", { layers: 2, width: 32, heads: 4, mlpWidth: 64 }),
  RESPONSE_TOKENS,
);
export const PARAMETERS = initialParameters(SHAPE, randomSource(5, "conformance"));
/** Prompts, with and without pictures. */
export const POOL = createMicroMath(
  microMath({ prompts: 8, validationPrompts: 1, benchmarkPrompts: 1 }),
).train.slice(0, 8);

/** A narrow clip range, so that every branch of the loss is taken somewhere. */
const CLIP = { clipRangeLow: 0.1, clipRangeHigh: 0.15, dualClip: 1.5 };
const SIZES = { groupSize: GROUP_SIZE, miniBatches: 1 };

/** Together every operation that a loss has. */
export const ALGORITHMS: Readonly<Record<string, AlgorithmConfig>> = {
  "clipped ratio, KL in the loss": grpo({ ...SIZES, objective: ppoClipObjective(CLIP) }),
  "ratio of sequences, full KL, entropy bonus": grpo({
    ...SIZES,
    objective: gspoObjective({ ...CLIP, level: "token" }),
    kl: kl({ estimator: "full" }),
    entropyCoefficient: 0.1,
  }),
  "soft gate, absolute KL": grpo({
    ...SIZES,
    objective: sapoObjective(),
    kl: kl({ estimator: "abs" }),
  }),
};

/** Whole groups with invented tokens, log-probabilities and advantages. */
export function makeBatch(): RolloutBatch {
  const random = randomSource(3, "conformance");
  const count = PROMPTS * GROUP_SIZE, cells = count * RESPONSE_TOKENS, size = VOCABULARY.length;
  const normal = (length: number, mean: number, scale: number) =>
    Float32Array.from({ length }, () => mean + scale * random.normal());
  const lengths = Int32Array.from({ length: count }, () => 3 + random.integer(RESPONSE_TOKENS - 2));
  const tokens = Int32Array.from({ length: cells }, () => random.integer(size));
  lengths.forEach((length, row) => tokens[row * RESPONSE_TOKENS + length - 1] = EOS);
  return {
    prompts: POOL.slice(0, PROMPTS),
    rollouts: {
      count,
      groupSize: GROUP_SIZE,
      tokens,
      logProbs: normal(cells, -4, 0.3),
      lengths,
      ended: Array<boolean>(count).fill(true),
    },
    advantages: normal(cells, 0, 1),
    oldLogProbs: normal(cells, -4.2, 0.5),
    referenceLogProbs: normal(cells, -4.2, 0.5),
    referenceAll: normal(cells * size, -Math.log(size), 0.3),
    klCoefficient: 0.1,
  };
}
