import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import {
  accuracyBand,
  dynamicSampling,
  type GroupFilterConfig,
  loadGroupFilter,
  noFilter,
  screening,
} from "../algorithm/group_filter.ts";
import { randomSource } from "../core/random.ts";
import { workedResponse } from "../dataset/demonstration.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { initialParameters, policyShape } from "../policy/parameters.ts";
import { encodeResponse } from "../policy/tokenizer.ts";
import { transformer } from "../policy/transformer.ts";
import { createSampler, type GroupOutcome, type Sampler } from "../sampler/sampler.ts";
import { accuracyJudge, createJudge } from "../reward/judge.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import { spent } from "../schema/run_record.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { collectGroups } from "./collect_groups.ts";
import { GenerationCounter } from "./counter.ts";
import { PolicyRuntime } from "./policy_runtime.ts";
import { groupMeans } from "./responses.ts";
import type { Rollouts } from "./rollouts.ts";
import { Stopwatch } from "./stopwatch.ts";

const MODEL = transformer("micro", { layers: 1, width: 16, heads: 2, mlpWidth: 32 });
const DATASET = microMath({ prompts: 40 });
const CONFIG = refine(recipe("mmr1_micro"), {
  model: MODEL,
  dataset: DATASET,
  algorithm: { groupSize: 4, miniBatches: 2 },
  training: { batchSize: 8 },
});
const { train: pool } = createMicroMath(DATASET);
const shape = policyShape(MODEL, CONFIG.decoding.maxTokens);
const runtime = await onnxRuntime({ threads: 1 });
const judge = await createJudge(CONFIG.reward, CONFIG.decoding);
const accuracy = await accuracyJudge(CONFIG.reward);
const random = randomSource(3, "collect");

/**
 * A policy whose answers are given: rollout r of a group is right where `right(prompt, r)`. An untrained one is
 * never right, so that there would be nothing to filter.
 */
class KnownPolicy extends PolicyRuntime {
  override async generate(...args: Parameters<PolicyRuntime["generate"]>): Promise<Rollouts> {
    const [, prompts, groupSize] = args;
    const real = await super.generate(...args);
    const tokens = real.tokens.slice();
    const lengths = real.lengths.slice();
    prompts.forEach((prompt, p) => {
      for (let r = 0; r < groupSize; r++) {
        if (!this.right(pool.indexOf(prompt), r)) continue;
        const row = p * groupSize + r, answer = encodeResponse(workedResponse(prompt));
        tokens.set(answer, row * shape.responseTokens);
        lengths[row] = answer.length;
      }
    });
    return { ...real, tokens, lengths };
  }

  right: (prompt: number, rollout: number) => boolean = () => false;
}

async function collect(
  filter: GroupFilterConfig,
  right: (prompt: number, rollout: number) => boolean,
) {
  const policy = new KnownPolicy(runtime, shape);
  policy.right = right;
  const parameters = await policy.parameters(initialParameters(shape, random.at("initial")));
  const config = { ...CONFIG, filter };
  const inner = createSampler(config.sampler, {
    prompts: pool.length,
    batchSize: 8,
    steps: 1,
    seed: 0,
    levels: () => new Int32Array(pool.length),
  });
  let seen: readonly GroupOutcome[] = [];
  const sampler: Sampler = { ...inner, observe: (_, groups) => void (seen = groups) };
  const counter = new GenerationCounter(), keeps = await loadGroupFilter(filter);
  const batch = await collectGroups(
    { policy, parameters, judge, accuracy, keeps, pool, sampler, config, counter },
    1,
    random,
    new Stopwatch(),
  );
  await policy.release();
  return { batch, seen, counts: counter.totals().rollouts };
}

/** Prompts with an even index are right in the first half of their rollouts, the others never. */
const evenHalf = (prompt: number, rollout: number) => prompt % 2 === 0 && rollout % 4 < 2;

Deno.test("collectGroups() without a filter trains on what was drawn", async () => {
  const { batch, seen, counts } = await collect(noFilter(), evenHalf);
  equal(batch.indices.length, 8);
  equal(batch.rollouts.count, 32);
  equal(batch.generatedGroups, 8);
  deepEqual(counts, { training: 32, discarded: 0, scoring: 0, validation: 0 });
  deepEqual(seen.map(({ prompt }) => prompt), batch.indices);
  ok(seen.every(({ trained }) => trained));
});

Deno.test("collectGroups() with dynamic sampling redraws until every group has both right and wrong", async () => {
  const { batch, seen, counts } = await collect(dynamicSampling(), evenHalf);
  ok(batch.indices.every((index) => index % 2 === 0));
  deepEqual([...groupMeans(batch.rewards.accuracy, 4)], Array(8).fill(0.5));
  equal(counts.training, 32);
  equal(spent(counts), 4 * batch.generatedGroups);
  ok(counts.discarded > 0);
  // The first round is the batch that would be trained on without a filter.
  const plain = await collect(noFilter(), evenHalf);
  deepEqual(
    seen.slice(0, 8).map(({ prompt }) => prompt),
    plain.batch.indices,
  );
  ok(seen.every(({ prompt, trained }) => trained === (prompt % 2 === 0)));
});

Deno.test("collectGroups() fills the batch with groups left out when the rounds are used up", async () => {
  const { batch, seen, counts } = await collect(dynamicSampling({ maxRounds: 2 }), () => false);
  equal(batch.indices.length, 8);
  equal(batch.generatedGroups, 16);
  deepEqual(batch.indices, seen.slice(0, 8).map(({ prompt }) => prompt));
  deepEqual([counts.training, counts.discarded], [32, 32]);
});

Deno.test("collectGroups() filters nothing during the freezing steps", async () => {
  const { batch } = await collect(dynamicSampling({ freezingSteps: 1 }), () => false);
  equal(batch.generatedGroups, 8);
});

Deno.test("collectGroups() with screening continues only prompts whose first rollouts differ", async () => {
  const { batch, seen, counts } = await collect(
    screening({ screeningRollouts: 3 }),
    evenHalf,
  );
  ok(batch.indices.every((index) => index % 2 === 0));
  equal(batch.rollouts.count, 32);
  const out = seen.filter(({ trained }) => !trained);
  ok(out.length > 0 && out.every(({ accuracy }) => accuracy.length === 3));
  deepEqual([counts.training, counts.discarded], [32, 3 * out.length]);
});

Deno.test("collectGroups() with screening goes on with any prompt in the last round", async () => {
  const { batch, counts } = await collect(
    screening({ screeningRollouts: 2, maxRounds: 2 }),
    () => false,
  );
  equal(batch.rollouts.count, 32);
  deepEqual([counts.training, counts.discarded], [32, 8 * 2]);
});

Deno.test("collectGroups() fails where a filter is told to, with what it found and what to do", async () => {
  await rejects(
    collect(accuracyBand({ maxRounds: 2, whenShort: "fail" }), () => false),
    { message: /^filter.maxRounds: expected 8 groups .* in 2 rounds of step 1, got 0; widen/ },
  );
});

Deno.test("collectGroups() draws what is missing, or whole batches, and no more while frozen", async () => {
  const missing = await collect(accuracyBand({ low: 0, high: 1 }), evenHalf);
  const whole = await collect(accuracyBand({ low: 0, high: 1, roundSize: "batch" }), evenHalf);
  equal(missing.batch.generatedGroups < whole.batch.generatedGroups, true);
  equal(whole.batch.generatedGroups % 8, 0);
  deepEqual(groupMeans(whole.batch.rewards.accuracy, 4), new Float32Array(8).fill(0.5));
  const frozen = await collect(
    accuracyBand({ freezingSteps: 1, oversampling: 3, roundSize: "batch" }),
    evenHalf,
  );
  equal(frozen.batch.generatedGroups, 8);
});

Deno.test("collectGroups() may filter by the whole reward", async () => {
  // Right or not, these have the format or none: rewards of 0 and 2.
  const { batch } = await collect(
    accuracyBand({ metric: "reward", low: 0.5, high: 1.5, maxRounds: 20 }),
    evenHalf,
  );
  const means = groupMeans(batch.rewards.reward, 4);
  ok(means.every((mean) => mean > 0.5 && mean < 1.5), `${means}`);
});
