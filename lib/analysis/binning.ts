/** Scores sorted into equal bins, or into their levels where there are few. */

/** How values are sorted. */
export interface Binning {
  /** `levels`: each distinct value has a bin of its own. */
  readonly kind: "bins" | "levels";
  /** Lower and upper edge of each bin; both are the value itself for levels. */
  readonly bins: readonly { readonly low: number; readonly high: number }[];
  readonly indexOf: (value: number) => number;
}

/** Scores closer than this are the same level: they are stored in single precision. */
const RESOLUTION = 1e-5;

/** `count` equal bins over [low, high]; a value on an inner edge belongs to the upper bin, values outside to the ends. */
export function equalBins(count: number, low: number, high: number): Binning {
  const width = (high - low) / count;
  return {
    kind: "bins",
    bins: Array.from({ length: count }, (_, i) => ({
      low: low + i * width,
      high: i === count - 1 ? high : low + (i + 1) * width,
    })),
    indexOf: (value) =>
      Math.min(count - 1, Math.max(0, Math.floor((value - low) / width + RESOLUTION))),
  };
}

/** Equal bins over the range, or the levels themselves when there are no more of them than bins. */
export function chooseBinning(
  values: Iterable<ArrayLike<number>>,
  { count, low, high }: { readonly count: number; readonly low: number; readonly high: number },
): Binning {
  const seen = new Set<number>();
  for (const array of values) {
    for (let i = 0; i < array.length && seen.size <= count; i++) {
      seen.add(Math.round(array[i]! / RESOLUTION));
    }
  }
  if (seen.size > count || seen.size === 0) return equalBins(count, low, high);
  const keys = [...seen].sort((a, b) => a - b);
  const index = new Map(keys.map((key, i) => [key, i]));
  return {
    kind: "levels",
    bins: keys.map((key) => ({ low: key * RESOLUTION, high: key * RESOLUTION })),
    indexOf: (value) => index.get(Math.round(value / RESOLUTION))!,
  };
}

/** How many values fall into each bin. */
export function histogram(values: ArrayLike<number>, binning: Binning): number[] {
  const counts = new Array<number>(binning.bins.length).fill(0);
  for (let i = 0; i < values.length; i++) counts[binning.indexOf(values[i]!)]! += 1;
  return counts;
}
