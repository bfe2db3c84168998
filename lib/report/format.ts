/** Numbers as people read them. */
import type { Outcome } from "../analysis/outcome.ts";

/** U+2212, as wide as the plus sign. */
const MINUS = "−";

/** With `digits` decimals and a true minus sign; a dash for nothing. */
export function formatFixed(value: number | null, digits: number): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

/** Decimals that leave about three significant digits, at most four. */
export function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(size)) return 2;
  return Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** About three significant digits. */
export function formatNumber(value: number | null, digits?: number): string {
  return formatFixed(value, digits ?? digitsFor(value ?? 0));
}

/** With a sign in front. */
export function formatSigned(value: number | null, digits: number): string {
  const text = formatFixed(value, digits);
  return value === null || text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
}

/** A share in per cent. */
export function formatShare(value: number | null, digits = 1): string {
  return value === null || !Number.isFinite(value) ? "–" : `${formatFixed(100 * value, digits)} %`;
}

/** Thousands apart: `17,920`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** p-values below 0.001 are no more than that. */
export function formatP(p: number | null): string {
  if (p === null) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Bytes as kB or MB. */
export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** An outcome's value, and a difference of two with its interval, in the outcome's unit. */
export function outcomeFormat({ unit }: Outcome, typical: number): {
  readonly value: (value: number) => string;
  readonly difference: (value: number) => string;
  readonly interval: (low: number | null, high: number | null) => string;
} {
  const scale = unit === "share" ? 100 : 1;
  const digits = Math.max(unit === "share" ? 1 : 2, digitsFor(scale * typical));
  const signed = (value: number) => formatSigned(scale * value, digits);
  return {
    value: (value) => unit === "share" ? formatShare(value, digits) : formatFixed(value, digits),
    difference: (value) => unit === "share" ? `${signed(value)} pp` : signed(value),
    interval: (low, high) =>
      low === null || high === null ? "no interval" : `[${signed(low)}, ${signed(high)}]`,
  };
}
