/** Every run of a plan with its status, why it would run, and what it would cost. Plain data, fit for JSON. */
import type { ColdStartIdentity } from "../schema/identity.ts";
import { show } from "../schema/path.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { GenerationCount } from "../schema/run_record.ts";
import type { RunStatus } from "../store/run_data.ts";
import { valueLabel } from "./axes.ts";
import type { Factors } from "./case.ts";
import { createEstimator, plannedRollouts } from "./estimate.ts";
import { type Difference, nearest } from "./nearest.ts";
import type { Plan, PlannedRun } from "./plan.ts";

/** Where a run stands, and for a failed one why. */
export interface RunState {
  readonly status: RunStatus;
  readonly why?: string;
}

/** A run that is in the store, of whatever experiment. */
export interface HistoryRun {
  readonly id: string;
  readonly seed: number;
  readonly config: RunConfig;
  /** Null while it is not finished. */
  readonly seconds: number | null;
}

/** What the store already has. */
export interface PlanHistory {
  readonly runs: readonly HistoryRun[];
  /** Finished ones. */
  readonly coldStarts?: readonly {
    readonly identity: ColdStartIdentity;
    readonly seconds: number;
  }[];
}

/** One run of the plan. */
export interface RunDescription {
  readonly id: string;
  /** The first of `cases`, or which stage of which case it is. */
  readonly label: string;
  /**
   * Names of the cases it stands for: several where their settings are equal, none for a stage that is only there
   * for others to begin from.
   */
  readonly cases: readonly string[];
  /** Id of the run it begins from, null for the cold start. */
  readonly previous: string | null;
  /** Null for a pretrained model. */
  readonly coldStart: string | null;
  /** Path → value of what tells its case from the others. */
  readonly factors: Factors;
  readonly seed: number;
  readonly status: RunStatus;
  /** Why it would run, "" when it is done. */
  readonly why: string;
  /** All rollouts of the run, whether it is done or not. */
  readonly rollouts: GenerationCount;
  /** Estimate for one process; 0 when it is done, null for a pretrained model, which runs elsewhere. */
  readonly seconds: number | null;
}

/** One cold start of the plan. */
export interface ColdStartDescription {
  readonly id: string;
  readonly status: RunStatus;
  readonly why: string;
  readonly demonstrations: number;
  readonly seconds: number;
}

/** A plan, described. */
export interface PlanDescription {
  readonly name: string;
  readonly question: string;
  readonly cases: number;
  readonly seeds: readonly number[];
  readonly hasQuickVersion: boolean;
  readonly runs: readonly RunDescription[];
  readonly coldStarts: readonly ColdStartDescription[];
  readonly totals: {
    /** Runs by status. */
    readonly statuses: Readonly<Partial<Record<RunStatus, number>>>;
    /** Of the runs that are not done. */
    readonly rollouts: GenerationCount;
    /** Without pretrained models, whose time is not known here. */
    readonly seconds: number;
    /** Of the longest chain of runs of which each begins from the one before. */
    readonly chainSeconds: number;
    readonly coldStartSeconds: number;
    /** Case-and-seed pairs that need no run of their own, for another pair has the same settings. */
    readonly shared: number;
    /** Finished runs in the store that the estimate of time comes from; with none, it is a default rate. */
    readonly measuredRuns: number;
  };
}

/**
 * Describes a plan against what the store has.
 *
 * @param states by the name of the folder: a run's id, `cold_start-<id>` for a cold start. None means to do.
 */
export function describePlan(
  plan: Plan,
  states: ReadonlyMap<string, RunState>,
  history: PlanHistory = { runs: [] },
): PlanDescription {
  const timed = history.runs.flatMap(({ config, seconds }) =>
    seconds === null ? [] : [{ config, seconds }]
  );
  const estimate = createEstimator(timed, history.coldStarts ?? []);
  const cellsOf = new Map<string, { cases: string[]; factors: Factors }>();
  for (const { label, factors, runs } of plan.cells) {
    for (const { id } of runs) {
      const known = cellsOf.get(id);
      if (known === undefined) cellsOf.set(id, { cases: [label], factors });
      else known.cases.push(label);
    }
  }
  const why = createExplanation(plan, history.runs);
  const blocked = createBlocks(plan, states);
  const perConfig = new Map<RunConfig, { rollouts: GenerationCount; seconds: number | null }>();
  const costOf = (config: RunConfig) => {
    let cost = perConfig.get(config);
    if (cost === undefined) {
      const seconds = config.model.kind === "pretrained" ? null : estimate.run(config);
      cost = { rollouts: plannedRollouts(config), seconds };
      perConfig.set(config, cost);
    }
    return cost;
  };
  const runs = plan.runs.map((run): RunDescription => {
    const state = states.get(run.id) ?? { status: "to do" };
    const { rollouts, seconds } = costOf(run.config);
    return {
      id: run.id,
      label: run.label,
      ...(cellsOf.get(run.id) ?? { cases: [], factors: {} }),
      previous: run.previous,
      coldStart: run.coldStart,
      seed: run.seed,
      status: state.status,
      why: state.status === "to do" ? blocked(run) ?? why(run) : whyAgain(state),
      rollouts,
      seconds: state.status === "done" ? 0 : seconds,
    };
  });
  const coldStarts = plan.coldStarts.map(({ id, identity }): ColdStartDescription => {
    const state = states.get(`cold_start-${id}`) ?? { status: "to do" };
    return {
      id,
      status: state.status,
      why: state.status === "to do" ? "never made" : whyAgain(state),
      demonstrations: identity.coldStart.steps * identity.coldStart.batchSize,
      seconds: state.status === "done" ? 0 : estimate.coldStart(identity),
    };
  });
  const pairs = plan.cells.reduce((sum, cell) => sum + cell.runs.length, 0);
  return {
    name: plan.name,
    question: plan.question,
    cases: plan.cells.length,
    seeds: plan.seeds,
    hasQuickVersion: plan.hasQuickVersion,
    runs,
    coldStarts,
    totals: {
      ...totalsOf(runs),
      coldStartSeconds: coldStarts.reduce((sum, { seconds }) => sum + seconds, 0),
      shared: pairs - cellsOf.size,
      measuredRuns: timed.length,
    },
  };
}

function totalsOf(runs: readonly RunDescription[]) {
  const statuses: Partial<Record<RunStatus, number>> = {};
  const rollouts = { training: 0, discarded: 0, scoring: 0, validation: 0 };
  const chains = new Map<string | null, number>(); // a stage stands before what begins from it
  let seconds = 0, chainSeconds = 0;
  for (const run of runs) {
    statuses[run.status] = (statuses[run.status] ?? 0) + 1;
    const chain = (chains.get(run.previous) ?? 0) + (run.seconds ?? 0);
    chains.set(run.id, chain);
    chainSeconds = Math.max(chainSeconds, chain);
    if (run.status === "done") continue;
    seconds += run.seconds ?? 0;
    rollouts.training += run.rollouts.training;
    rollouts.discarded += run.rollouts.discarded;
    rollouts.scoring += run.rollouts.scoring;
    rollouts.validation += run.rollouts.validation;
  }
  return { statuses, rollouts, seconds, chainSeconds };
}

/** Why a run that was never begun cannot be: the stage or the cold start it begins from has failed; else null. */
function createBlocks(
  plan: Plan,
  states: ReadonlyMap<string, RunState>,
): (run: PlannedRun) => string | null {
  const runs = new Map(plan.runs.map((run) => [run.id, run]));
  return ({ previous, coldStart }) => {
    for (let id = previous; id !== null; id = runs.get(id)?.previous ?? null) {
      const status = states.get(id)?.status;
      if (status === "done") return null;
      if (status === "failed") return `begins from run ${id}, which failed`;
    }
    const status = coldStart === null ? "to do" : states.get(`cold_start-${coldStart}`)?.status;
    return status === "failed" ? `begins from cold start ${coldStart}, which failed` : null;
  };
}

/** Why something that was begun would be executed. */
function whyAgain({ status, why = "" }: RunState): string {
  switch (status) {
    case "done":
      return "";
    case "failed":
      return `failed${why === "" ? "" : `: ${why}`}; --retry-failed runs it again`;
    case "interrupted":
      return "interrupted; goes on where it stopped";
    case "running":
      return "being executed now";
    case "to do":
      return why;
  }
}

/** Why a run that was never begun is not done yet: in what it differs from the nearest one that exists. */
function createExplanation(
  plan: Plan,
  history: readonly HistoryRun[],
): (run: PlannedRun) => string {
  const existing = [...new Map(history.map((run) => [JSON.stringify(run.config), run])).values()];
  const [first, ...others] = existing.map(({ config }) => config);
  if (first === undefined) return () => "never run";
  const planned = [...new Set(plan.runs.map(({ config }) => config))];
  const found = nearest(planned, [first, ...others]);
  const texts = new Map(planned.map((config, i) => {
    const { index, differences } = found[i]!, { id } = existing[index]!;
    if (differences.length === 0) return [config, `new seed; run ${id} has these settings`];
    return [config, `never run; nearest is ${id}: ${changesInWords(differences)}`];
  }));
  return (run) => texts.get(run.config)!;
}

/**
 * "sampler.mixtureRatio 0.5 → 0.3". A changed kind stands for the fields that come and go with it, and so does what
 * was null or has become null.
 */
function changesInWords(changed: readonly Difference[]): string {
  const inWords = (value: unknown) =>
    value === null ? "null" : value === undefined ? "{…}" : valueLabelOf(value);
  const ownerOf = ({ field, before, now }: Difference) => {
    const comesOrGoes = before === undefined || now === undefined;
    if (comesOrGoes) return before === null || now === null ? `${field}.` : null;
    return field.endsWith(".kind") ? field.slice(0, -"kind".length) : null;
  };
  const owners = changed.map(ownerOf).filter((owner) => owner !== null);
  const told = changed.filter((change) =>
    !owners.some((owner) => change.field.startsWith(owner) && ownerOf(change) !== owner)
  );
  const texts = told.slice(0, 3).map(({ field, before, now }) =>
    `${field} ${inWords(before)} → ${inWords(now)}`
  );
  return texts.join(", ") + (told.length > 3 ? ` and ${told.length - 3} more` : "");
}

function valueLabelOf(value: unknown): string {
  return typeof value === "string" ? valueLabel(value) : show(value);
}
