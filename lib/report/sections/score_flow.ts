/** How prompts move up and down between refreshes, and how far their ranking lasts; beside it, the control. */
import { seedEstimate } from "../../analysis/paired_seeds.ts";
import type { ScoreDynamics, ScoreTransition } from "../../analysis/score_dynamics.ts";
import { type Flow, flowOf, type TransitionMatrix } from "../../analysis/transition.ts";
import { formatFixed, formatSigned } from "../format.ts";
import { dataTable } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { estimateText } from "./estimates.ts";

/** The movements of an arm, with the control that was scored where each begins. */
interface Movement {
  readonly label: string;
  readonly move: ScoreTransition | undefined;
  readonly control: ScoreTransition | undefined;
}

function movementsOf({ transitions }: ScoreDynamics): readonly Movement[] {
  return [...Map.groupBy(transitions, ({ fromStep }) => fromStep)].map(([step, found]) => {
    const move = found.find(({ control }) => !control);
    return {
      label: move === undefined ? `${step} (last)` : `${step} → ${move.toStep}`,
      move,
      control: found.find(({ control }) => control),
    };
  });
}

/** Mean over seeds ± half a 95 % Student-t interval. */
function spread(values: readonly number[] | undefined, digits: number, signed = false): string {
  const estimate = seedEstimate(values ?? []);
  if (estimate === null) return "–";
  const { mean, high } = estimate;
  const text = signed ? formatSigned(mean, digits) : formatFixed(mean, digits);
  return high === null ? text : `${text} ± ${formatFixed(high - mean, digits)}`;
}

/** Shares of prompts that move up and down, and their mean move: ours, the control's, the paper's. */
export function flowTable(
  dynamics: ScoreDynamics,
  paper: readonly { readonly fromStep: number; readonly counts: TransitionMatrix }[],
): Html {
  const unit = dynamics.binning.kind === "levels" ? "levels" : "bins";
  return dataTable({
    label: `Prompts moving up and down, ${dynamics.arm}`,
    head: [
      "Refreshes",
      "Up",
      "control",
      "paper",
      "Down",
      "control",
      "paper",
      `Mean move (${unit})`,
      "control",
      "paper",
      "Rank correlation",
      "control",
    ],
    rows: movementsOf(dynamics).map(({ label, move, control }) => {
      const theirs = paper.find(({ fromStep }) => fromStep === move?.fromStep);
      const paperFlow = theirs === undefined ? null : flowOf(theirs.counts);
      const column = (key: keyof Flow, signed: boolean) => [
        spread(move?.flow.map((flow) => flow[key]), 2, signed),
        spread(control?.flow.map((flow) => flow[key]), 2, signed),
        move === undefined || paperFlow === null
          ? "–"
          : (signed ? formatSigned : formatFixed)(paperFlow[key], 2),
      ];
      return [
        label,
        ...column("up", false),
        ...column("down", false),
        ...column("meanMove", true),
        spread(move?.rankCorrelation, 2),
        spread(control?.rankCorrelation, 2),
      ];
    }),
  });
}

/** Whether the ranking became more stable, beyond what scoring noise did: last movement less the first. */
export function stability(dynamics: ScoreDynamics): Html | null {
  const moves = movementsOf(dynamics).filter(({ move }) => move !== undefined);
  const first = moves[0], last = moves.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  const change = (valuesOf: (movement: Movement) => readonly number[] | undefined) => {
    const before = valuesOf(first) ?? [], after = valuesOf(last) ?? [];
    return before.length !== after.length
      ? null
      : seedEstimate(after.map((value, seed) => value - before[seed]!));
  };
  const moved = change(({ move }) => move?.rankCorrelation);
  const again = change(({ control }) => control?.rankCorrelation);
  const beyond = change(({ move, control }) => {
    const own = move?.rankCorrelation ?? [], noise = control?.rankCorrelation ?? [];
    return own.length !== noise.length ? undefined : own.map((value, seed) => value - noise[seed]!);
  });
  if (moved === null) return null;
  return markup`<p>“Rankings stabilise”: from ${first.label} to ${last.label} the rank correlation between refreshes changed by ${
    estimateText(moved, 2, true)
  }${
    again === null || beyond === null
      ? ", without a control to compare it with"
      : `, that of the control by ${estimateText(again, 2, true)}; the first less the second: ${
        estimateText(beyond, 2, true)
      }`
  } (n = ${moved.n}, differences by seed).</p>`;
}
