/** What probes measured, prompt by prompt. */
import { quantileOf } from "../core/bootstrap.ts";
import { gainColumns, type ProbeRow } from "../schema/probe_row.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ProbeRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { recordsOf } from "./records_of.ts";
import { type ArmResults, doneRuns, type ExperimentResults } from "./results.ts";
import { ESTIMATORS } from "./score_noise.ts";

/** The gain of one step size: see {@link gainColumns}. */
export interface ProbedGain {
  readonly gain: number;
  readonly gainError: number;
  readonly weightedGain: number;
  readonly weightedGainError: number;
  readonly effectiveShare: number;
}

/** One prompt measured on one run's policy. */
export interface ProbedPrompt extends ProbeRow {
  /** Index in the pool. */
  readonly prompt: number;
  readonly seed: number;
  /** Var[R] without bias, from the first rollouts and from the fresh ones. */
  readonly variance: number;
  readonly freshVariance: number;
  /** One per step size. */
  readonly gains: readonly ProbedGain[];
}

/** The probes of an arm's runs after the same number of steps. */
export interface ProbeSet {
  readonly arm: string;
  readonly step: number;
  readonly seeds: readonly number[];
  /** Prompts of each seed, the same ones. */
  readonly prompts: number;
  /** K. */
  readonly rollouts: number;
  readonly stepSizes: readonly number[];
  readonly config: RunConfig;
  /** Seed after seed, prompt after prompt. */
  readonly rows: readonly ProbedPrompt[];
}

async function rowsOf(run: RunData, record: ProbeRecord): Promise<readonly ProbedPrompt[]> {
  const columns = await run.columns(record.file);
  const { prompts, rolloutsPerPrompt, stepSizes } = record;
  return Array.from({ length: prompts }, (_, prompt) => {
    const at = (name: string) => columns[name]?.[prompt] ?? NaN;
    const row = Object.fromEntries(
      Object.keys(columns).map((name) => [name, at(name)]),
    ) as unknown as ProbeRow; // the columns that the engine writes: a file of floats has no other type
    const varianceOf = (share: number) => ESTIMATORS.unbiased(share, rolloutsPerPrompt);
    return {
      ...row,
      prompt,
      seed: run.seed,
      variance: varianceOf(row.passRate),
      freshVariance: varianceOf(row.freshPassRate),
      gains: stepSizes.map((_, k) => {
        const names = gainColumns(k);
        return {
          gain: at(names.gain),
          gainError: at(names.gainError),
          weightedGain: at(names.weightedGain),
          weightedGainError: at(names.weightedGainError),
          effectiveShare: at(names.effectiveShare),
        };
      }),
    };
  });
}

const settingOf = ({ prompts, rolloutsPerPrompt, stepSizes }: ProbeRecord) =>
  JSON.stringify([prompts, rolloutsPerPrompt, stepSizes]);

async function probeSets(arm: ArmResults): Promise<readonly ProbeSet[]> {
  const found = doneRuns(arm).flatMap((run) =>
    recordsOf(run, "probe").filter(({ stepSizes }) => stepSizes.length > 0)
      .map((record) => ({ run, record }))
  );
  const [first] = found;
  if (first === undefined) return [];
  const same = found.filter(({ record }) => settingOf(record) === settingOf(first.record));
  // Runs with a token budget may end at different steps: then the probes after the last do not belong together.
  const sets = Map.groupBy(same, ({ record }) => record.step);
  return await Promise.all(
    [...sets].sort(([a], [b]) => a - b).map(async ([step, own]) => ({
      arm: arm.name,
      step,
      seeds: own.map(({ run }) => run.seed),
      prompts: first.record.prompts,
      rollouts: first.record.rolloutsPerPrompt,
      stepSizes: first.record.stepSizes,
      config: arm.config,
      rows: (await Promise.all(own.map(({ run, record }) => rowsOf(run, record)))).flat(),
    })),
  );
}

/** Every probe that measured steps, arm by arm and step by step; those that only judged are left out. */
export async function readProbes(results: ExperimentResults): Promise<readonly ProbeSet[]> {
  return (await Promise.all(results.arms.map(probeSets))).flat();
}

/** Rows of one seed each. */
export function bySeed({ rows }: ProbeSet): readonly (readonly ProbedPrompt[])[] {
  return [...Map.groupBy(rows, ({ seed }) => seed).values()];
}

/** Which measurement of a gain is used. */
export type GainMeasure = "weighted" | "direct";

/** Importance weights are used where they leave this share of the rollouts, for all but the given share of prompts. */
const ENOUGH_LEFT = 0.9, EXCEPTIONS = 0.1;

/**
 * How the gain at a step size is measured for all prompts: by importance weights while these are nearly even, which has
 * less noise; else by new rollouts with the same random numbers, for uneven weights miss what θ hardly ever samples and
 * their own standard error does not tell.
 */
export function gainMeasure({ rows }: ProbeSet, stepSize: number): GainMeasure {
  const left = rows.filter(({ groupSquaredNorm }) => groupSquaredNorm > 0)
    .map(({ gains }) => gains[stepSize]!.effectiveShare).sort((a, b) => a - b);
  return left.length > 0 && quantileOf(left, EXCEPTIONS) >= ENOUGH_LEFT ? "weighted" : "direct";
}

/** The gain of a prompt and its standard error by that measure. */
export function gainOf(
  { gains }: ProbedPrompt,
  stepSize: number,
  measure: GainMeasure,
): { readonly value: number; readonly error: number } {
  const { gain, gainError, weightedGain, weightedGainError } = gains[stepSize]!;
  return measure === "weighted"
    ? { value: weightedGain, error: weightedGainError }
    : { value: gain, error: gainError };
}
