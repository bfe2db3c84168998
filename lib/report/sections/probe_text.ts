/** What the sections on probes share: names, captions, numbers with intervals. */
import { quantileOf } from "../../core/bootstrap.ts";
import type { ProbeSet } from "../../analysis/probes.ts";
import type { Score } from "../../analysis/variance_decomposition.ts";
import type { Estimate } from "../../core/statistics.ts";
import type { ReportContext } from "../define_report.ts";
import { digitsFor, formatFixed, formatSigned } from "../format.ts";

/** `0.71 [0.65, 0.76]`; without an interval where it has none. */
export function rangeText(
  { value, low, high }: Estimate,
  { digits = digitsFor(value), signed = false }: {
    readonly digits?: number;
    readonly signed?: boolean;
  } = {},
): string {
  const text = (number: number) => (signed ? formatSigned : formatFixed)(number, digits);
  return Number.isNaN(low + high) ? text(value) : `${text(value)} [${text(low)}, ${text(high)}]`;
}

/** A small or large number with three digits: `4.1e−5` where decimals would be many. */
export function plainNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 0.001 && size < 100_000)) return formatFixed(value, digitsFor(value));
  return value.toExponential(1).replace("-", "−").replace("e+", "e").replace("e-", "e−");
}

/** {@link plainNumber} with its interval. */
export function plainRange({ value, low, high }: Estimate): string {
  return Number.isNaN(low + high)
    ? plainNumber(value)
    : `${plainNumber(value)} [${plainNumber(low)}, ${plainNumber(high)}]`;
}

/** Which policy was probed: `after the cold start`, `after 35 steps`, with the arm's name where there are several. */
export function policyName({ step, arm }: ProbeSet, sets: readonly ProbeSet[]): string {
  const when = step === 0 ? "after the cold start" : `after ${step} steps`;
  return new Set(sets.map(({ arm }) => arm)).size > 1 ? `${when}, ${arm}` : when;
}

/** {@link policyName} with a capital letter. */
export function policyTitle(set: ProbeSet, sets: readonly ProbeSet[]): string {
  const name = policyName(set, sets);
  return name[0]!.toUpperCase() + name.slice(1);
}

/** What was measured on how many, and what intervals speak of. */
export function probeCaption(
  { prompts, rollouts, seeds }: ProbeSet,
  { seedMeaning }: ReportContext,
): string {
  const list = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(", ")}`;
  return `${prompts} prompts of the training pool on the policy of each run (${list}), ${rollouts} rollouts at the training temperature for every quantity. Intervals: 95 %, percentile bootstrap over prompts, each with what all seeds measured on it; they speak of other prompts, not of other policies. ${seedMeaning}`;
}

/** At most so many, evenly picked. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor(i * items.length / most)]!);
}

/** An axis that shows all but the outermost hundredths, and always 0. */
export function innerDomain(values: readonly number[]): readonly [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const low = Math.min(0, quantileOf(sorted, 0.01)), high = Math.max(0, quantileOf(sorted, 0.99));
  const space = 0.05 * (high - low) || 1;
  return [low - (low < 0 ? space : 0), high + space];
}

/** Scores as they are called in tables. */
export const SCORE_NAMES: Readonly<Record<Score | "squaredGradNorm", string>> = {
  ovs: "OVS",
  tdsInverseSelfBleu: "TDS, inverse self-BLEU",
  tdsDistinct3: "TDS, distinct-3",
  tdsEditDistance: "TDS, squared edit distance",
  squaredGradNorm: "‖∇J‖²",
};
