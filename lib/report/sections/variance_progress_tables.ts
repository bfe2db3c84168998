/** Tables of the Variance-Progress theorem measured. */
import { formatFixed, formatShare } from "../format.ts";
import { dataTable } from "../html/figure.ts";
import type { Html } from "../html/html.ts";
import { plainNumber, plainRange, rangeText } from "./probe_text.ts";
import type { MeasuredProgress } from "./variance_progress.ts";

const edge = (value: number) => value === Infinity ? "0.25" : formatFixed(value, 2);

/** A row per variance bin, the prompts without variance first. */
export function gradientTable({ gradient }: MeasuredProgress, policy: string): Html {
  const { bins, still } = gradient;
  const none = still.count === 0
    ? []
    : [["0 (all right or all wrong)", still.count, "0", plainNumber(still.squaredNorm), "–"]];
  return dataTable({
    label: `Squared gradient norm by reward variance, ${policy}`,
    head: [
      "Var[R] of fresh rollouts",
      "Measurements",
      "Mean Var[R]",
      "Mean ‖∇J‖² [95 %]",
      "Ratio [95 %]",
    ],
    rows: [
      ...none,
      ...bins.map(({ low, high, count, variance, squaredNorm, ratio }) => [
        `${edge(low)} to ${edge(high)}`,
        count,
        formatFixed(variance, 3),
        plainRange(squaredNorm),
        plainRange(ratio),
      ]),
    ],
  });
}

/** A row per step size. */
export function gainTable({ steps }: MeasuredProgress, policy: string): Html {
  return dataTable({
    label: `One-step gains and the bound, ${policy}`,
    head: [
      "η",
      "Mean gain [95 %]",
      "Gain/(η‖∇J‖²) [95 %]",
      "Bins where the bound holds, is open, fails",
      "Prompts at or above the bound [95 %]",
      "above by more than noise",
      "below by more than noise",
      "Correlation with Var[R] [95 %]",
    ],
    rows: steps.map((step) => {
      const bins = (wanted: string) => step.bins.filter(({ verdict }) => verdict === wanted).length;
      const percent = { ...step.holds };
      return [
        String(step.stepSize),
        plainRange(step.gain),
        rangeText(step.efficiency, { digits: 2 }),
        `${bins("holds")}, ${bins("open")}, ${bins("fails")}`,
        `${
          rangeText({
            ...percent,
            value: 100 * percent.value,
            low: 100 * percent.low,
            high: 100 * percent.high,
          }, { digits: 0 })
        } %`,
        formatShare(step.shown, 0),
        formatShare(step.contradicted, 0),
        rangeText(step.correlation, { digits: 2 }),
      ];
    }),
  });
}
