/** What each run cost: rollouts and tokens by purpose, seconds by phase. */
import { type ColumnTable, loadArquero } from "../../deps.ts";
import type { GenerationCount } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { doneRuns, type ExperimentResults } from "./results.ts";
import { createTable, rowsOf, type Table } from "./table.ts";

/** The cost of one run. */
export interface CostRow {
  readonly arm: string;
  readonly seed: number;
  readonly trainingRollouts: number;
  readonly discardedRollouts: number;
  readonly scoringRollouts: number;
  readonly validationRollouts: number;
  readonly trainingTokens: number;
  readonly discardedTokens: number;
  readonly scoringTokens: number;
  readonly validationTokens: number;
  readonly drawSeconds: number;
  readonly rolloutSeconds: number;
  readonly rewardSeconds: number;
  readonly referenceSeconds: number;
  readonly updateSeconds: number;
  /** Re-scoring the pool for the sampler. */
  readonly scoringSeconds: number;
  /** Evaluations, probes, and scoring repeated as a control. */
  readonly measuringSeconds: number;
}

export const COST_COLUMNS = [
  "arm",
  "seed",
  "trainingRollouts",
  "discardedRollouts",
  "scoringRollouts",
  "validationRollouts",
  "trainingTokens",
  "discardedTokens",
  "scoringTokens",
  "validationTokens",
  "drawSeconds",
  "rolloutSeconds",
  "rewardSeconds",
  "referenceSeconds",
  "updateSeconds",
  "scoringSeconds",
  "measuringSeconds",
] as const satisfies readonly (keyof CostRow)[];

const NOTHING: GenerationCount = { training: 0, discarded: 0, scoring: 0, validation: 0 };

function costOf(arm: string, run: RunData): CostRow {
  let rollouts = NOTHING, tokens = NOTHING;
  let draw = 0, rollout = 0, reward = 0, reference = 0, update = 0, scoring = 0, measuring = 0;
  for (const record of run.records) {
    if ("rollouts" in record && "tokens" in record) ({ rollouts, tokens } = record);
    if (record.kind === "step") {
      draw += record.seconds.draw;
      rollout += record.seconds.rollout;
      reward += record.seconds.reward;
      reference += record.seconds.reference;
      update += record.seconds.update;
    } else if (record.kind === "evaluation" || record.kind === "probe") {
      measuring += record.seconds.total;
    } else if (record.kind === "refresh") {
      if (record.control) measuring += record.seconds.total;
      else scoring += record.seconds.total;
    }
  }
  return {
    arm,
    seed: run.seed,
    trainingRollouts: rollouts.training,
    discardedRollouts: rollouts.discarded,
    scoringRollouts: rollouts.scoring,
    validationRollouts: rollouts.validation,
    trainingTokens: tokens.training,
    discardedTokens: tokens.discarded,
    scoringTokens: tokens.scoring,
    validationTokens: tokens.validation,
    drawSeconds: draw,
    rolloutSeconds: rollout,
    rewardSeconds: reward,
    referenceSeconds: reference,
    updateSeconds: update,
    scoringSeconds: scoring,
    measuringSeconds: measuring,
  };
}

/** One row per finished run. */
export function costTable(results: ExperimentResults): Promise<Table<CostRow>> {
  return createTable<CostRow>(
    COST_COLUMNS,
    results.arms.flatMap((arm) => doneRuns(arm).map((run) => costOf(arm.name, run))),
  );
}

/** The mean of every column over an arm's seeds. */
export type MeanCost = Omit<CostRow, "seed"> & { readonly n: number };

/** One row per arm. */
export async function meanCosts(table: Table<CostRow>): Promise<readonly MeanCost[]> {
  const { op } = await loadArquero();
  const measured = COST_COLUMNS.filter((name) => name !== "arm" && name !== "seed");
  const untyped: ColumnTable = table;
  const means: Table<MeanCost> = untyped.groupby("arm").rollup({
    n: op.count(),
    ...Object.fromEntries(measured.map((name) => [name, op.mean(name)])),
  });
  return rowsOf(means);
}
