/** What scoring buys: accuracy per generated token, when every token spent on scoring counts. */
import { holm, mean } from "../core/statistics.ts";
import { spent } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";
import { centralArm } from "./ablation_design.ts";
import { accuracyCurve } from "./accuracy_curve.ts";
import { interpolate, meanHeight } from "./curve.ts";
import { type Difference, type Estimate, pairedDifference, seedEstimate } from "./paired_seeds.ts";
import { type ArmResults, doneRuns, type ExperimentResults } from "./results.ts";

/** One arm at the common budget. */
export interface ScoringCostRow {
  readonly arm: string;
  readonly isRandom: boolean;
  readonly isBase: boolean;
  /** Finished runs. */
  readonly n: number;
  /** Means per run over all of it: generated for training (groups left out included), and for scoring. */
  readonly trainingTokens: number;
  readonly scoringTokens: number;
  /** Share of the common budget that went into scoring; mean over seeds. */
  readonly scoringShare: number;
  /** Steps done when the budget was spent; mean over seeds, linear within a step. */
  readonly steps: number;
  /** Validation accuracy when the budget was spent. */
  readonly accuracy: Estimate;
  /** Mean height of the accuracy curve over tokens, from none to the budget. */
  readonly area: Estimate;
  /** Validation accuracy at the end, whatever it cost. */
  readonly finalAccuracy: Estimate;
  /** Accuracy at the budget less that of uniform sampling, p after Holm's correction; null for itself. */
  readonly toRandom: Difference | null;
  /** Accuracy at the budget less that of the base setting of VAS; not corrected; null for itself. */
  readonly toBase: Difference | null;
  /** Area less that of uniform sampling; not corrected. */
  readonly areaToRandom: Difference | null;
}

/** All arms at one number of generated tokens. */
export interface ScoringCost {
  /** Tokens generated for training and scoring that every finished run reached. */
  readonly budget: number;
  readonly random: string | null;
  readonly base: string | null;
  readonly rows: readonly ScoringCostRow[];
}

/** What a run had at the common budget. */
interface Outcome {
  readonly seed: number;
  readonly accuracy: number;
  readonly area: number;
  readonly finalAccuracy: number;
  readonly scoringShare: number;
  readonly steps: number;
}

/** Accuracy against tokens generated for training and scoring. */
const tokenCurve = (run: RunData) => accuracyCurve(run, "tokens");

/** What the run had generated when each record was written: for scoring, for training, and steps done. */
function generated(run: RunData) {
  return run.records.flatMap((record) => {
    if (!("tokens" in record && "rollouts" in record)) return [];
    return [{ all: spent(record.tokens), scoring: record.tokens.scoring, step: record.step }];
  });
}

function outcomeOf(run: RunData, budget: number): Outcome | null {
  const curve = tokenCurve(run), entries = generated(run);
  const accuracy = interpolate(curve, budget), area = meanHeight(curve, curve[0]?.x ?? 0, budget);
  if (accuracy === null || area === null) return null;
  const at = (valueOf: (entry: typeof entries[number]) => number) =>
    interpolate(
      [{ x: 0, y: 0 }, ...entries.map((entry) => ({ x: entry.all, y: valueOf(entry) }))],
      budget,
    )!;
  return {
    seed: run.seed,
    accuracy,
    area,
    finalAccuracy: curve.at(-1)!.y,
    scoringShare: at(({ scoring }) => scoring) / budget,
    steps: at(({ step }) => step),
  };
}

/** Finished runs with an accuracy curve. */
const measuredRuns = (arm: ArmResults) => doneRuns(arm).filter((run) => tokenCurve(run).length > 1);

/**
 * Every arm at the number of tokens that the cheapest run generated in all. Null where no run was evaluated twice.
 *
 * @param base name of the setting of VAS that the others are compared with; by default the one that differs
 *   least from the others
 */
export function scoringCost({ arms }: ExperimentResults, base?: string): ScoringCost | null {
  const known = arms.filter((arm) => measuredRuns(arm).length > 0);
  if (known.length === 0) return null;
  const budget = Math.min(
    ...known.flatMap(measuredRuns).map((run) => tokenCurve(run).at(-1)!.x),
  );
  const outcomes = new Map(known.map((arm) => [
    arm,
    measuredRuns(arm).flatMap((run) => outcomeOf(run, budget) ?? []),
  ]));
  const random = known.find(({ config }) => config.sampler.kind === "random") ?? null;
  const vas = known.filter(({ config }) => config.sampler.kind === "vas");
  const baseArm = vas.find(({ name }) => name === base) ?? centralArm(vas);
  const compare = (arm: ArmResults, other: ArmResults | null, metric: "accuracy" | "area") => {
    const values = (of: ArmResults) =>
      new Map(outcomes.get(of)!.map((outcome) => [outcome.seed, outcome[metric]]));
    return other === null || other === arm ? null : pairedDifference(values(arm), values(other));
  };
  const toRandom = known.map((arm) => compare(arm, random, "accuracy"));
  const tested = toRandom.filter((difference) => difference?.p != null);
  const corrected = holm(tested.map((difference) => difference!.p!));
  return {
    budget,
    random: random?.name ?? null,
    base: baseArm?.name ?? null,
    rows: known.map((arm, i) => {
      const own = outcomes.get(arm)!, ends = measuredRuns(arm).map((run) => generated(run).at(-1)!);
      const difference = toRandom[i]!, at = tested.indexOf(difference);
      return {
        arm: arm.name,
        isRandom: arm === random,
        isBase: arm === baseArm,
        n: own.length,
        trainingTokens: mean(ends.map(({ all, scoring }) => all - scoring)),
        scoringTokens: mean(ends.map(({ scoring }) => scoring)),
        scoringShare: mean(own.map(({ scoringShare }) => scoringShare)),
        steps: mean(own.map(({ steps }) => steps)),
        accuracy: seedEstimate(own.map(({ accuracy }) => accuracy))!,
        area: seedEstimate(own.map(({ area }) => area))!,
        finalAccuracy: seedEstimate(own.map(({ finalAccuracy }) => finalAccuracy))!,
        toRandom: difference === null || at < 0 ? difference : { ...difference, p: corrected[at]! },
        toBase: compare(arm, baseArm, "accuracy"),
        areaToRandom: compare(arm, random, "area"),
      };
    }),
  };
}
