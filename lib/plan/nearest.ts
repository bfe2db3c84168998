/** Which existing settings are nearest to new ones, and in what they differ. */
import type { RunConfig } from "../schema/run_config.ts";
import { leaves } from "./varying_fields.ts";

/** A field that differs. `undefined` where one side's kind has no such field. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** The fields in which two settings differ, in the order of `now`. */
export function differences(before: RunConfig, now: RunConfig): Difference[] {
  const old = leaves(before), found: Difference[] = [];
  for (const [field, value] of leaves(now)) {
    if (!same(old.get(field), value)) found.push({ field, before: old.get(field), now: value });
    old.delete(field);
  }
  for (const [field, value] of old) found.push({ field, before: value, now: undefined });
  return found;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Comparisons that may be made before a plan is no longer instant. */
const MOST_COMPARISONS = 1_000_000;

/**
 * Finds the nearest of `existing` for each of `planned`: the one with the fewest differing fields, the first of
 * equals. Where there are too many pairs, only the first of `existing` are looked at.
 *
 * @returns an index into `existing` for each of `planned`; −1 where there is none.
 */
export function nearest(
  planned: readonly RunConfig[],
  existing: readonly RunConfig[],
): readonly number[] {
  const encode = createEncoder();
  const limit = Math.ceil(MOST_COMPARISONS / Math.max(1, planned.length));
  const candidates = existing.slice(0, limit).map(encode);
  return planned.map((config) => {
    const own = encode(config);
    let best = -1, fewest = Infinity;
    candidates.forEach((candidate, index) => {
      const count = countDifferences(own, candidate, fewest);
      if (count < fewest) [best, fewest] = [index, count];
    });
    return best;
  });
}

/** Settings as numbers, one per field: equal numbers are equal values, 0 is no such field. */
function createEncoder(): (config: RunConfig) => readonly number[] {
  const places = new Map<string, number>(), values = new Map<string, number>();
  const sections = new Map<object, readonly (readonly [number, number])[]>();
  const numberOf = (known: Map<string, number>, key: string, first: number) => {
    const number = known.get(key) ?? known.size + first;
    known.set(key, number);
    return number;
  };
  return (config) => {
    const encoded: number[] = new Array(places.size).fill(0);
    for (const [name, section] of Object.entries(config)) {
      let entries = sections.get(section);
      if (entries === undefined) {
        entries = [...leaves(section, name)].map(([field, value]) => [
          numberOf(places, field, 0),
          numberOf(values, JSON.stringify(value), 1),
        ]);
        sections.set(section, entries);
      }
      for (const [place, value] of entries) {
        while (encoded.length <= place) encoded.push(0);
        encoded[place] = value;
      }
    }
    return encoded;
  };
}

function countDifferences(a: readonly number[], b: readonly number[], enough: number): number {
  const length = Math.max(a.length, b.length);
  let count = 0;
  for (let i = 0; i < length && count < enough; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) count++;
  return count;
}
