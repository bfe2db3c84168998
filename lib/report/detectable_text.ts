/** Detectable effects as text: for reports and for the terminal. */
import { type Detectable, type SeedNoise, seedsForEffect } from "../analysis/detectable.ts";
import { formatCount, formatFixed, outcomeFormat } from "./format.ts";

/** A row whose noise is known. */
export type KnownDetectable = Detectable & { readonly noise: SeedNoise };

/** Whether enough seeds are finished to know the noise. */
export const isKnown = (row: Detectable): row is KnownDetectable => row.noise !== null;

/** More seeds than this are only said to be more. */
const MOST_SEEDS = 10_000;

/** A size in the outcome's unit, without a sign: `4.1 pp`. */
export function sizeText(row: Detectable, size: number): string {
  const typical = 10 * (row.noise?.deviation || size); // two significant digits are enough
  return outcomeFormat(row.outcome, typical).difference(size).replace("+", "");
}

/** The standard deviation with its interval: `1.1 pp [0.6, 3.0]`. */
export function deviationText(row: KnownDetectable): string {
  const { deviation, low, high } = row.noise;
  const bare = (size: number) => sizeText(row, size).replace(/ .*/, "");
  return `${sizeText(row, deviation)} [${bare(low)}, ${bare(high)}]`;
}

/** Seeds needed, with what the interval of the standard deviation makes of them: `24 [8, 900]`. */
export function seedsText(row: Detectable, effect: number): string {
  const needed = seedsForEffect(row, effect);
  if (needed === null) return "–";
  const count = (seeds: number) =>
    seeds > MOST_SEEDS ? `> ${formatCount(MOST_SEEDS)}` : formatCount(seeds);
  return `${count(needed.seeds)} [${count(needed.low)}, ${count(needed.high)}]`;
}

/** `2 pp or 2 %`: points of shares, per cent of the baseline's mean of other numbers. */
export function effectText(effect: number): string {
  const number = formatFixed(100 * effect, 2).replace(/\.?0+$/, "");
  return `${number} pp or ${number} %`;
}
