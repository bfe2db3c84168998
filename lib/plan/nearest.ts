/** Which existing settings are nearest to new ones, and in what they differ. */
import type { RunConfig } from "../schema/run_config.ts";
import { leaves } from "./varying_fields.ts";

/** A field that differs. `undefined` where one side's kind has no such field. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** The nearest existing settings, and what leads from them to the new ones. */
export interface Nearest {
  readonly index: number;
  readonly differences: readonly Difference[];
}

/** Comparisons that may be made before a plan is no longer instant. */
const MOST_COMPARISONS = 1_000_000;

/**
 * Finds the nearest of `existing` for each of `planned`: the one with the fewest differing fields, the first of
 * equals. Where there are too many pairs, only the first of `existing` are looked at.
 */
export function nearest(
  planned: readonly RunConfig[],
  existing: readonly [RunConfig, ...RunConfig[]],
): readonly Nearest[] {
  const { encode, decode } = createCode();
  const limit = Math.ceil(MOST_COMPARISONS / Math.max(1, planned.length));
  const candidates = existing.slice(0, limit).map(encode);
  return planned.map((config) => {
    const own = encode(config);
    let best = 0, fewest = Infinity;
    candidates.forEach((candidate, index) => {
      const count = countDifferences(own, candidate, fewest);
      if (count < fewest) [best, fewest] = [index, count];
    });
    return { index: best, differences: decode(candidates[best]!, own) };
  });
}

/** Settings as numbers, one per field: equal numbers are equal values, 0 is no such field. */
type Encoded = readonly number[];

function createCode() {
  const places = new Map<string, number>(), numbers = new Map<unknown, number>();
  const fields: string[] = [], values: unknown[] = [undefined];
  const sections = new Map<object, readonly (readonly [place: number, value: number])[]>();
  const placeOf = (field: string) => {
    if (!places.has(field)) places.set(field, fields.push(field) - 1);
    return places.get(field)!;
  };
  const numberOf = (value: unknown) => {
    const key = typeof value === "object" ? `json ${JSON.stringify(value)}` : value;
    if (!numbers.has(key)) numbers.set(key, values.push(value) - 1);
    return numbers.get(key)!;
  };
  const entriesOf = (name: string, section: object | null) =>
    [...leaves(section, name)].map(([field, value]) => [placeOf(field), numberOf(value)] as const);

  const encode = (config: RunConfig): Encoded => {
    const encoded: number[] = new Array(fields.length).fill(0);
    for (const [name, section] of Object.entries(config) as [string, object | null][]) {
      const known = section === null ? undefined : sections.get(section);
      const entries = known ?? entriesOf(name, section);
      if (section !== null) sections.set(section, entries);
      for (const [place, value] of entries) {
        while (encoded.length <= place) encoded.push(0);
        encoded[place] = value;
      }
    }
    return encoded;
  };
  const decode = (before: Encoded, now: Encoded): Difference[] =>
    fields.flatMap((field, place) => {
      const old = before[place] ?? 0, own = now[place] ?? 0;
      return old === own ? [] : [{ field, before: values[old], now: values[own] }];
    });
  return { encode, decode };
}

function countDifferences(a: Encoded, b: Encoded, enough: number): number {
  const length = Math.max(a.length, b.length);
  let count = 0;
  for (let i = 0; i < length && count < enough; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) count++;
  return count;
}
