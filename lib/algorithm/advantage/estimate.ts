/** Advantages by the estimator that the settings name. */
import type { AdvantageConfig, AdvantageInputs, Advantages } from "./advantage.ts";
import { drGrpoAdvantages } from "./dr_grpo.ts";
import { gaeAdvantages } from "./gae.ts";
import { gdpoAdvantages } from "./gdpo.ts";
import { grpoAdvantages } from "./grpo.ts";
import { opoAdvantages } from "./opo.ts";
import { passAtKAdvantages } from "./pass_at_k.ts";
import { reinforcePlusPlusAdvantages } from "./reinforce_plus_plus.ts";
import { remaxAdvantages } from "./remax.ts";
import { rlooAdvantages } from "./rloo.ts";

/**
 * Advantages of every token of a rollout batch; whitening and weights of groups come after it.
 *
 * Errors: a RangeError when the sizes of the inputs do not fit, a reward is not finite, an estimator that compares
 * within groups gets groups of one, or what `remax` or `gae` reads is missing.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const { advantages } = estimateAdvantages({ kind: "drGrpo" }, {
 *   groupSize: 2,
 *   responseTokens: 3,
 *   lengths: Int32Array.of(3, 1),
 *   rewards: Float32Array.of(1, 0),
 *   components: {},
 *   klPenalties: null,
 *   greedyRewards: null,
 *   values: null,
 * });
 * deepEqual(advantages, Float32Array.of(0.5, 0.5, 0.5, -0.5, 0, 0));
 * ```
 */
export function estimateAdvantages(config: AdvantageConfig, inputs: AdvantageInputs): Advantages {
  checkInputs(inputs);
  switch (config.kind) {
    case "grpo":
      return grpoAdvantages(config, inputs);
    case "drGrpo":
      return drGrpoAdvantages(inputs);
    case "rloo":
      return rlooAdvantages(inputs);
    case "reinforcePlusPlus":
      return reinforcePlusPlusAdvantages(config, inputs);
    case "remax":
      return remaxAdvantages(inputs, given("greedyRewards", inputs.greedyRewards));
    case "passAtK":
      return passAtKAdvantages(config, inputs);
    case "opo":
      return opoAdvantages(inputs);
    case "gdpo":
      return gdpoAdvantages(config, inputs);
    case "gae":
      return gaeAdvantages(config, inputs, given("values", inputs.values));
    default:
      return config satisfies never;
  }
}

function given(name: string, values: Float32Array | null): Float32Array {
  if (values === null) throw new RangeError(`${name}: expected numbers, got nothing`);
  return values;
}

function checkInputs(inputs: AdvantageInputs): void {
  const { groupSize, responseTokens, rewards, components, lengths } = inputs;
  const rollouts = rewards.length, tokens = rollouts * responseTokens;
  if (!(Number.isInteger(groupSize) && groupSize >= 1) || rollouts % groupSize !== 0) {
    throw new RangeError(`rewards: expected groups of ${groupSize}, got ${rollouts} rollouts`);
  }
  const check = (name: string, values: ArrayLike<number> | null, expected: number) => {
    if (values !== null && values.length !== expected) {
      throw new RangeError(`${name}: expected ${expected} numbers, got ${values.length}`);
    }
  };
  check("lengths", lengths, rollouts);
  check("klPenalties", inputs.klPenalties, tokens);
  check("greedyRewards", inputs.greedyRewards, rollouts / groupSize);
  check("values", inputs.values, tokens);
  for (const [name, values] of Object.entries(components)) {
    check(`components.${name}`, values, rollouts);
  }
  if (!lengths.every((length) => length >= 1 && length <= responseTokens)) {
    throw new RangeError(`lengths: expected 1 to ${responseTokens} tokens, got ${lengths}`);
  }
  if (!rewards.every(Number.isFinite)) {
    throw new RangeError(`rewards: expected finite numbers, got ${rewards}`);
  }
}
