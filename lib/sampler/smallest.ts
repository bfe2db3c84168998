/** Picks the places of the smallest values without sorting them all. */
import { everyIndex } from "./uniform_draw.ts";

/**
 * The places of the `count` smallest keys, in the order of the places; of equal keys the earlier ones. O(n).
 *
 * @param keys none of them NaN
 * @returns [min(count, keys.length)]
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(smallest(Float64Array.of(5, 1, 4, 1, 3), 3), Int32Array.of(1, 3, 4));
 * ```
 */
export function smallest(keys: Float64Array, count: number): Int32Array {
  if (count >= keys.length) return everyIndex(keys.length);
  const result = new Int32Array(count);
  if (count === 0) return result;
  const bound = orderStatistic(keys.slice(), count - 1);
  let below = 0;
  for (const key of keys) if (key < bound) below++;
  let equal = count - below, filled = 0;
  for (let i = 0; filled < count; i++) {
    if (keys[i]! < bound || (keys[i] === bound && equal-- > 0)) result[filled++] = i;
  }
  return result;
}

/** The value at place `k` if `values` were sorted (Hoare's quickselect). Reorders them. */
function orderStatistic(values: Float64Array, k: number): number {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let i = low, j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j]!, values[i]!];
      i++;
      j--;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}
