import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { adaRft } from "./ada_rft.ts";
import { easyToHard } from "./easy_to_hard.ts";
import { greso } from "./greso.ts";
import { learnability } from "./learnability.ts";
import { mopps } from "./mopps.ts";
import { random } from "./random.ts";
import { replay } from "./replay.ts";
import type { Sampler, SamplerConfig, SamplerState } from "./sampler.ts";
import { BATCH, create, playStep, PROMPTS, scoreAtRandom, stream } from "./testdata/harness.ts";
import { vas } from "./vas.ts";

fc.configureGlobal({ seed: 1 });

const buffered = learnability({ candidates: 20, bufferSize: 6, refreshInterval: 3 });

/** Every sampler, with the settings that make it go different ways. */
const SAMPLERS: readonly SamplerConfig[] = [
  random(),
  vas({ refreshInterval: 3 }),
  vas({ refreshInterval: 3, variant: "mmr1", momentum: 0.5 }),
  vas({ scoresFrom: "training" }),
  vas({ scoresFrom: "training", variant: "mmr1", momentum: 0.5 }),
  vas({ refreshInterval: 3, scoresFrom: "both", refreshShare: 0.3, refreshOrder: "mostUncertain" }),
  vas({ refreshInterval: 3, refreshShare: 0.3, refreshOrder: "oldest" }),
  vas({ refreshInterval: 3, refreshShare: 0.3, refreshPhase: "afterUpdate" }),
  buffered,
  mopps(),
  mopps({ oversampling: 2, selection: "within" }),
  greso(),
  replay(),
  replay({ schedule: "fixed", seenShare: 0.1, prioritization: "power", repeats: "allow" }),
  replay({ seenShare: 0, prioritization: "softmax", momentum: 0.5, score: "passRateVariance" }),
  adaRft(),
  adaRft({ repeats: "allow" }),
  adaRft({ difficulty: "level" }),
  ...(["classic", "balanced", "cosine", "gaussian"] as const).map((schedule) =>
    easyToHard({ schedule })
  ),
];

/** As plain lists: NaN, for never, equals itself only there. */
const plain = ({ numbers, arrays }: SamplerState) => ({
  numbers,
  arrays: Object.entries(arrays).map(([name, values]) => [name, [...values]]),
});

const nameOf = (config: SamplerConfig) => JSON.stringify(config);

Deno.test("createSampler() draws as many indices of the pool as asked for, whatever the pool", () => {
  for (const config of SAMPLERS) {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 4 }),
        (prompts, batchSize, counts) => {
          const sampler = create(config, { prompts, batchSize });
          scoreAtRandom(sampler, 0, "beforeDraw");
          for (const [i, count] of [batchSize, ...counts].entries()) {
            const batch = sampler.draw(i + 1, stream(i + 1), count);
            equal(batch.length, count);
            ok(batch.every((index) => Number.isInteger(index) && index >= 0 && index < prompts));
          }
        },
      ),
      { numRuns: 20 },
    );
  }
});

Deno.test("createSampler() restored at any step goes on to the bit, whatever came before", () => {
  const steps = 9;
  for (const config of SAMPLERS) {
    const whole = create(config), batches: number[][] = [];
    const states = [whole.state()];
    for (let step = 1; step <= steps; step++) {
      batches.push(playStep(whole, step));
      states.push(whole.state());
    }
    for (const at of [0, 1, 4, 7]) {
      const name = `${nameOf(config)} at ${at}`;
      const resumed = create(config);
      playStep(resumed, 1, 5); // restoring leaves nothing of what was before
      resumed.restore(states[at]!);
      deepEqual(plain(resumed.state()), plain(states[at]!), name);
      for (let step = at + 1; step <= steps; step++) {
        deepEqual(playStep(resumed, step), batches[step - 1], `${name}, step ${step}`);
      }
      deepEqual(plain(resumed.state()), plain(whole.state()), name);
    }
  }
});

Deno.test("createSampler() restored between draws of a step goes on to the bit", () => {
  for (const config of SAMPLERS) {
    const whole = create(config), resumed = create(config);
    for (let step = 1; step <= 4; step++) playStep(whole, step);
    whole.draw(5, stream(5), BATCH);
    resumed.restore(whole.state());
    deepEqual(resumed.draw(5, stream(5, 1), 4), whole.draw(5, stream(5, 1), 4), nameOf(config));
  }
});

Deno.test("createSampler() of another run draws otherwise, and of the same run the same", () => {
  for (const config of SAMPLERS) {
    const batch = (seed: number, place: number) => {
      const sampler = create(config, { seed, prompts: 4000 });
      scoreAtRandom(sampler, 0, "beforeDraw");
      return sampler.draw(1, stream(1, place), BATCH);
    };
    deepEqual(batch(7, 0), batch(7, 0));
    notDeepEqual(batch(8, 1), batch(7, 0), nameOf(config));
  }
});

Deno.test("createSampler() hands out a state that later steps do not change", () => {
  for (const config of SAMPLERS) {
    const sampler = create(config);
    for (let step = 1; step <= 4; step++) playStep(sampler, step);
    const state = sampler.state(), before = plain(state);
    for (let step = 5; step <= 8; step++) playStep(sampler, step);
    deepEqual(plain(state), before, nameOf(config));
  }
});

Deno.test("score() of what was asked for gives numbers for it, and changes nothing", () => {
  for (const config of SAMPLERS) {
    const sampler = create(config);
    if (sampler.scoringRollouts === 0) continue;
    for (let step = 1; step <= 4; step++) playStep(sampler, step);
    const asked = Int32Array.of(3, 7, 20), before = plain(sampler.state());
    const scores = sampler.score(6, asked, Float32Array.of(0, 0.5, 1), new Float32Array(3));
    deepEqual(plain(sampler.state()), before);
    const at = (column: Float32Array) => Array.from(asked, (prompt) => column[prompt]);
    deepEqual(at(scores.passRate), [0, 0.5, 1]);
    deepEqual(at(scores.ovs), [0, 0.25, 0]);
    deepEqual(at(scores.scoredAt), [6, 6, 6]);
    deepEqual(at(scores.tds), [0, 0, 0]);
    ok(at(scores.vps).every((value) => value! >= 0));
    equal(scores.weight.length, PROMPTS);
    ok(scores.weight.every((weight) => weight >= 0 && weight < Infinity));
    throws(
      () => sampler.score(6, asked, Float32Array.of(0, NaN, 1), new Float32Array(3)),
      /passRate of prompt 1: expected a number in \[0, 1\], got NaN/,
    );
  }
});

Deno.test("promptsToScore() names each prompt at most once, and none for samplers that never score", () => {
  for (const config of SAMPLERS) {
    const sampler = create(config);
    for (let step = 0; step <= 8; step++) {
      for (const phase of ["beforeDraw", "afterUpdate"] as const) {
        const prompts = sampler.promptsToScore(step, phase, stream(step));
        equal(new Set(prompts).size, prompts.length);
        ok(prompts.every((prompt) => prompt >= 0 && prompt < PROMPTS));
        if (sampler.scoringRollouts === 0) equal(prompts.length, 0);
      }
      if (step > 0) playStep(sampler, step);
      else scoreAtRandom(sampler, 0, "beforeDraw");
    }
  }
});

Deno.test("createSampler() refuses a state of another pool, and draws before a scoring it needs", () => {
  for (const config of SAMPLERS) {
    const sampler = create(config);
    for (let step = 1; step <= 4; step++) playStep(sampler, step);
    const state = sampler.state();
    if (config.kind !== "easyToHard" && Object.keys(state.arrays).length > 0) {
      const other = create(config, { prompts: 41 });
      throws(() => other.restore(state), {
        name: "StoreError",
        message: /^sampler \w+: expected 41 values, got 40$/,
      });
    }
    for (const name of Object.keys(state.numbers)) {
      const { [name]: _, ...numbers } = state.numbers;
      throws(() => create(config).restore({ ...state, numbers }), {
        name: "StoreError",
        message: `sampler ${name}: expected a number, got none`,
      });
    }
    if (sampler.scoringRollouts === 0) continue;
    throws(() => create(config).draw(1, stream(1), BATCH), /was asked to draw before/);
  }
});

Deno.test("createSampler() is cheap whatever the pool: nothing of its size is made before it is used", () => {
  const levels = () => {
    throw new Error("asked for levels");
  };
  for (const config of SAMPLERS) {
    const samplers: Sampler[] = [];
    for (let i = 0; i < 1000; i++) samplers.push(create(config, { prompts: 1e8, levels }));
    ok(samplers.every((sampler) => Object.keys(sampler.state().arrays).length === 0));
  }
});
