/** The two-level decomposition Var[R] = E_Z[p_Z(1 − p_Z)] + Var_Z[p_Z] and the scores that stand for its parts. */
import { partialSpearman, spearmanInterval } from "../core/correlation.ts";
import { type Estimate, mean } from "../core/statistics.ts";
import { bySeed, type ProbedPrompt, type ProbeSet } from "./probes.ts";
import { byPrompt, meanCorrelation } from "./progress.ts";
import { promptBootstrap } from "./prompt_bootstrap.ts";

/** Scores that a probe takes from few rollouts. */
export const SCORES = ["ovs", "tdsInverseSelfBleu", "tdsDistinct3", "tdsEditDistance"] as const;
/** One of {@link SCORES}. */
export type Score = typeof SCORES[number];

/** Prompts of about one pass rate. */
export interface PathBin {
  readonly passRate: number;
  readonly count: number;
  readonly within: Estimate;
  readonly between: Estimate;
}

/** A score against the parts of the variance: rank correlations, mean over seeds, with the interval of one. */
export interface PartCorrelations {
  readonly score: Score | "squaredGradNorm";
  readonly within: Estimate;
  readonly between: Estimate;
  /** With the pass rate's variance, from the fresh rollouts. */
  readonly variance: Estimate;
}

/** The decomposition over all prompts. */
export interface VarianceDecomposition {
  readonly bins: readonly PathBin[];
  /** Means over prompts of E_Z[p_Z(1 − p_Z)], of Var_Z[p_Z], and of Var[R] from verdicts alone. */
  readonly within: Estimate;
  readonly between: Estimate;
  readonly variance: Estimate;
  /** Share of the two parts that lies between paths. */
  readonly betweenShare: Estimate;
  /** Mean of R − p_Z, 0 where p_Z is right. */
  readonly gap: Estimate;
  /** Means over prompts. */
  readonly closedReasoning: number;
  readonly rightOtherwise: number;
  readonly correlations: readonly PartCorrelations[];
  /** The same of ‖∇J_x‖², and with each part at a fixed size of the other. */
  readonly gradient: PartCorrelations & {
    readonly withinAlone: Estimate;
    readonly betweenAlone: Estimate;
  };
}

const BINS = 10;
const FEWEST = 5;

/** Prompts are sorted by the pass rate of their fresh rollouts; intervals are over prompts. */
export function varianceDecomposition(set: ProbeSet): VarianceDecomposition {
  const binOf = ({ freshPassRate }: ProbedPrompt) =>
    Math.min(BINS - 1, Math.floor(freshPassRate * BINS));
  const prompts = byPrompt(set).map((own) => own.map((row) => ({ row, bin: binOf(row) })));
  const all = prompts.flat();
  const counts = Array.from({ length: BINS }, (_, k) => all.filter(({ bin }) => bin === k).length);
  const used = [...counts.keys()].filter((bin) => counts[bin]! >= FEWEST);
  const estimates = promptBootstrap(set.prompts, (picked) => {
    const sums = Array.from({ length: BINS }, () => ({ count: 0, within: 0, between: 0 }));
    let count = 0, within = 0, between = 0, variance = 0, gap = 0;
    for (const index of picked) {
      for (const { row, bin } of prompts[index]!) {
        sums[bin]!.count++;
        sums[bin]!.within += row.withinPaths;
        sums[bin]!.between += row.betweenPaths;
        count++;
        within += row.withinPaths;
        between += row.betweenPaths;
        variance += row.variance;
        gap += row.pathGap;
      }
    }
    return [
      within / count,
      between / count,
      variance / count,
      between / (within + between),
      gap / count,
      ...used.flatMap((bin) => {
        const own = sums[bin]!;
        return [own.within / own.count, own.between / own.count];
      }),
    ];
  });
  const [within, between, variance, betweenShare, gap] = estimates;
  const perBin = estimates.slice(5);
  type Part = (row: ProbedPrompt) => number;
  const correlate = (score: PartCorrelations["score"], part: Part) =>
    meanCorrelation(
      bySeed(set).map((rows) => spearmanInterval(rows.map((row) => row[score]), rows.map(part))),
    );
  const withParts = <S extends PartCorrelations["score"]>(score: S) => ({
    score,
    within: correlate(score, (row) => row.withinPaths),
    between: correlate(score, (row) => row.betweenPaths),
    variance: correlate(score, (row) => row.freshVariance),
  });
  const alone = (part: Part, other: Part) =>
    meanCorrelation(
      bySeed(set).map((rows) =>
        partialSpearman(rows.map((row) => row.squaredGradNorm), rows.map(part), rows.map(other))
      ),
    );
  return {
    bins: used.map((bin, k) => ({
      passRate: mean(all.filter((one) => one.bin === bin).map(({ row }) => row.freshPassRate)),
      count: counts[bin]!,
      within: perBin[2 * k]!,
      between: perBin[2 * k + 1]!,
    })),
    within: within!,
    between: between!,
    variance: variance!,
    betweenShare: betweenShare!,
    gap: gap!,
    closedReasoning: mean(set.rows.map((row) => row.closedReasoning)),
    rightOtherwise: mean(set.rows.map((row) => row.rightOtherwise)),
    correlations: SCORES.map(withParts),
    gradient: {
      ...withParts("squaredGradNorm"),
      withinAlone: alone((row) => row.withinPaths, (row) => row.betweenPaths),
      betweenAlone: alone((row) => row.betweenPaths, (row) => row.withinPaths),
    },
  };
}
