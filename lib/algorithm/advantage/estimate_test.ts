import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { whiten } from "../whitening.ts";
import type { AdvantageConfig, AdvantageInputs } from "./advantage.ts";
import { drGrpoAdvantage } from "./dr_grpo.ts";
import { estimateAdvantages } from "./estimate.ts";
import { gaeAdvantage } from "./gae.ts";
import { gdpoAdvantage } from "./gdpo.ts";
import { grpoAdvantage } from "./grpo.ts";
import { opoAdvantage } from "./opo.ts";
import { passAtKAdvantage } from "./pass_at_k.ts";
import { reinforcePlusPlusAdvantage } from "./reinforce_plus_plus.ts";
import { remaxAdvantage } from "./remax.ts";
import { rlooAdvantage } from "./rloo.ts";
import verl from "./testdata/verl.json" with { type: "json" };

function near(got: Float32Array, expected: readonly number[], tolerance = 2e-6): void {
  deepEqual(got.length, expected.length);
  got.forEach((value, i) =>
    ok(Math.abs(value - expected[i]!) <= tolerance, `[${i}]: expected ${expected[i]}, got ${value}`)
  );
}

/** A vector as the file has it. */
const numbers = (text: string) => text.split(" ").map(Number);

/** Two groups of four with responses of one to four tokens. */
const BATCH: AdvantageInputs = {
  groupSize: 4,
  responseTokens: 4,
  lengths: Int32Array.from(numbers(verl.lengths)),
  rewards: Float32Array.from(numbers(verl.rewards)),
  components: {
    accuracy: Float32Array.from(numbers(verl.accuracy)),
    format: Float32Array.from(numbers(verl.format)),
  },
  klPenalties: null,
  greedyRewards: Float32Array.from(numbers(verl.greedyRewards)),
  values: Float32Array.from(numbers(verl.values)),
};
const PENALISED = { ...BATCH, klPenalties: Float32Array.from(numbers(verl.klPenalties)) };

const advantagesOf = (config: AdvantageConfig, inputs: AdvantageInputs) =>
  estimateAdvantages(config, inputs).advantages;
const whitenedOf = (config: AdvantageConfig, inputs: AdvantageInputs) =>
  whiten(advantagesOf(config, inputs), inputs.lengths, inputs.responseTokens);

/** One group of one-token responses. */
function oneGroup(...rewards: number[]): AdvantageInputs {
  return {
    groupSize: rewards.length,
    responseTokens: 1,
    lengths: new Int32Array(rewards.length).fill(1),
    rewards: Float32Array.from(rewards),
    components: {},
    klPenalties: null,
    greedyRewards: null,
    values: null,
  };
}

Deno.test("gdpo weighs normalised components", () => {
  const components = { a: Float32Array.of(1, 0), b: Float32Array.of(0, 5) };
  const inputs = {
    groupSize: 2,
    responseTokens: 1,
    lengths: Int32Array.of(1, 1),
    rewards: Float32Array.of(1, 5),
    components,
    klPenalties: null,
    greedyRewards: null,
    values: null,
  };
  const of = (weights: Record<string, number>) =>
    estimateAdvantages(gdpoAdvantage({ weights, epsilon: 0 }), inputs).advantages;
  near(of({}), [0, 0]);
  near(of({ b: 3 }), [-2 * Math.SQRT1_2, 2 * Math.SQRT1_2]);
  near(of({ a: 0 }), [-Math.SQRT1_2, Math.SQRT1_2]);
});

Deno.test("estimateAdvantages() has the values of EasyR1 and TRL on small groups", () => {
  const trl = grpoAdvantage({ epsilon: 1e-4 });
  near(advantagesOf(grpoAdvantage(), oneGroup(1, 0, 0, 0)), [
    1.499997,
    -0.499999,
    -0.499999,
    -0.499999,
  ]);
  near(advantagesOf(trl, oneGroup(1, 0, 0, 0)), [1.4997, -0.4999, -0.4999, -0.4999]);
  near(advantagesOf(drGrpoAdvantage(), oneGroup(1, 0, 0, 0)), [0.75, -0.25, -0.25, -0.25]);
  near(advantagesOf(rlooAdvantage(), oneGroup(1, 0, 0, 0)), [1, -1 / 3, -1 / 3, -1 / 3]);
  near(advantagesOf(passAtKAdvantage(), oneGroup(1, 0, 0, 0)), [1.999996, 0, 0, 0]);

  near(advantagesOf(grpoAdvantage(), oneGroup(1, 1, 0, 0)), [
    0.866024,
    0.866024,
    -0.866024,
    -0.866024,
  ]);
  near(advantagesOf(trl, oneGroup(1, 1, 0, 0)), [0.865875, 0.865875, -0.865875, -0.865875]);
  near(advantagesOf(rlooAdvantage(), oneGroup(1, 1, 0, 0)), [2 / 3, 2 / 3, -2 / 3, -2 / 3]);
  near(advantagesOf(passAtKAdvantage(), oneGroup(1, 1, 0, 0)), [0, 0, 0, 0]);

  near(advantagesOf(grpoAdvantage(), oneGroup(2, 1, 1, 0)), [1.224743, 0, 0, -1.224743]);
  // Divided by N: √(N/(N − 1)) times as much.
  near(advantagesOf(grpoAdvantage({ std: "population", epsilon: 0 }), oneGroup(2, 1, 1, 0)), [
    Math.SQRT2,
    0,
    0,
    -Math.SQRT2,
  ]);
});

Deno.test("estimateAdvantages() has verl's values over tokens, KL in the reward or not", () => {
  for (const [inputs, expected] of [[BATCH, verl.withoutKl], [PENALISED, verl.withKl]] as const) {
    near(advantagesOf(grpoAdvantage(), inputs), numbers(expected.grpo));
    near(advantagesOf(drGrpoAdvantage(), inputs), numbers(expected.drGrpo));
    near(advantagesOf(passAtKAdvantage(), inputs), numbers(expected.passAtK));
    near(advantagesOf(rlooAdvantage(), inputs), numbers(expected.rloo));
    near(advantagesOf(opoAdvantage(), inputs), numbers(expected.opo));

    const discounted = reinforcePlusPlusAdvantage({ discount: 0.9 });
    near(advantagesOf(discounted, inputs), numbers(expected.reinforcePlusPlusReturns));
    near(whitenedOf(discounted, inputs), numbers(expected.reinforcePlusPlusWhitened));

    const gae = gaeAdvantage({ discount: 0.9, lambda: 0.8 });
    near(estimateAdvantages(gae, inputs).returns!, numbers(expected.gaeReturns));
    near(whitenedOf(gae, inputs), numbers(expected.gaeWhitened));
  }
  near(advantagesOf(remaxAdvantage(), BATCH), numbers(verl.withoutKl.remax));
  near(
    whitenedOf(reinforcePlusPlusAdvantage({ groupBaseline: true }), BATCH),
    numbers(verl.withoutKl.reinforcePlusPlusBaselineWhitened),
  );
  near(whitenedOf(gdpoAdvantage(), BATCH), numbers(verl.gdpoWhitened));
});

Deno.test("estimateAdvantages() remax has EasyR1's value for all tokens with KL: verl's first", () => {
  const got = advantagesOf(remaxAdvantage(), PENALISED);
  BATCH.lengths.forEach((length, rollout) =>
    near(got.slice(rollout * 4, rollout * 4 + length), [
      ...new Array<number>(length).fill(numbers(verl.withKl.remax)[rollout * 4]!),
    ])
  );
});

Deno.test("estimateAdvantages() takes KL from the tokens of REINFORCE++ with a baseline", () => {
  const inputs = {
    ...oneGroup(1, 0),
    responseTokens: 2,
    lengths: Int32Array.of(2, 1),
    klPenalties: Float32Array.of(0.25, 0.125, -0.5, 0),
  };
  near(advantagesOf(reinforcePlusPlusAdvantage({ groupBaseline: true }), inputs), [
    0.5 - 0.125 - 0.25,
    0.5 - 0.125,
    -0.5 + 0.5,
    0,
  ]);
});

Deno.test("estimateAdvantages() grpo divides by the batch's deviation as TRL", () => {
  // torch: (r − group mean)/(r.std() + 1e-4), the formula of trl/trainer/grpo_trainer.py
  const got = advantagesOf(grpoAdvantage({ scale: "batch", epsilon: 1e-4 }), {
    ...BATCH,
    responseTokens: 1,
    lengths: new Int32Array(8).fill(1),
    values: null,
  });
  near(got, [
    1.461785,
    -0.974524,
    0.243631,
    -0.730893,
    -0.669985,
    1.522693,
    -0.426354,
    -0.426354,
  ]);
});

Deno.test("estimateAdvantages() refuses groups of one where it compares within groups", () => {
  const single = {
    ...oneGroup(1),
    components: { accuracy: Float32Array.of(1) },
    greedyRewards: Float32Array.of(0.25),
    values: Float32Array.of(0.5),
  };
  for (
    const config of [
      grpoAdvantage(),
      grpoAdvantage({ scale: "batch" }),
      drGrpoAdvantage(),
      rlooAdvantage(),
      reinforcePlusPlusAdvantage({ groupBaseline: true }),
      passAtKAdvantage(),
      opoAdvantage(),
      gdpoAdvantage(),
    ]
  ) throws(() => estimateAdvantages(config, single), /^RangeError: groupSize: expected at least 2/);
  equal(advantagesOf(reinforcePlusPlusAdvantage(), single)[0], 1);
  equal(advantagesOf(remaxAdvantage(), single)[0], 0.75);
  equal(advantagesOf(gaeAdvantage(), single)[0], 0.5);
});

Deno.test("estimateAdvantages() says which input does not fit", () => {
  const refuses = (inputs: Partial<AdvantageInputs>, message: RegExp, config = drGrpoAdvantage()) =>
    throws(() => estimateAdvantages(config, { ...BATCH, ...inputs }), message);
  refuses({ groupSize: 3 }, /rewards: expected groups of 3, got 8 rollouts/);
  refuses({ lengths: Int32Array.of(1) }, /lengths: expected 8 numbers, got 1/);
  refuses({ lengths: BATCH.lengths.map((length) => length - 1) }, /lengths: expected 1 to 4/);
  refuses({ responseTokens: 3, values: null }, /lengths: expected 1 to 3/);
  refuses({ klPenalties: new Float32Array(8) }, /klPenalties: expected 32 numbers, got 8/);
  refuses({ components: { format: new Float32Array(2) } }, /components.format: expected 8/);
  refuses({ rewards: new Float32Array(8).fill(NaN) }, /rewards: expected finite numbers/);
  throws(
    () => estimateAdvantages(remaxAdvantage(), { ...BATCH, greedyRewards: null }),
    /greedyRewards: expected numbers, got nothing/,
  );
  throws(
    () => estimateAdvantages(gaeAdvantage(), { ...BATCH, values: null }),
    /values: expected numbers, got nothing/,
  );
  throws(() => estimateAdvantages(gdpoAdvantage(), PENALISED), /gdpo takes KL in the loss only/);
});
