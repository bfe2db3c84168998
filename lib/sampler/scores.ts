/** Scores of prompts (MMR1, arXiv 2509.21268, section 4.1). Trajectory diversity is in `diversity.ts`. */
import type { PromptScores } from "../engine/engine_step.ts";

/**
 * OVS(x) = P(x)·(1 − P(x)): the variance of a 0/1 reward with mean `passRate`; at most ¼, at ½.
 *
 * From N rollouts it comes out low by the factor (N − 1)/N on average, and so equally for every prompt.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual([0, 0.25, 0.5, 1].map(outcomeVariance), [0, 0.1875, 0.25, 0]);
 * ```
 */
export function outcomeVariance(passRate: number): number {
  return passRate * (1 - passRate);
}

/** VPS(x) = α·OVS(x) + β·TDS(x), with α = `weights.ovs` and β = `weights.tds`. */
export function variancePromotion(
  ovs: number,
  tds: number,
  weights: { readonly ovs: number; readonly tds: number },
): number {
  return weights.ovs * ovs + weights.tds * tds;
}

/** Keeps the rescaling defined where all values are equal. */
const SPREAD_EPSILON = 1e-8;

/**
 * (w − min)/(max − min + 1e-8): keeps the ranking, takes the lowest value to 0; all zeros where all values are
 * equal. Source: MMR1 verl/trainer/ray_trainer.py, `_compute_curriculum_weights`.
 */
export function minMaxNormalized(values: Float32Array): Float32Array {
  let min = Infinity, max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return values.map((value) => (value - min) / (max - min + SPREAD_EPSILON));
}

/** Errors: a RangeError that names the first score that is not a finite number in [0, `max`], or a wrong count. */
export function checkScores(
  name: string,
  values: Float32Array,
  prompts: number,
  max: number,
): void {
  if (values.length !== prompts) {
    throw new RangeError(`${name}: expected ${prompts} prompts, got ${values.length}`);
  }
  const bad = values.findIndex((value) => !(value >= 0 && value <= max && value < Infinity));
  if (bad >= 0) {
    const range = max === Infinity ? "a finite number ≥ 0" : `a number in [0, ${max}]`;
    throw new RangeError(`${name} of prompt ${bad}: expected ${range}, got ${values[bad]}`);
  }
}

/**
 * What samplers that go by pass rates alone report of a scoring: VPS is OVS, TDS is 0, and all are NaN for prompts that
 * were not scored now.
 *
 * @param prompts in the pool
 * @param step finished steps
 * @param scored [n] pool indices
 * @param passRate [n]
 */
export function passRateScores(
  prompts: number,
  step: number,
  scored: Int32Array,
  passRate: Float32Array,
): Omit<PromptScores, "weight"> {
  checkScores("passRate", passRate, scored.length, 1);
  const column = (value: (i: number) => number) => {
    const values = new Float32Array(prompts).fill(NaN);
    scored.forEach((prompt, i) => values[prompt] = value(i));
    return values;
  };
  const ovs = column((i) => outcomeVariance(passRate[i]!));
  return {
    scoredAt: column(() => step),
    passRate: column((i) => passRate[i]!),
    ovs,
    tds: column(() => 0),
    vps: ovs.slice(),
  };
}
