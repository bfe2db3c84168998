/** What holds for every batch, estimator by estimator. */
import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type { AdvantageConfig, AdvantageInputs } from "./advantage.ts";
import { drGrpoAdvantage } from "./dr_grpo.ts";
import { estimateAdvantages } from "./estimate.ts";
import { gaeAdvantage, gaeAdvantages } from "./gae.ts";
import { gdpoAdvantage } from "./gdpo.ts";
import { grpoAdvantage } from "./grpo.ts";
import { opoAdvantage } from "./opo.ts";
import { passAtKAdvantage } from "./pass_at_k.ts";
import { discountedReturns, reinforcePlusPlusAdvantage } from "./reinforce_plus_plus.ts";
import { remaxAdvantage } from "./remax.ts";
import { rlooAdvantage } from "./rloo.ts";
import { tokenRewards } from "./token_rewards.ts";

fc.configureGlobal({ seed: 1 });

const GRPO_KINDS: readonly AdvantageConfig[] = [
  grpoAdvantage(),
  grpoAdvantage({ scale: "batch" }),
  grpoAdvantage({ std: "population" }),
];
/** Zero mean in every group: a rollout's advantage is its reward less one baseline, or a multiple of that. */
const CENTRED = [...GRPO_KINDS, drGrpoAdvantage(), rlooAdvantage()];
/** Rewards are compared within groups, and only there. */
const RELATIVE = [
  ...CENTRED,
  passAtKAdvantage(),
  opoAdvantage(),
  gdpoAdvantage(),
  reinforcePlusPlusAdvantage({ groupBaseline: true, discount: 0.9 }),
];
const ALL = [
  ...RELATIVE,
  reinforcePlusPlusAdvantage({ discount: 0.9 }),
  remaxAdvantage(),
  gaeAdvantage({ discount: 0.9, lambda: 0.8 }),
];

/** Rewards in eighths, whose sums are exact. */
const eighths = (min: number, max: number) =>
  fc.integer({ min: 8 * min, max: 8 * max }).map((n) => n / 8);

interface Shape {
  readonly groups: number;
  readonly groupSize: number;
  readonly responseTokens: number;
}

/** A batch of any sizes; with KL where asked for. */
function batches(withKl: boolean): fc.Arbitrary<AdvantageInputs> {
  const floats = (length: number, min: number, max: number) =>
    fc.array(eighths(min, max), { minLength: length, maxLength: length }).map((values) =>
      Float32Array.from(values)
    );
  return fc.record<Shape>({
    groups: fc.integer({ min: 1, max: 4 }),
    groupSize: fc.integer({ min: 2, max: 6 }),
    responseTokens: fc.integer({ min: 1, max: 5 }),
  }).chain(({ groups, groupSize, responseTokens }) => {
    const rollouts = groups * groupSize, tokens = rollouts * responseTokens;
    return fc.record({
      groupSize: fc.constant(groupSize),
      responseTokens: fc.constant(responseTokens),
      lengths: fc.array(fc.integer({ min: 1, max: responseTokens }), {
        minLength: rollouts,
        maxLength: rollouts,
      }).map((lengths) => Int32Array.from(lengths)),
      accuracy: floats(rollouts, 0, 1),
      format: floats(rollouts, 0, 1),
      klPenalties: withKl ? floats(tokens, -1, 1) : fc.constant(null),
      greedyRewards: floats(groups, 0, 2),
      values: floats(tokens, -1, 1),
    });
  }).map(({ accuracy, format, ...inputs }) => withComponents(inputs, { accuracy, format }));
}

function withComponents(
  inputs: Omit<AdvantageInputs, "components" | "rewards">,
  components: Readonly<Record<string, Float32Array>>,
): AdvantageInputs {
  const terms = Object.values(components);
  const rewards = terms[0]!.map((_, i) => terms.reduce((sum, term) => sum + term[i]!, 0));
  return { ...inputs, components, rewards };
}

const anyBatch = fc.boolean().chain(batches);
const withoutKl = batches(false);

const supports = (config: AdvantageConfig, { klPenalties }: AdvantageInputs) =>
  config.kind !== "gdpo" || klPenalties === null;

/** The batch with its rollouts in another order: the i-th is what stood at `order[i]`. */
function reordered(inputs: AdvantageInputs, order: readonly number[]): AdvantageInputs {
  const { groupSize, responseTokens, lengths } = inputs;
  const rollouts = <A extends Float32Array | Int32Array>(values: A): A =>
    values.map((_, i) => values[order[i]!]!) as A;
  const tokens = (values: Float32Array | null) => values && rows(values, order, responseTokens);
  return {
    ...inputs,
    lengths: rollouts(lengths),
    rewards: rollouts(inputs.rewards),
    components: Object.fromEntries(
      Object.entries(inputs.components).map(([name, values]) => [name, rollouts(values)]),
    ),
    klPenalties: tokens(inputs.klPenalties),
    greedyRewards: inputs.greedyRewards &&
      inputs.greedyRewards.map((_, group) =>
        inputs.greedyRewards![Math.floor(order[group * groupSize]! / groupSize)]!
      ),
    values: tokens(inputs.values),
  };
}

function rows(values: Float32Array, order: readonly number[], width: number): Float32Array {
  return values.map((_, i) => values[order[Math.floor(i / width)]! * width + i % width]!);
}

const advantagesOf = (config: AdvantageConfig, inputs: AdvantageInputs) =>
  estimateAdvantages(config, inputs).advantages;

/** The advantage of every rollout, at its first token. */
function perRollout(config: AdvantageConfig, inputs: AdvantageInputs): Float32Array {
  const advantages = advantagesOf(config, inputs);
  return inputs.rewards.map((_, i) => advantages[i * inputs.responseTokens]!);
}

function near(got: Float32Array, expected: Float32Array, config: AdvantageConfig): void {
  deepEqual(got.length, expected.length);
  got.forEach((value, i) =>
    ok(
      Math.abs(value - expected[i]!) <= 1e-5 * (1 + Math.abs(value)),
      `${JSON.stringify(config)} [${i}]: expected ${expected[i]}, got ${value}`,
    )
  );
}

Deno.test("estimateAdvantages() is 0 behind every response's end", () => {
  fc.assert(fc.property(anyBatch, (inputs) => {
    const { lengths, responseTokens } = inputs;
    for (const config of ALL.filter((config) => supports(config, inputs))) {
      const { advantages, returns } = estimateAdvantages(config, inputs);
      for (const values of returns === null ? [advantages] : [advantages, returns]) {
        ok(
          values.every((value, i) =>
            i % responseTokens < lengths[Math.floor(i / responseTokens)]! || value === 0
          ),
        );
      }
    }
  }));
});

Deno.test("estimateAdvantages() does not see what stands behind a response's end", () => {
  fc.assert(fc.property(anyBatch, (inputs) => {
    const { lengths, responseTokens } = inputs;
    const cut = (values: Float32Array | null) =>
      values &&
      values.map((value, i) =>
        i % responseTokens < lengths[Math.floor(i / responseTokens)]! ? value : NaN
      );
    const unknown = { ...inputs, klPenalties: cut(inputs.klPenalties), values: cut(inputs.values) };
    for (const config of ALL.filter((config) => supports(config, inputs))) {
      deepEqual(estimateAdvantages(config, unknown), estimateAdvantages(config, inputs));
    }
  }));
});

Deno.test("estimateAdvantages() is exactly 0 for a group of equal rewards, other groups or not", () => {
  const reward = fc.oneof(
    fc.constant(Math.fround(0.1)),
    fc.float({ min: -1e6, max: 1e6, noNaN: true }),
  );
  fc.assert(fc.property(withoutKl, reward, reward, (inputs, accuracy, format) => {
    const { groupSize, responseTokens, components } = inputs;
    const constant = withComponents(inputs, {
      accuracy: components.accuracy!.map((value, i) => i < groupSize ? accuracy : value),
      format: components.format!.map((value, i) => i < groupSize ? format : value),
    });
    for (
      const config of [...RELATIVE, grpoAdvantage({ epsilon: 0 }), gdpoAdvantage({ epsilon: 0 })]
    ) {
      const first = advantagesOf(config, constant).subarray(0, groupSize * responseTokens);
      ok(first.every((value) => value === 0), `${JSON.stringify(config)}: ${first}`);
    }
  }));
});

Deno.test("estimateAdvantages() sums to 0 in every group where the baseline is the mean", () => {
  fc.assert(fc.property(anyBatch, (inputs) => {
    for (const config of CENTRED) {
      const advantages = perRollout(config, inputs);
      for (let at = 0; at < advantages.length; at += inputs.groupSize) {
        const group = advantages.subarray(at, at + inputs.groupSize);
        const scale = group.reduce((sum, value) => sum + Math.abs(value), 1);
        ok(Math.abs(group.reduce((sum, value) => sum + value, 0)) < 1e-5 * scale);
      }
    }
  }));
});

Deno.test("estimateAdvantages() keeps the order of rewards in a group", () => {
  fc.assert(fc.property(withoutKl, (inputs) => {
    const { rewards, groupSize } = inputs;
    for (const config of [...CENTRED, passAtKAdvantage(), opoAdvantage()]) {
      const advantages = perRollout(config, inputs);
      for (let i = 1; i < rewards.length; i++) {
        if (i % groupSize === 0 || rewards[i]! <= rewards[i - 1]!) continue;
        ok(advantages[i]! >= advantages[i - 1]!);
      }
    }
  }));
});

Deno.test("estimateAdvantages() is the same when a group's rewards are shifted", () => {
  const shift = eighths(-4, 4);
  fc.assert(fc.property(anyBatch, shift, shift, (inputs, accuracy, format) => {
    const { groupSize, components } = inputs;
    const shifted = withComponents(inputs, {
      accuracy: components.accuracy!.map((value, i) => i < groupSize ? value + accuracy : value),
      format: components.format!.map((value, i) => i < groupSize ? value + format : value),
    });
    for (const config of RELATIVE.filter((config) => supports(config, inputs))) {
      // The deviation of the whole batch does see one group move against the others.
      if (config.kind === "grpo" && config.scale === "batch") continue;
      near(advantagesOf(config, shifted), advantagesOf(config, inputs), config);
    }
  }));
});

Deno.test("estimateAdvantages() remax is the same when the greedy reward is shifted as well", () => {
  fc.assert(fc.property(anyBatch, eighths(-4, 4), (inputs, shift) => {
    const shifted = {
      ...inputs,
      rewards: inputs.rewards.map((reward) => reward + shift),
      greedyRewards: inputs.greedyRewards!.map((reward) => reward + shift),
    };
    near(
      advantagesOf(remaxAdvantage(), shifted),
      advantagesOf(remaxAdvantage(), inputs),
      remaxAdvantage(),
    );
  }));
});

Deno.test("estimateAdvantages() does not see the scale of rewards where ε is 0, and sees it elsewhere", () => {
  fc.assert(fc.property(withoutKl, fc.integer({ min: 1, max: 64 }), (inputs, factor) => {
    const scaled = withComponents(inputs, {
      accuracy: inputs.components.accuracy!.map((value) => value * factor),
      format: inputs.components.format!.map((value) => value * factor),
    });
    for (
      const config of [
        grpoAdvantage({ epsilon: 0 }),
        grpoAdvantage({ epsilon: 0, scale: "batch" }),
        grpoAdvantage({ epsilon: 0, std: "population" }),
        passAtKAdvantage({ epsilon: 0 }),
        gdpoAdvantage({ epsilon: 0 }),
      ]
    ) near(advantagesOf(config, scaled), advantagesOf(config, inputs), config);
    for (const config of [drGrpoAdvantage(), rlooAdvantage(), opoAdvantage()]) {
      near(
        advantagesOf(config, scaled),
        advantagesOf(config, inputs).map((value) => value * factor),
        config,
      );
    }
  }));
});

Deno.test("estimateAdvantages() gdpo does not see a component's weight where ε is 0", () => {
  fc.assert(fc.property(withoutKl, fc.integer({ min: 2, max: 64 }), (inputs, weight) => {
    const { accuracy, format } = inputs.components;
    const weighted = withComponents(inputs, {
      accuracy: accuracy!.map((value) => value * weight),
      format: format!,
    });
    const config = gdpoAdvantage({ epsilon: 0 });
    near(advantagesOf(config, weighted), advantagesOf(config, inputs), config);
  }));
});

Deno.test("estimateAdvantages() follows its rollouts when groups and their members change places", () => {
  const permutation = (size: number) =>
    fc.shuffledSubarray(Array.from({ length: size }, (_, i) => i), { minLength: size });
  const moved = anyBatch.chain((inputs) => {
    const { groupSize } = inputs, groups = inputs.rewards.length / groupSize;
    return fc.record({
      inputs: fc.constant(inputs),
      order: fc.tuple(permutation(groups), permutation(groupSize)).map(([outer, inner]) =>
        outer.flatMap((group) => inner.map((member) => group * groupSize + member))
      ),
    });
  });
  fc.assert(fc.property(moved, ({ inputs, order }) => {
    for (const config of ALL.filter((config) => supports(config, inputs))) {
      near(
        advantagesOf(config, reordered(inputs, order)),
        rows(advantagesOf(config, inputs), order, inputs.responseTokens),
        config,
      );
    }
  }));
});

Deno.test("estimateAdvantages() reinforcePlusPlus is the reward at every token for γ = 1 without KL", () => {
  fc.assert(fc.property(withoutKl, (inputs) => {
    const { rewards, lengths, responseTokens } = inputs;
    const expected = new Float32Array(rewards.length * responseTokens).map((_, i) => {
      const rollout = Math.floor(i / responseTokens);
      return i % responseTokens < lengths[rollout]! ? rewards[rollout]! : 0;
    });
    deepEqual(advantagesOf(reinforcePlusPlusAdvantage(), inputs), expected);
  }));
});

Deno.test("gaeAdvantages() is the return for λ = γ = 1 and a critic that says 0", () => {
  fc.assert(fc.property(anyBatch, (inputs) => {
    const zeros = new Float32Array(inputs.values!.length);
    const { advantages, returns } = gaeAdvantages({ discount: 1, lambda: 1 }, inputs, zeros);
    deepEqual(advantages, returns);
    deepEqual(
      advantages,
      discountedReturns(tokenRewards(inputs.rewards, inputs), inputs.lengths, 1),
    );
  }));
});

Deno.test("gaeAdvantages() is the TD error for λ = 0, and returns are advantages and values", () => {
  fc.assert(fc.property(anyBatch, fc.constantFrom(0, 0.5, 1), (inputs, discount) => {
    const { lengths, responseTokens, values } = inputs;
    const { advantages, returns } = gaeAdvantages({ discount, lambda: 0 }, inputs, values!);
    const rewards = tokenRewards(inputs.rewards, inputs);
    lengths.forEach((length, rollout) => {
      for (let t = 0; t < length; t++) {
        const at = rollout * responseTokens + t;
        const next = t + 1 < length ? values![at + 1]! : 0;
        // Eighths and halves of them: nothing is rounded.
        deepEqual(advantages[at], rewards[at]! + discount * next - values![at]!);
        deepEqual(returns![at], advantages[at]! + values![at]!);
      }
    });
  }));
});
