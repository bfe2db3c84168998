/** Pass rates of the pool before the first step: the spread that any sampler has to work with. */
import type { ExperimentResults } from "./results.ts";
import { readScorings } from "./scorings.ts";

/** Pass rate of every prompt of the pool under the policy that training starts from. */
export interface PoolPassRates {
  /** In pool order. // [prompts] */
  readonly passRates: readonly number[];
  /** Rollouts that each pass rate is counted from. */
  readonly rollouts: number;
  /** Scorings that were put together. */
  readonly scorings: number;
}

/**
 * All step-0 scorings put together, those repeated as a control too: they judge the same policy on the same pool.
 * Only arms with the first arm's model, pool and cold start are read. Null when no run scored.
 */
export async function poolPassRates(results: ExperimentResults): Promise<PoolPassRates | null> {
  const start = ({ model, dataset, coldStart, decoding }: ExperimentResults["arms"][0]["config"]) =>
    JSON.stringify([model, dataset, coldStart, decoding]);
  const [first] = results.arms;
  if (first === undefined) return null;
  let sums: number[] | null = null, rollouts = 0, scorings = 0;
  for (const arm of results.arms) {
    if (start(arm.config) !== start(first.config)) continue;
    for (const scoring of await readScorings(arm, (step) => step === 0)) {
      sums ??= new Array<number>(scoring.scores.passRate.length).fill(0);
      const { passRate } = scoring.scores;
      for (let i = 0; i < passRate.length; i++) sums[i]! += passRate[i]! * scoring.rollouts;
      rollouts += scoring.rollouts;
      scorings++;
    }
  }
  if (sums === null) return null;
  return { passRates: sums.map((sum) => sum / rollouts), rollouts, scorings };
}

/** Pass rates of a part of the pool. */
export interface PassRateSummary {
  readonly prompts: number;
  /** Mean pass rate. */
  readonly mean: number;
  /** Share of prompts that were never, and that were always answered as the key says. */
  readonly never: number;
  readonly always: number;
}

/** @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(summarizeRates([0, 0.5, 1, 0.5]), { prompts: 4, mean: 0.5, never: 0.25, always: 0.25 });
 * ```
 */
export function summarizeRates(passRates: readonly number[]): PassRateSummary {
  const share = (wanted: number) =>
    passRates.filter((rate) => rate === wanted).length / passRates.length;
  const mean = passRates.reduce((sum, rate) => sum + rate, 0) / passRates.length;
  return { prompts: passRates.length, mean, never: share(0), always: share(1) };
}

/** Shares of prompts that are nearly always wrong, nearly always right, and in between. */
export interface Spread {
  /** Pass rate below 0.1. */
  readonly low: number;
  /** Pass rate above 0.9. */
  readonly high: number;
  /** Pass rate in [0.2, 0.8]. */
  readonly between: number;
}

/** @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(spreadOf([0, 0.1, 0.2, 0.8, 0.95]), { low: 0.2, high: 0.2, between: 0.4 });
 * ```
 */
export function spreadOf(passRates: readonly number[]): Spread {
  const share = (test: (rate: number) => boolean) =>
    passRates.filter(test).length / passRates.length;
  return {
    low: share((rate) => rate < 0.1),
    high: share((rate) => rate > 0.9),
    between: share((rate) => rate >= 0.2 && rate <= 0.8),
  };
}
