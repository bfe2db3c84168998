/** What a probe writes down per prompt: the columns of `ProbeRecord.file`. */
import type { ProbeConfig } from "./run_config.ts";

/**
 * One probed prompt. R is the accuracy verdict, 0 or 1, K the rollouts per prompt, and every response is sampled at the
 * training temperature. With no step sizes a file has the pass rate alone.
 */
export interface ProbeRow {
  /** Of the first K rollouts, those whose verdicts are in the outcomes file. */
  readonly passRate: number;
  /** Of K other rollouts by the same policy: the ones that gains are measured against. */
  readonly freshPassRate: number;
  /** Unbiased estimate of ‖∇J_x‖² from the first K rollouts, and its standard error (NaN for two groups). */
  readonly squaredGradNorm: number;
  readonly squaredGradNormError: number;
  /** Mean squared norm of the gradient of one group: of rewards less their mean, and of standardised rewards. */
  readonly groupSquaredNorm: number;
  readonly groupSquaredNormStandardized: number;
  /** E_Z[p_Z(1 − p_Z)] and Var_Z[p_Z], Z the reasoning of the first K rollouts. */
  readonly withinPaths: number;
  readonly betweenPaths: number;
  /** Mean of R − p_Z over the first K rollouts, 0 on average where p_Z is right, and its standard error. */
  readonly pathGap: number;
  readonly pathGapError: number;
  /** Share of the first K rollouts that close their reasoning. */
  readonly closedReasoning: number;
  /** Share of them that are right by another string than the one whose probability p_Z is. */
  readonly rightOtherwise: number;
  /** Scores of {@link SCORING_ROLLOUTS} further rollouts, as a sampler would take them. */
  readonly ovs: number;
  readonly tdsInverseSelfBleu: number;
  readonly tdsDistinct3: number;
  readonly tdsEditDistance: number;
}

/** Names of the columns of step size number `step`. */
export interface GainColumns {
  /** J_x(θ + ηg) − J_x(θ) from K rollouts each with the same random numbers, and its standard error. */
  readonly gain: string;
  readonly gainError: string;
  /** The same from importance weights on the rollouts at θ, and its standard error. */
  readonly weightedGain: string;
  readonly weightedGainError: string;
  /** (Σw)²/(K·Σw²) of these weights: 1 where all are equal. */
  readonly effectiveShare: string;
}

/** Columns of the gain at the step size with this index. */
export function gainColumns(step: number): GainColumns {
  return {
    gain: `gain${step}`,
    gainError: `gainError${step}`,
    weightedGain: `weightedGain${step}`,
    weightedGainError: `weightedGainError${step}`,
    effectiveShare: `effectiveShare${step}`,
  };
}

/** N of the scores in a probe: the paper's base row, and the public configuration. */
export const SCORING_ROLLOUTS = 8;

/** Diversity measures of a probe, with their columns. */
export const PROBE_DIVERSITY = {
  inverseSelfBleu: "tdsInverseSelfBleu",
  distinct3: "tdsDistinct3",
  editDistance: "tdsEditDistance",
} as const satisfies Readonly<Record<string, keyof ProbeRow>>;

/**
 * Rollouts of one probe at most: the first K and the fresh K of each prompt, K at each step size, and those to score;
 * K alone where there are no step sizes. A prompt whose rollouts are all right or all wrong has no step to take, and
 * spares those at the step sizes.
 */
export function mostProbeRollouts({ prompts, rollouts, stepSizes }: ProbeConfig): number {
  if (stepSizes.length === 0) return prompts * rollouts;
  return prompts * ((2 + stepSizes.length) * rollouts + SCORING_ROLLOUTS);
}
