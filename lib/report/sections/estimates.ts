/** Estimates over seeds as text, for sections with accuracies: in per cent, differences in points. */
import type { Estimate } from "../../analysis/paired_seeds.ts";
import { formatFixed, formatSigned } from "../format.ts";

/** `48.2 [46.1, 50.3]`; without an interval where there is none; a dash for nothing. */
export function percentText(estimate: Estimate | null, digits = 1): string {
  return text(estimate, 100, digits, formatFixed);
}

/** `+0.3 [−0.8, +1.4]`, in percentage points. */
export function pointsText(estimate: Estimate | null, digits = 1): string {
  return text(estimate, 100, digits, formatSigned);
}

/** As it is, without a unit. */
export function estimateText(estimate: Estimate | null, digits: number, signed = false): string {
  return text(estimate, 1, digits, signed ? formatSigned : formatFixed);
}

function text(
  estimate: Estimate | null,
  scale: number,
  digits: number,
  format: (value: number, digits: number) => string,
): string {
  if (estimate === null) return "–";
  const { mean, low, high } = estimate;
  const number = (value: number) => format(scale * value, digits);
  return low === null || high === null
    ? number(mean)
    : `${number(mean)} [${number(low)}, ${number(high)}]`;
}

/** `n = 3`, or `n = 2 to 3`. */
export function countText(counts: readonly number[]): string {
  const low = Math.min(...counts), high = Math.max(...counts);
  return low === high ? `n = ${low}` : `n = ${low} to ${high}`;
}
